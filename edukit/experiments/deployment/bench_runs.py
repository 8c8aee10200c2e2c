"""What runs of `edukit bench` measured, kept as a table: the figures of README.

    results.json ─> a Row for each stage in ONNX Runtime, and one for each way to run a 224x224 MobileNetV1

`edukit bench --seed 0 --output DIR`, then `python -m edukit.experiments.deployment.bench_runs DIR/results.json --append
datasets/bench_runs.csv`.

Shapes    rows_of(results) -> seven Rows
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from edukit.disk.sealed import without_check
from edukit.experiments.rows import append, read

WAYS = {"eager": "MobileNetV1 in eager torch", "float_file": "MobileNetV1", "int8_file": "MobileNetV1 INT8"}

HEADS = """| stage | parameters | MACs | file | test accuracy | latency, median | energy, estimate |
|---|--:|--:|--:|--:|--:|--:|"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stage of a run; the MobileNetV1 was never trained and only timed.

    test        accuracy of the file on test images, 0 to 1
    energy_uj   an estimate
    """

    data: str
    seed: int
    stage: str
    macs: int
    parameters: int | None = None
    size_bytes: int | None = None
    test: float | None = None
    energy_uj: float | None = None
    median_us: float
    p90_us: float


def rows_of(results: dict) -> list[Row]:
    """The rows of a run, from what it wrote into results.json; ValueError where the file was changed."""
    found = without_check(results)
    run = {"data": found["data"], "seed": found["seed"]}
    speed = found["speed"]
    timed = [Row(**run, stage=stage, macs=speed["macs"], **_times(speed[way])) for way, stage in WAYS.items()]
    return [*(_row(run, stage) for stage in found["stages"]), *timed]


def _row(run: dict, stage: dict) -> Row:
    counts = {name: stage[name] for name in ("macs", "parameters", "size_bytes")}
    estimate = 1e6 * stage["energy_j"]
    return Row(
        **run, **counts, stage=stage["name"], test=stage["accuracy"], energy_uj=estimate, **_times(stage["latency"])
    )


def _times(latency: dict) -> dict[str, float]:
    return {"median_us": 1e6 * latency["median_s"], "p90_us": 1e6 * latency["p90_s"]}


def measured() -> list[Row]:
    """What datasets/bench_runs.csv holds."""
    return read(Row, "bench_runs")


def markdown(rows: list[Row] | None = None, data: str = "digits", seed: int = 0) -> str:
    """The stages of one run as the table of README; by default of the bundled rows.

    >>> markdown().splitlines()[2][:45]
    '| teacher | 1,228,394 | 15,804,928 | 4,912.4 '
    """
    run = [row for row in rows or measured() if (row.data, row.seed) == (data, seed) and row.size_bytes]
    return "\n".join([HEADS, *map(_line, run)])


def _line(row: Row) -> str:
    estimate = f"{float(f'{row.energy_uj:.2g}'):g} µJ"  # two digits say enough
    counts = f"{row.parameters:,} | {row.macs:,} | {row.size_bytes / 1000:,.1f} kB"
    return f"| {row.stage} | {counts} | {row.test:.1%} | {row.median_us:,.0f} µs | {estimate} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep what a run of edukit bench measured.")
    parser.add_argument("results", help="results.json of the run")
    parser.add_argument("--append", metavar="CSV", required=True, help="a file whose head names the columns")
    asked = parser.parse_args()
    append(rows_of(json.loads(Path(asked.results).read_text(encoding="utf-8"))), asked.append)
