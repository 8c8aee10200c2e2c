"""The search beside the plan made by hand: the same teacher, the same digits, which file is smaller?

    by_hand ─ teacher, student, fewer channels, INT8 ────────────────────→ its file: bytes, accuracy
    compress(teacher, digits, budget, student) ──────────────────────────→ its file: bytes, accuracy
    budget: at most the validation loss of the plan made by hand

Both start from the teacher of the plan; the student of compress has random weights of the width that the plan has.
`python -m edukit.experiments.deployment.compress_digits --append datasets/compress_digits.csv` measures a seed.

Shapes    measure(seed) -> three Rows: the teacher, by hand, compress
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from edukit.data import digits
from edukit.deployment import Budget, compress, export, load
from edukit.deployment.pipeline import PLANS, by_hand
from edukit.experiments.rows import append, read
from edukit.measure import size_bytes
from edukit.networks import MobileClassifier
from edukit.training import accuracy, seeded, shift, threads

SEARCH = dict(shares=(0.5, 0.25), refined=1, steps=250, learning_rate=0.002, augment=shift)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file: how it was made, its bytes, the accuracies of the file on validation and test images."""

    made: str
    seed: int
    size_bytes: int
    validation: float
    test: float


def measure(seed: int, journal: str | None = None, *, plan=None, data=None, **search) -> list[Row]:
    """The files of the teacher, of the plan made by hand, and of compress.

    plan, data, search   others than those of the table, for a test
    """
    data = data or digits(size=32)
    with threads(1), tempfile.TemporaryDirectory() as folder:
        models = by_hand(data, seed=seed, plan=plan)
        rows = [_row(name, seed, models[name], data, Path(folder)) for name in ("teacher", "INT8")]
        with seeded(seed):
            student = MobileClassifier(len(data.classes), data.train.x.shape[1], width=PLANS["digits"].student_width)
        budget = Budget(max_loss=max(0.0, 100 * (rows[0].validation - rows[1].validation)))
        how = SEARCH | search | dict(seed=seed, journal=journal, output=Path(folder) / "found", formats=["onnx"])
        found = compress(models["teacher"], data, budget, student=student, **how)
        return [*rows, _of_file(f"compress: {found.candidate.name}", seed, found.files["onnx"], data)]


def _row(name, seed, model, data, folder) -> Row:
    path = export(model, data.test.x[:2], folder / f"{name}.onnx")
    return _of_file("teacher" if name == "teacher" else "by hand", seed, path, data)


def _of_file(made, seed, path, data) -> Row:
    session = load(path)
    right = {name: accuracy(session, getattr(data, name)) for name in ("validation", "test")}
    return Row(made=made, seed=seed, size_bytes=size_bytes(path), **right)


def measured() -> list[Row]:
    """What datasets/compress_digits.csv holds.

    >>> [row.size_bytes for row in measured() if row.seed == 0][1:]
    [64206, 34402]
    """
    return read(Row, "compress_digits")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare the search with the plan made by hand.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--journal", help="keeps what is known, so that a run which was killed goes on")
    parser.add_argument("--append", metavar="CSV", help="a file whose head names the columns")
    asked = parser.parse_args()
    rows = measure(asked.seed, asked.journal)
    print(*rows, sep="\n")
    if asked.append:
        append(rows, asked.append)
