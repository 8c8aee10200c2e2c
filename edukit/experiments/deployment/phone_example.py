"""An example for the board of phones: what a browser on a server measured, for lessons where no phone comes.

    trained digits network ─ FP32, INT8 ─> .tflite ─ PhoneBoard ─> Chromium opens the page, three times ─> rows

`python -m edukit.experiments.deployment.phone_example --append datasets/phone_example.csv` measures again. It needs
Chromium, playwright, the converter of LiteRT and what `edukit phone fetch` brings.

Shapes    measured() -> a Measured for each opened page and file
Cost      2 minutes
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from edukit.data import digits
from edukit.deployment import export
from edukit.deployment.phone import PhoneBoard
from edukit.deployment.phone.results import Row
from edukit.deployment.phone.schema import Posted
from edukit.experiments.rows import append, read
from edukit.networks import trained
from edukit.quantization import quantize_model

SAID = "Example: Chromium on a server, opened three times; no phone, and no result"
PAGES, IMAGES, MOST_S = 3, 64, 120
MODELS = [
    {"name": "FP32", "kind": "float", "runtime": "litert"},
    {"name": "INT8", "kind": "int8", "runtime": "litert"},
]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One file in one opened page: times in microseconds, shares in percent."""

    number: int
    phone: str
    model: str
    runtime: str
    version: str
    median_us: float
    p90_us: float
    load_us: float
    first_us: float
    calls: int
    accuracy: float
    same: float


def measured() -> list[Measured]:
    """The bundled rows."""
    return read(Measured, "phone_example")


def example() -> list[Row]:
    """The bundled rows as those of a board.

    >>> [row.posted.model for row in example()]
    ['FP32', 'INT8', 'FP32', 'INT8', 'FP32', 'INT8']
    """
    return [Row(one.number, one.phone, _posted(one), one.accuracy / 100, one.same / 100) for one in measured()]


def measure(pages: int = PAGES) -> list[Measured]:
    """Open the page of a board so many times, one after the other; the rows of all."""
    data, model = digits(), trained("digits_residual")
    test = data.test
    with tempfile.TemporaryDirectory() as folder:
        example = test.x[:1]
        quantized = quantize_model(model, data.calibration.x[:64])
        files = {
            "FP32": export(model, example, Path(folder) / "float.tflite"),
            "INT8": export(quantized, example, Path(folder) / "int8.tflite"),
        }
        with PhoneBoard(files, test.x[:IMAGES], test.y[:IMAGES]) as board:
            for number in range(1, pages + 1):
                _open(board, number)
            return sorted(map(_measured, board.rows()), key=lambda one: (one.number, one.model))


def _open(board: PhoneBoard, number: int):
    """Open the page in a new browser, and wait until both files have run 300 times."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        switches = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=switches)
        page = browser.new_page()
        page.goto(board.url)
        until = time.monotonic() + MOST_S
        while sum(row.number == number and row.posted.calls >= 300 for row in board.rows()) < len(board.models):
            if time.monotonic() > until:
                raise TimeoutError(f"the page posted no result within {MOST_S} s: {page.inner_text('body')[:300]}")
            page.wait_for_timeout(200)
        browser.close()


def _measured(row: Row) -> Measured:
    names = "model", "runtime", "version", "calls"
    times = {f"{name}_us": 1e6 * getattr(row.posted, f"{name}_s") for name in ("median", "p90", "load", "first")}
    said = {name: getattr(row.posted, name) for name in names}
    shares = {"accuracy": 100 * row.accuracy, "same": 100 * row.same}
    return Measured(number=row.number, phone=f"Chromium {row.number}", **said, **times, **shares)


def _posted(one: Measured) -> Posted:
    times = {f"{name}_s": getattr(one, f"{name}_us") / 1e6 for name in ("median", "p90", "load", "first")}
    said = {name: getattr(one, name) for name in ("phone", "model", "runtime", "version", "calls")}
    return Posted(id=f"{one.number:016x}", predictions=(), crc=0, **said, **times)


def main(arguments=None) -> None:
    """Measure, print the rows, and append them to a file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--append", metavar="FILE", help="a CSV file with the columns of Measured")
    options = parser.parse_args(arguments)
    rows = measure()
    for row in rows:
        print(row)
    if options.append:
        append(rows, options.append)


if __name__ == "__main__":
    main()
