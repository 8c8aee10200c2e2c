"""Phones side by side: the figures of each for every model, and how many times faster INT8 is there.

    rows ─ by phone ─> Phone(medians, accuracies, …)        faster = median of FP32 / median of INT8, of one phone

INT8 is compared with FP32 on the same phone and in the same runtime: two phones, or two runtimes, differ by more than
two files of one network do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from edukit.deployment.phone.results import Row


@dataclass(frozen=True)
class Phone:
    """One phone: {model: its row}, and how many times faster INT8 is; None before both files have run."""

    number: int
    name: str
    rows: dict[str, Row]
    faster: float | None

    def median_s(self, model: str) -> float | None:
        """The median time of a run in seconds; None before the model has run there."""
        return self.rows[model].posted.median_s if model in self.rows else None


def pair(models: Sequence[dict]) -> tuple[str, str] | None:
    """The names of the float and of the int8 model that are compared, of one runtime; None where there are no two.

    models   the entries of models.json

    >>> models = [("a", "float", "litert"), ("b", "int8", "onnxruntime-web"), ("c", "int8", "litert")]
    >>> pair([dict(zip(("name", "kind", "runtime"), model)) for model in models])
    ('a', 'c')
    """
    pairs = (
        (one["name"], other["name"])
        for one in models
        for other in models
        if (one["kind"], other["kind"]) == ("float", "int8") and one["runtime"] == other["runtime"]
    )
    return next(pairs, None)


def phones(rows: Iterable[Row], models: Sequence[dict]) -> list[Phone]:
    """Every phone of the rows, in the order in which they came."""
    found: dict[int, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.number, {})[row.posted.model] = row
    both = pair(models)
    return [Phone(number, next(iter(of.values())).phone, of, _faster(of, both)) for number, of in found.items()]


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """Least, median and largest.

    >>> spread([3, 1, 2])
    (1.0, 2.0, 3.0)
    """
    return tuple(float(value) for value in np.quantile(list(values), (0, 0.5, 1)))


def _faster(rows: dict[str, Row], both: tuple[str, str] | None) -> float | None:
    if both is None or not all(model in rows for model in both):
        return None
    before, after = (rows[model].posted.median_s for model in both)
    return before / after
