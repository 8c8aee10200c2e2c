"""What the pictures say is what the formulas give."""

from functools import partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.affine import AgainstBitsPlot, ChannelsPlot, StaircasePlot, WeightHistogramPlot, X

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, 2000).astype(np.float32)


@pytest.mark.parametrize("bits", [2, 3, 8])
@pytest.mark.parametrize("symmetric", [False, True])
def test_inside_the_white_range_the_error_stays_within_its_bound(bits, symmetric):
    plot = Picture(StaircasePlot, bits=bits, symmetric=symmetric, high=2.0)._plot
    error, bound = plot.error.get_ydata(), plot.bounds[0].get_ydata()[0]
    left, right = plot.shades[:2]
    white = (X >= left.get_x() + left.get_width()) & (X <= right.get_x())
    assert white.sum() > 500
    assert np.abs(error[white]).max() <= bound * (1 + 1e-4)  # 1e-4: float32 rounding of x / S
    assert np.abs(error[X > right.get_x() + 0.01]).min() > bound


def test_the_staircase_has_as_many_steps_as_it_says():
    picture = Picture(StaircasePlot, bits=3, symmetric=False, high=3.0)
    assert picture.description.startswith("3 bits: 8 codes")
    assert len(np.unique(picture._plot.stairs.get_ydata())) == 8


def test_an_outlier_takes_the_codes_of_all_others():
    picture = Picture(partial(WeightHistogramPlot, weights=WEIGHTS), bits=4, outlier_times=1)
    calm = picture._plot.stored.get_data().values
    picture.move(bits=4, outlier_times=20)
    wild = picture._plot.stored.get_data().values
    assert calm.sum() == pytest.approx(100) and wild.sum() == pytest.approx(100)
    assert (calm > 0).sum() > 10 and wild.max() > 95
    assert "4 bits, largest weight times 20: 2 of 15 codes are used" in picture.description


def test_weights_may_come_from_torch_and_stay_as_they_are():
    weights = torch.from_numpy(WEIGHTS.copy()).reshape(20, 100).requires_grad_()
    Picture(partial(WeightHistogramPlot, weights=weights.detach()), bits=4, outlier_times=20)
    assert np.array_equal(weights.detach().numpy().ravel(), WEIGHTS)


def test_a_scale_for_each_channel_keeps_every_channel_alive():
    sizes = np.geomspace(0.01, 1, 16, dtype=np.float32)[::-1, None]
    weights = WEIGHTS.reshape(16, -1) * sizes
    picture = Picture(partial(ChannelsPlot, weights=weights), bits=2, scales="per tensor")
    half = np.abs(weights).max() / 2  # two bits, symmetric: the codes are -1, 0, 1, so the step is the largest size
    dead = int((np.abs(weights).max(1) < half).sum())
    assert picture.description.startswith(f"2 bits, one scale per tensor: {dead} of 16 channels become 0") and dead > 5
    assert picture._plot.errors.get_data().values[0] == pytest.approx(100)
    assert picture.move(bits=2, scales="per channel").startswith("2 bits, one scale per channel: 0 of 16")
    band = picture._plot.band.get_data()
    assert np.all(np.diff(band.values) > 0)  # from the smallest channel to the largest, each with its own half step


def test_the_word_saturates_stands_only_where_there_is_room():
    picture = Picture(StaircasePlot, bits=8, symmetric=False, high=3.0)
    assert not picture._plot.saturated.get_visible()
    picture.move(bits=8, symmetric=False, high=1.0)
    assert picture._plot.saturated.get_visible()


def test_a_chosen_number_of_bits_is_read_off_every_curve():
    curves = {"per tensor": {2: 5.1, 3: 11.2}, "per channel": {2: 9.0, 3: 15.1}}
    plot = partial(AgainstBitsPlot, curves=curves, ylabel="SQNR, dB", reference=("6 dB a bit", {2: 0, 3: 6}))
    picture = Picture(plot, bits=2)
    assert picture.move(bits=3) == "SQNR, dB, at 3 bits: per tensor 11.2, per channel 15.1."
    assert picture._plot.chosen.get_xdata() == [3, 3]
    table = [text.get_text().split() for text in picture.axes[0].texts]
    assert table == [["●", "per", "tensor", "11.2"], ["■", "per", "channel", "15.1"], ["┄", "6", "dB", "a", "bit"]]
    plot = partial(AgainstBitsPlot, curves=curves, ylabel="SQNR, dB", reference=("float32", {2: 30, 3: 30}))
    assert Picture(plot, bits=2).axes[0].texts[-1].get_text().split() == ["┄", "float32", "30.0"]


def test_several_values_are_shown_as_their_mean_and_their_spread():
    curves = {"per tensor": {2: [10, 20, 60], 3: np.array([80, 90, 85])}}
    picture = Picture(partial(AgainstBitsPlot, curves=curves, ylabel="accuracy, %"), bits=2)
    assert picture.description == (
        "accuracy, %, at 2 bits: per tensor 30.0. Lines: the mean of 3 networks; bars: from the worst to the best."
    )
    (bars,) = picture.axes[0].collections
    assert [bar[:, 1].tolist() for bar in bars.get_segments()] == [[10, 60], [80, 90]]


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, StaircasePlot, figsize=(7.5, 4.2), bits=8, symmetric=True, high=3.0),
        partial(Picture, partial(WeightHistogramPlot, weights=WEIGHTS), figsize=(7.5, 4), bits=2, outlier_times=20),
        partial(
            Picture,
            partial(ChannelsPlot, weights=WEIGHTS.reshape(40, -1)),
            figsize=(7.5, 4.2),
            bits=3,
            scales="per channel",
        ),
        partial(Picture, partial(AgainstBitsPlot, curves={"per tensor": {2: 1, 3: 99}}, ylabel="accuracy, %"), bits=2),
    ],
    ids=["staircase", "histogram", "channels", "against bits"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()


def test_a_guess_is_a_dotted_line_at_its_height():
    curves = {"per tensor": {2: 10.0, 3: 90.0}}
    picture = Picture(partial(AgainstBitsPlot, curves=curves, ylabel="accuracy, %"), bits=2)
    before = len(picture.axes[0].lines)
    picture.mark(97)
    (line,) = picture.axes[0].lines[before:]
    assert set(line.get_ydata()) == {97} and picture.axes[0].get_ylim()[1] >= 97
    assert picture.description.endswith("The dotted line is your guess, 97.")
