"""What the pictures of single weights say is what the masks say."""

from functools import partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.pruning.weights import BINS, COLUMNS, ROWS, CurvesPlot, PassesPlot, RemovedPlot
from edukit.pruning import magnitude_mask
from edukit.pruning.weights.model_masks import score_masks

DRAWN = np.random.default_rng(0)
LAYERS = {
    "small": DRAWN.normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32),
    "large": DRAWN.normal(0, 0.1, (40, 32, 3, 3)).astype(np.float32),
}
FOUND = {"one": {0: [96, 94], 50: [90, 92], 80: [10, 20]}, "lots": {0: [96, 94], 30: [10, 12]}}
CHANGED = {"one": {0: [0, 0], 50: [20, 22], 80: [60, 60]}, "lots": {0: [0, 0], 30: [50, 52]}}
CURVES = partial(CurvesPlot, found=FOUND, changed=CHANGED)
PASSES = partial(
    PassesPlot,
    found={
        "deep": {"at once": [[90, 94], [20, 30], [40, 44]], "slowly": [[90, 94], [88, 90], [50, 52]]},
        "shallow": {"at once": [[94, 94], [60, 62], [70, 72]]},
    },
)
REMOVED = partial(RemovedPlot, layers=LAYERS)


def test_the_curves_are_read_off_and_a_short_one_keeps_its_end():
    picture = Picture(CURVES, sparsity_percent=50)
    assert "one 91 % named right, weights changed by 21 %; lots 11 % named right" in picture.description
    assert "one 53 % named right" in picture.move(sparsity_percent=65)
    assert picture._plot.labels[1].get_text().startswith("lots\n  right   11 %")
    assert [mark.get_xdata()[0] for mark in picture._plot.marks] == [65, 65]


def test_the_sentence_of_the_passes_names_the_end_and_the_largest_fall():
    said = Picture(PASSES).description
    assert "deep: at once 42, largest fall 67 in pass 1; slowly 51, largest fall 38 in pass 2." in said
    assert "shallow: at once 71, largest fall 33 in pass 1." in said


@pytest.mark.parametrize("percent", [0, 37, 95])
def test_in_one_layer_goes_what_the_magnitude_mask_says(percent):
    w = LAYERS["large"].reshape(40, -1)
    picture = Picture(REMOVED, layer="large", sparsity_percent=percent, scope="layer")
    stays = magnitude_mask(w, percent / 100)
    assert (np.asarray(picture._plot.image.get_array()) == stays[:ROWS, :COLUMNS]).all()
    assert f": {(~stays).sum():,} go" in picture.description
    assert f"the largest of them {abs(w[~stays]).max(initial=0):.3f}" in picture.description


def test_from_one_ranking_goes_what_the_global_masks_say():
    masks = score_masks({name: torch.from_numpy(abs(w)) for name, w in LAYERS.items()}, 0.6, scope="global")
    picture = Picture(REMOVED, layer="small", sparsity_percent=60, scope="global")
    for name, stays in masks.items():
        assert f": {int((~stays).sum()):,} go" in picture.move(layer=name, sparsity_percent=60, scope="global")


def test_the_bars_are_all_weights_and_the_orange_part_is_what_goes():
    picture = Picture(REMOVED, layer="small", sparsity_percent=25, scope="layer")
    gone, everything = picture._plot.cut.get_data().values, picture._plot.kept.get_data().values
    assert len(gone) == BINS and gone.sum() == pytest.approx(25) and everything.sum() == pytest.approx(100)
    assert (picture._plot.kept.get_data().baseline == gone).all()
    assert "216 weights, 25 % of it zero: 54 go, 25 %" in picture.description


def test_an_empty_filter_is_counted():
    weights = {"w": np.float32([[0.1, 0.2, 0.1, 0.1], [3, 4, 5, 6]])}
    picture = Picture(partial(RemovedPlot, layers=weights), layer="w", sparsity_percent=50, scope="layer")
    assert picture.description.endswith("the largest of them 0.200; 1 of 2 filters are empty.")


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, CURVES, figsize=(8.5, 3), sparsity_percent=30),
        partial(Picture, PASSES, figsize=(8.5, 2.8)),
        partial(Picture, REMOVED, figsize=(8.5, 3.2), layer="small", sparsity_percent=50, scope="layer"),
        partial(Picture, REMOVED, figsize=(8.5, 3.2), layer="large", sparsity_percent=80, scope="global"),
    ],
    ids=["curves", "passes", "removed", "global"],
)
def test_nothing_is_cut_off(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert picture.axes[-1].get_xlabel()


def test_nothing_is_cut_off_after_every_move():
    picture = Picture(REMOVED, figsize=(8.5, 3.2), layer="small", sparsity_percent=0, scope="layer")
    picture.move(layer="large", sparsity_percent=95, scope="global")
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= picture.get_figwidth()
