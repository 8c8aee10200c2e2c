"""One browser and one Jupyter server, with every lesson and the small notebook, for all tests of a worker."""

import json

import pytest

from edukit import bundled
from edukit.panels import browser

LESSONS = sorted(bundled.path("notebooks").glob("*.ipynb"))
SETUP = """from functools import partial
from edukit.panels import Prediction, panel
from edukit.panels.plain import PlainSlider
from edukit.panels.quantization import staircase
from edukit.plots import Picture
from edukit.plots.networks.layers import AccuracyPlot
plot = partial(AccuracyPlot, found={"90 % zeros": {"ticket": [73, 82, 78], "other weights": [50, 54, 58]}})
choice = Prediction("How many codes?", ["four", "three"])
number, skipped = (Prediction(f"How many {w}?", low=0, high=100, unit="of 100") for w in ("stay", "go"))"""
SMALL = [
    *(SETUP, "staircase()", "panel.Slider = PlainSlider; staircase()", "choice", "number", "skipped"),
    "choice.reveal(Picture(plot), 'three', because='0 is one of them', replies={'four': 'one too many'})",
    *("number.reveal(Picture(plot), 78, because='it was trained')", "skipped.reveal(Picture(plot), 22)"),
]


@pytest.fixture(scope="session")
def chromium():
    try:
        with browser.chromium() as found:
            yield found
    except RuntimeError as error:  # what is not installed
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """Its address and token."""
    home = tmp_path_factory.mktemp("jupyter")
    write_notebook(home / "small.ipynb", SMALL)
    with browser.server([*LESSONS, home / "small.ipynb"], home) as where:
        yield where


def write_notebook(path, sources):
    """A notebook of these code cells."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"cell-{i}", "source": source} for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
