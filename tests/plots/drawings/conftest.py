"""The sheet on which shapes and cells are tried."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from edukit.plots import house
from edukit.plots.drawings.sheet import sheet


@pytest.fixture
def axes():
    figure = Figure(figsize=(7, 2.8))
    FigureCanvasAgg(figure)
    with house():
        yield sheet(figure)
