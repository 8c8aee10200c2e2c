"""Two layers have the pixels of a full redraw, whatever moves; labels of ticks are drawn only when they change."""

import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from edukit.plots.layers import STILL, Layers
from edukit.plots.style import house


@pytest.fixture
def plot():
    figure = Figure(figsize=(6, 3))
    FigureCanvasAgg(figure)
    with house():
        axes = figure.subplots(1, 2)
        axes[0].span = axes[0].axvspan(0.2, 0.4, color="#e6e8eb", zorder=0)  # under the grid
        axes[0].line = axes[0].plot([0, 1], [0, 1], label="line", clip_on=False)[0]
        axes[1].imshow(np.arange(12).reshape(3, 4), gid=STILL)
        axes[0].set(title="left", xlabel="x", ylabel="y")
        axes[1].note = axes[1].text(0, 1.1, "right", transform=axes[1].transAxes, gid=STILL)
        figure.legend(loc="upper right")
    figure.canvas.draw()
    return figure, *axes


MOVES = {
    "a line": lambda left, right: left.line.set_ydata([1, 0]),
    "a span under the grid": lambda left, right: left.span.set_x(0.6),
    "limits": lambda left, right: left.set(xlim=(0.5, 3), ylim=(-1, 1.5)),
    "the same limits": lambda left, right: left.set_xlim(left.get_xlim()),
    "fewer ticks": lambda left, right: left.set_xticks([0, 0.5]),
    "names of ticks": lambda left, right: left.set_xticks([0, 0.5, 1], ["a", "b", "c"]),
    "the colour of one name": lambda left, right: left.get_xticklabels()[1].set_color("red"),
    "an axis label": lambda left, right: left.set_xlabel("other"),
    "a title": lambda left, right: left.set_title("other"),
    "a marked text": lambda left, right: right.note.set_text("other"),
    "the place of a marked text": lambda left, right: right.note.set_position((0.2, 1.1)),
    "a logarithmic axis": lambda left, right: left.set(xscale="log", xlim=(0.01, 100)),
    "the grid away": lambda left, right: left.grid(False),
    "axes away": lambda left, right: right.set_axis_off(),
    "axes invisible": lambda left, right: left.set_visible(False),
    "another place": lambda left, right: left.set_position([0.2, 0.3, 0.2, 0.4]),
    "a new image": lambda left, right: right.imshow(np.eye(7)),
    "the colour of ticks": lambda left, right: left.tick_params(color="red", labelcolor="blue"),
    "the paper": lambda left, right: left.set_facecolor("yellow"),
}
STAND_STILL = {"a line", "a span under the grid", "the same limits", "a title"}


@pytest.mark.parametrize("move", MOVES)
def test_the_pixels_are_those_of_a_full_redraw(plot, move):
    figure, left, right = plot
    layers = Layers(figure)
    layers.draw()
    for change in (MOVES["a line"], MOVES[move], MOVES["limits"]):
        change(left, right)
        layers.draw()
        pixels = np.array(figure.canvas.buffer_rgba())
        figure.canvas.draw()
        np.testing.assert_array_equal(pixels, figure.canvas.buffer_rgba())


@pytest.mark.parametrize("move", MOVES)
def test_axes_are_drawn_again_only_where_they_changed(plot, move, monkeypatch):
    figure, left, right = plot
    layers, drawn, draw = Layers(figure), [], Axis.draw
    layers.draw()
    monkeypatch.setattr(Axis, "draw", lambda axis, renderer: drawn.append(axis) or draw(axis, renderer))
    MOVES[move](left, right)
    layers.draw()
    assert bool(drawn) == (move not in STAND_STILL | {"the grid away"})


@pytest.mark.parametrize("kind", [Text, AxesImage])
def test_a_marked_text_or_image_is_drawn_once(plot, monkeypatch, kind):
    figure, left, right = plot
    right.imshow(np.eye(2), alpha=0.5)
    layers, drawn, draw = Layers(figure), [], kind.draw
    layers.draw()
    monkeypatch.setattr(kind, "draw", lambda artist, renderer: drawn.append(artist) or draw(artist, renderer))
    MOVES["a line"](left, right)
    layers.draw()
    moving, still = (left.title, right.note) if kind is Text else right.images[::-1]
    assert moving in drawn and still not in drawn
