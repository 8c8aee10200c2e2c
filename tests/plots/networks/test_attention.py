"""What the pictures of lesson 10 say is what the formulas give and what was measured."""

from functools import partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.experiments.networks.attention_cost import Cost, multiply_adds
from edukit.measure import Latency
from edukit.networks import EncoderClassifier, linear_attention, softmax_attention
from edukit.networks.token_classifier import queries_and_keys
from edukit.plots import Picture
from edukit.plots.networks.attention import LENGTHS, CostPlot, RecallPlot, WhereItLooksPlot
from edukit.training import seeded

N = [16 * 2**i for i in range(10)]
with seeded(0):
    ENCODER = EncoderClassifier().eval()
    IMAGES = torch.rand(3, 3, 32, 32)


def costs():
    """Times and bytes that lie on straight lines; the two softmaxes meet linear at 100 and at 400 positions."""
    of = {"softmax": lambda n: n**2 / 100, "softmax, fused": lambda n: n**2 / 400, "linear": lambda n: n}
    peak = {"softmax": lambda n: 8 * n**2, "softmax, fused": lambda n: 0, "linear": lambda n: 768 * n}
    latency = {kind: {n: Latency(1e-6 * f(n), 1e-6 * f(n), 1e-7 * f(n), 3) for n in N} for kind, f in of.items()}
    return {kind: {n: Cost(latency[kind][n], peak[kind](n)) for n in N} for kind in of}


looks = partial(Picture, partial(WhereItLooksPlot, encoder=ENCODER, images=IMAGES), figsize=(8.0, 3.1))
cost = partial(Picture, partial(CostPlot, costs=costs()), figsize=(8.5, 3.3))
needle = partial(Picture, RecallPlot, figsize=(7.5, 3.6))


def test_the_maps_are_the_weights_of_that_place_image_and_head():
    plot = looks(image=2, row=3, column=5, head=4)._plot
    q, k = queries_and_keys(ENCODER, IMAGES, layer=1)
    everywhere = torch.eye(64).expand(3, 4, 64, 64)  # the values that give back the weights
    for shown, attend in zip(plot.looks, (softmax_attention, linear_attention), strict=True):
        expected = attend(q, k, everywhere)[1, 3, 2 * 8 + 4]
        assert np.allclose(shown.get_array().ravel(), 100 * expected, rtol=1e-4)
    assert np.array_equal(plot.image.get_array(), IMAGES[1].permute(1, 2, 0))


def test_the_frame_stands_on_the_place_that_asks():
    plot = looks(image=1, row=3, column=5, head=1)._plot
    assert plot.marks[0].get_xy() == (15.5, 7.5) and plot.marks[1].get_xy() == (3.5, 1.5)


def test_evenly_spread_weight_is_like_all_places():
    same = torch.zeros(1, 3, 32, 32)
    blind = EncoderClassifier().eval()
    for weight in blind.parameters():
        weight.data.zero_()
    picture = Picture(partial(WhereItLooksPlot, encoder=blind, images=same), row=1, column=1, head=1, image=1)
    assert "looks at 64 of 64" in picture.description and picture.description.endswith("looks at 64.")


def test_the_cost_is_read_off_at_the_chosen_length():
    picture = cost(doublings=6)
    counts = multiply_adds(1024, 64, 64)
    assert f"softmax {counts['softmax']:,} multiply-adds and linear {counts['linear']:,}" in picture.description
    assert picture.description.endswith("measured: softmax 10 ms; softmax, fused 2.6 ms; linear 1 ms.")
    assert all(list(line.get_xdata()) == [1024, 1024] for line in picture._plot.lines)


def test_both_crossings_are_named():
    plot = cost(doublings=0)._plot
    assert [text.get_text() for ax in plot.axes[:2] for text in ax.texts] == ["N = 64", "N ≈ 100"]


def test_only_memory_that_stands_out_is_drawn():
    dots = [line for line in cost(doublings=0)._plot.axes[2].lines if line.get_marker() in "o^s"]
    assert [len(line.get_xdata()) for line in dots] == [4, 0, 0]  # 8 N² from N = 1,024; linear's 6 MB drown


@pytest.mark.parametrize("features", [8, 16, 64])
def test_linear_stays_below_the_bound_and_softmax_gets_through_it(features):
    plot = needle(sharpness=8, features=features)._plot
    bound = 100 * np.minimum(1, features / np.array(LENGTHS))
    assert np.allclose(plot.bound.get_ydata(), bound)
    assert (plot.lines["linear"].get_ydata() < bound).all()
    assert plot.lines["softmax"].get_ydata()[-1] > 5 * bound[-1]


def test_no_two_names_of_lines_touch():
    plot = needle(sharpness=1, features=8)._plot
    heights = sorted(text.get_position()[1] for text in plot.texts.values())
    assert min(np.divide(heights[1:], heights[:-1])) > 1.69


@pytest.mark.parametrize(
    "draw",
    [
        partial(looks, image=1, row=1, column=1, head=1),
        partial(looks, image=3, row=8, column=8, head=4),
        partial(cost, doublings=0),
        partial(cost, doublings=9),
        partial(needle, sharpness=1, features=8),
        partial(needle, sharpness=8, features=64),
    ],
    ids=["first place", "last place", "short", "long", "dull needle", "sharp needle"],
)
def test_nothing_is_cut_off(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
