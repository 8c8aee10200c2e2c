"""The pictures of codebooks say what k-means and Huffman coding give."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.codebook import HuffmanPlot, KMeansPlot
from edukit.quantization.lowbit.codebook import kmeans
from edukit.quantization.lowbit.huffman import encode, entropy

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, (16, 50)).astype(np.float32)
SYMBOLS = {"codes": np.random.default_rng(1).binomial(15, 0.4, 3000) + 1, "gaps": np.array([1, 1, 1, 2, 9])}
KMEANS = partial(KMeansPlot, weights=WEIGHTS)
HUFFMAN = partial(HuffmanPlot, parts=SYMBOLS)


@pytest.mark.parametrize(("step", "bits"), [(0, 2), (3, 3), (20, 4)])
def test_values_and_error_are_those_of_kmeans_after_so_many_steps(step, bits):
    picture = Picture(KMEANS, step=step, bits=bits)
    book = kmeans(WEIGHTS, 2**bits, steps=step)
    drawn = [segment[0][0] for segment in picture._plot.values.get_segments()]
    np.testing.assert_allclose(drawn, book.centroids, rtol=1e-6)
    error = 100 * np.linalg.norm(WEIGHTS - book.values) / np.linalg.norm(WEIGHTS)
    assert f"relative error {error:.1f} %" in picture.description


def test_no_step_makes_the_error_larger():
    picture = Picture(KMEANS, step=0, bits=3)
    errors = np.array(picture._plot.line.get_ydata())
    assert len(errors) == 21 and (np.diff(errors) <= 1e-9).all() and errors[-1] < errors[0]


@pytest.mark.parametrize("part", SYMBOLS)
def test_lengths_shares_and_means_are_those_of_the_code(part):
    picture = Picture(HUFFMAN, part=part)
    symbols = SYMBOLS[part]
    used = np.unique(symbols)
    segments = [line.get_segments() for line in (picture._plot.shares, picture._plot.lengths)]
    assert [s[0][0] for s in segments[1]] == used.tolist()
    assert sum(s[1][1] for s in segments[0]) == pytest.approx(100)
    lengths = {int(s[0][0]): s[1][1] for s in segments[1]}
    mean = np.mean([lengths[s] for s in symbols.tolist()])
    assert f"{mean:.2f} bits on average" in picture.description and f"{entropy(symbols):.2f}." in picture.description
    assert entropy(symbols) <= mean < entropy(symbols) + 1
    body = len(encode(symbols)) - 6 - (symbols.max() + 1)
    assert body == -(-round(mean * symbols.size) // 8)


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, KMEANS, figsize=(7.5, 4.2), step=20, bits=4),
        partial(Picture, HUFFMAN, figsize=(7.5, 3.8), part="codes"),
        partial(Picture, HUFFMAN, figsize=(7.5, 3.8), part="gaps"),
    ],
    ids=["kmeans", "codes", "gaps"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()


def test_the_caller_keeps_the_weights():
    kept = WEIGHTS.copy()
    Picture(KMEANS, step=2, bits=2)
    assert np.array_equal(WEIGHTS, kept)
