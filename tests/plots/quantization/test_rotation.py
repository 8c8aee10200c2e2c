"""The picture of a rotation says what the package's formats leave of the other channels."""

import re
from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.rotation import RotationPlot
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.formats import INT4
from edukit.quantization.lowbit.rotation import rotate

X = np.random.default_rng(0).normal(size=(32, 64)).astype(np.float32)
PLOT = partial(RotationPlot, inputs=X)
INT = "INT4, a scale for 64"


def found(picture, times, format=INT):
    return [float(f) for f in re.findall(r"(-?[\d.]+) dB", picture.move(times=times, format=format))]


def test_both_figures_are_those_of_the_package():
    picture = Picture(PLOT, times=30, format=INT)
    channel = int(np.abs(X).sum(0).argmax())
    x = X.copy()
    x[:, channel] *= 30
    others = np.arange(64) != channel
    block = Block(INT4, 64)
    stored = [block.round(x), rotate(block.round(rotate(x)))]
    right = [10 * np.log10(np.square(x[:, others]).sum() / np.square((x - s)[:, others]).sum()) for s in stored]
    assert found(picture, 30) == pytest.approx(right, abs=0.06)


def test_a_rotation_helps_one_scale_for_all_and_harms_small_blocks():
    picture = Picture(PLOT, times=1, format=INT)
    plain, turned = found(picture, 30)
    assert turned > plain + 5
    plain, turned = found(picture, 30, "NVFP4, for 16")
    assert turned < plain


def test_the_inputs_stay_and_other_shapes_are_refused():
    kept = X.copy()
    Picture(PLOT, times=50, format=INT)
    assert np.array_equal(X, kept)
    with pytest.raises(ValueError, match="inputs must have the shape"):
        Picture(partial(RotationPlot, inputs=X[0]), times=1, format=INT)


def test_inputs_of_zeros_have_no_error():
    picture = Picture(partial(RotationPlot, inputs=np.zeros((2, 8))), times=5, format="INT4, a scale for 8")
    assert "inf dB" in picture.description


def test_nothing_is_cut_off_and_every_axis_is_named():
    picture = Picture(PLOT, figsize=(7.5, 3.2), times=100, format=INT)
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() and axes.get_xlabel() for axes in picture.axes)
