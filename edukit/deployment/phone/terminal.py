"""A board for phones in a terminal: `edukit phone serve a.onnx b.onnx --data digits --lan`.

files or folders ─ PhoneBoard ─> QR code and address, and a table again after each change ─ Ctrl-C ─> closed
"""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edukit import data
from edukit.deployment.phone.board import PhoneBoard
from edukit.deployment.phone.compared import Phone, pair, phones
from edukit.deployment.phone.described import READERS, shape_of
from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.schema import NAME_LETTERS, clean_name
from edukit.table import Table

IMAGES = 16
PAUSE_S = 1.0


def serve(paths: Sequence[str | Path], images, labels=None, *, say=print, **options) -> None:
    """Run a board until its time is up or Ctrl-C comes; say its code, and its table after each change.

    paths     exported files, or folders of them; a file's name is the model's
    images, labels and options   as PhoneBoard takes them
    Raises ValueError where there is no file, and for what PhoneBoard refuses.
    """
    with PhoneBoard(named(paths), images, labels, **options) as board:
        changed = threading.Event()
        board.results.watch(changed.set)
        say(board.terminal())
        say("Ctrl-C closes it." if board.running else "")
        while board.running:
            if changed.wait(PAUSE_S):
                changed.clear()
                time.sleep(PAUSE_S)  # phones post in twos
                say(table(board).text(left=2))


def named(paths: Sequence[str | Path]) -> dict[str, Path]:
    """{a name that a board can show: file}, of files and of the files in folders; ValueError where there is none.

    >>> {name: str(file) for name, file in named(["FP32.onnx", "int8<1>.tflite"]).items()}
    {'FP32': 'FP32.onnx', 'int81': 'int8<1>.tflite'}
    """
    files: list[Path] = []
    for path in map(Path, paths):
        inside = sorted(path.iterdir()) if path.is_dir() else []
        files += [file for file in inside if file.suffix.lower() in READERS] if path.is_dir() else [path]
    if not files:
        raise ValueError(f"files must end in {' or '.join(READERS)}, found none in {', '.join(map(str, paths))}")
    found: dict[str, Path] = {}
    for number, file in enumerate(files, start=1):
        plain = _plain(file.stem)
        found[plain if plain not in found else f"{plain[: NAME_LETTERS - 4]} {number}"] = file
    return found


def _plain(stem: str) -> str:
    try:
        return clean_name(stem[:NAME_LETTERS])
    except Refused:
        return "model"


def pictures(name: str, paths: Sequence[str | Path]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Test images of a data set in the size of the first file's input, their labels and the names of the classes."""
    first = next(iter(named(paths).values()))
    found = data.digits(size=shape_of(first)[-1]) if name == "digits" else data.load(name)
    return found.test.x[:IMAGES], found.test.y[:IMAGES], found.classes


def table(board: PhoneBoard) -> Table:
    """The figures of each phone, a line each."""
    models = [model["name"] for model in board.models]
    heads = ("number", "phone", *(f"{model}, ms" for model in models), "INT8 times as fast")
    heads = heads if pair(board.models) else heads[:-1]
    return Table(heads, [_line(phone, models)[: len(heads)] for phone in phones(board.rows(), board.models)])


def _line(phone: Phone, models) -> tuple[str, ...]:
    times = ["-" if (time := phone.median_s(model)) is None else f"{1e3 * time:.3g}" for model in models]
    return str(phone.number), phone.name, *times, "-" if phone.faster is None else f"{phone.faster:.2f}"
