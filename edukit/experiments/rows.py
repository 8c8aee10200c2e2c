"""Measured tables: rows with names, appended to a CSV file and read back with their types.

    @dataclass(kw_only=True) class Row          one field per column, in the order of the file
    append([Row(…)], "datasets/few_labels.csv")     floats are rounded to 3 digits, None is an empty cell
    read(Row, "few_labels")                         the bundled table datasets/few_labels.csv

In production  pandas.read_csv; an experiment tracker such as MLflow
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import get_args, get_type_hints

from edukit import bundled


def append(rows: Iterable, file: str | Path) -> None:
    """Write the rows of a dataclass at the end of a CSV file, whose head names the columns."""
    with open(file, "a", newline="") as out:
        for row in rows:
            cells = {name: _cell(value) for name, value in asdict(row).items()}
            csv.DictWriter(out, cells, lineterminator="\n").writerow(cells)


def keep(results: Iterable[list], file: str | Path | None = None) -> None:
    """Print rows as soon as they are known, and append them to a file, where there is one."""
    for rows in results:
        print(*rows, sep="\n", flush=True)
        if file:
            append(rows, file)


def read(kind: type, name: str) -> list:
    """The rows of a bundled table, as objects of the dataclass; ValueError where the file has other columns.

    >>> from edukit.experiments.quantization.ptq_methods import Row
    >>> read(Row, "ptq_methods")[0]
    Row(network='digits_residual', method='float', bits=32, seed=0, accuracy=0.955)
    """
    types = get_type_hints(kind)
    with open(bundled.path(f"datasets/{name}.csv"), newline="") as file:
        table = csv.DictReader(file)
        wanted = [field.name for field in fields(kind)]
        if table.fieldnames != wanted:
            raise ValueError(f"datasets/{name}.csv must have the columns {', '.join(wanted)}, got {table.fieldnames}")
        return [kind(**{column: _value(text, types[column]) for column, text in row.items()}) for row in table]


def _cell(value):
    return round(value, 3) if isinstance(value, float) else value


def _value(text: str, kind):
    """The text as its type says; an empty cell is None where the type allows it."""
    allowed = get_args(kind) or (kind,)
    if not text and type(None) in allowed:
        return None
    return allowed[0](text)
