"""What the pictures of channels say is what the groups, the scores and the table say."""

from functools import cache, partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.networks import ResidualClassifier
from edukit.plots import Picture
from edukit.plots.pruning.channels import MADE, NOTHING, READ, SCALED, GroupsPlot, ScoresPlot, SensitivityPlot
from edukit.pruning.channels.trace import follow
from edukit.training import seeded

with seeded(0):
    NET = ResidualClassifier(in_channels=1, width=0.25).eval()
FOUND = {"l1": [0.96, 0.6, 0.1], "random": [0.96, 0.7, 0.2]}
scores = partial(ScoresPlot, found=FOUND, ratios=[0, 0.25, 0.5], repaired={n: [0.96, 0.9, 0.8] for n in FOUND})
TABLE = {"stem.0.weight": {0.0: 0.96, 0.5: 0.3}, "blocks.3.body.0.weight": {0.0: 0.96, 0.5: 0.95}}
sensitivity = partial(SensitivityPlot, table=TABLE, plan={"stem.0.weight": 0.0, "blocks.3.body.0.weight": 0.5})


@cache
def followed():
    return follow(NET, torch.zeros(2, 1, 8, 8))


def groups(fig):
    return GroupsPlot(fig, model=NET, groups=followed())


def test_each_row_of_a_channel_is_painted_where_it_lies():
    picture = Picture(groups, group=1, channel=3)
    plot = picture._plot
    stem, reader = plot.layers[0], plot.layers[1]
    top, left = stem["corner"]
    assert (plot.canvas[top + 16 : top + 24, left : left + 64] == MADE).all()  # the third of eight rows
    assert (plot.canvas[top + 16 : top + 24, left + 66 : left + 71] == SCALED).all()
    top, left = reader["corner"]
    assert (plot.canvas[top : top + 64, left + 16 : left + 24] == READ).all()
    assert picture.description.startswith(
        "Channel 3 of 8 in the group of stem, block 0, conv 2: 2 filters, 2 norms, and 3"
    )


def test_a_group_inside_a_block_has_one_filter_and_one_reader():
    picture = Picture(groups, group=2, channel=99)
    assert picture.description.startswith(
        "Channel 8 of 8 in the group of block 0, conv 1: 1 filter, 1 norm, and 1 layer "
    )


def test_groups_that_stay_are_not_offered_and_a_linear_layer_has_no_norm():
    plot = Picture(groups, group=99, channel=1)._plot
    assert len(plot.groups) == 8
    assert plot.layers[-1]["short"] == "classifier" and plot.layers[-1]["norm"] == ""
    top, left = plot.layers[-1]["corner"]
    assert (plot.canvas[top : top + 64, left + 66 : left + 71] == NOTHING).all()


def test_the_bars_are_the_lines_at_the_chosen_ratio():
    picture = Picture(scores, ratio_percent=30, new_statistics=False)
    plot = picture._plot
    assert [bar.get_width() for bar in plot.bars] == [60, 70] and plot.mark.get_xdata() == [25, 25]
    assert picture.move(ratio_percent=50, new_statistics=True).endswith("new batch norm statistics, correct in %: "
                                                                        "l1 80, random 80.")  # fmt: skip
    np.testing.assert_allclose(plot.lines[0].get_ydata(), [96, 90, 80])


def test_left_of_the_stair_is_the_plan():
    picture = Picture(sensitivity)
    assert list(picture._plot.stair.get_xdata()) == [0.5, 0.5, 1.5, 1.5]
    assert picture.description.endswith("stem 0 %, block 3, conv 1 50 %.")


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, groups, figsize=(8.5, 3.2), group=1, channel=1),
        partial(Picture, scores, figsize=(8.5, 3.3), ratio_percent=50, new_statistics=True),
        partial(Picture, sensitivity, figsize=(7, 4)),
    ],
    ids=["groups", "scores", "sensitivity"],
)
def test_nothing_is_cut_off(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)


def test_no_two_labels_of_layers_touch():
    picture = Picture(groups, figsize=(8.5, 3.2), group=1, channel=1)
    picture.canvas.draw()
    boxes = [text.get_window_extent() for text in picture.axes[0].texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
