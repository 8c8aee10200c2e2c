"""The board of phones in a real JupyterLab: it moves while a cell is busy, and a second run ends the first server.

The phones are a few lines of Python here; tests/deployment/phone runs the page itself.
"""

import time

import nbformat
import pytest
from phone_client import RESULT, is_open, post

from edukit.panels import browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BUSY_S = 20
SETUP = """import sys, time, torch
from pathlib import Path
from edukit.deployment import PhoneBoard, export
from edukit.panels.deployment import LiveBoard
torch.manual_seed(0)
images = torch.zeros(2, 1, 8, 8)
model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10)).eval()
file = export(model, images, Path.cwd() / "a.onnx")"""
BOARD = """board = PhoneBoard({"FP32": file}, images)
LiveBoard(board)"""
BUSY = f"""with open("address", "a") as found:
    print(board.url, file=found)
end = time.monotonic() + {BUSY_S}
while time.monotonic() < end:
    sum(range(10_000))
Path("done").touch()"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("board")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in (SETUP, BOARD, BUSY)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, home / "board.ipynb")
    return home


@pytest.fixture(scope="module")
def page(home, chromium):
    with browser.server([home / "board.ipynb"], home) as where, browser.opened("board.ipynb", where, chromium) as page:
        yield page


def run(page, home, count: int) -> str:
    """Run all cells, and return the address of the board as soon as the last cell is busy."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
    file = home / "lessons" / "address"
    end = time.monotonic() + 120
    while not (file.exists() and file.read_text().count("\n") == count):
        assert time.monotonic() < end
        time.sleep(0.1)
    return file.read_text().split()[-1]


def test_the_board_follows_phones_while_a_cell_is_busy_and_ends_with_the_next_run(page, home):
    first = run(page, home, 1)
    for number in range(5):
        assert post(first, {**RESULT, "id": f"{number:016x}", "phone": "<b>Ana</b>"})[0] == 200
    caption = page.locator(".jp-OutputArea-output figcaption").last
    playwright.expect(caption).to_contain_text("5 phones. FP32 takes 2 ms an image", timeout=1000 * BUSY_S)
    assert not (home / "lessons" / "done").exists()  # the cell still ran
    assert "Ana" not in page.content()
    second = run(page, home, 2)
    assert second != first and not is_open(first) and is_open(second)
    playwright.expect(page.get_by_text("0 phones posted")).to_be_visible(timeout=1000 * BUSY_S)
    assert not page.errors
