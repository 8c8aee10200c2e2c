"""The drawing of a space: one option of each choice is marked, and the row of parts is that of the network."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.search.search_space import SpaceDrawing
from edukit.search import LayerChoice, SearchSpace

SPACE = SearchSpace(
    [LayerChoice("kernel", (3, 5)), LayerChoice("depth", (1, 2, 3)), LayerChoice("skip", (True, False))]
)


def parts(architecture):
    return [("stem", "3 × 3"), *[("block", f"{architecture['kernel']} wide")] * architecture["depth"]]


def score(architecture):
    return 1000 * architecture["depth"], 0.25 * architecture["depth"]


def drawing():
    return SpaceDrawing(Figure(figsize=(7, 2.8)), SPACE, parts, score, 3000, 0.8)


@pytest.mark.parametrize("architecture", list(SPACE.enumerate()), ids=SPACE.key)
def test_one_option_of_each_choice_is_marked_and_the_parts_are_shown(architecture):
    plot = drawing()
    plot.show({"kernel": 3, "depth": 3, "skip": False})
    said = plot.show(architecture)
    for name, boxes in plot.options.items():
        marked = [option for option, box in boxes.items() if box.patch.get_linewidth() > 2]
        assert marked == [architecture[name]]
    shown = [boxes for boxes, _ in plot.rows.values() if boxes[0].patch.get_visible()]
    assert [[box.text.get_text() for box in boxes] for boxes in shown] == [["stem", *["block"] * architecture["depth"]]]
    assert f"{1000 * architecture['depth']:,} MACs, {25 * architecture['depth']:.1f} % right" in said
    assert said.startswith("One of 12 architectures") and said.endswith("80.0 %.")


def test_words_stay_within_the_sheet():
    plot = drawing()
    plot.show(next(SPACE.enumerate()))
    plot.axes.figure.canvas.draw()
    box = plot.axes.figure.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 < 7.01 and box.y1 < 2.81


def test_a_space_that_is_too_large_to_be_drawn_is_refused():
    wide = SearchSpace([LayerChoice("width", tuple(range(5)))])
    with pytest.raises(ValueError, match="at most 6 choices of 4 options"):
        SpaceDrawing(Figure(figsize=(7, 2.8)), wide, parts, None, 1, 1)
