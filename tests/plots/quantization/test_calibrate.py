"""What the pictures of lesson 02 show is what was computed, and nothing is cut off."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.calibrate import METHODS, MoreImagesPlot, MovingAveragePlot, RangePlot, SpreadPlot
from edukit.quantization import Observer, choose_qparams, moving_average, mse, percentile
from edukit.quantization.grid.calibrate import clipping_and_rounding

RANDOM = np.random.default_rng(0)
BATCHES = np.maximum(RANDOM.standard_t(4, (20, 200)), 0).astype(np.float32)
OBSERVER = Observer()
for batch in BATCHES:
    OBSERVER.update(batch)
RANGE = partial(RangePlot, observer=OBSERVER)
ENDS = {
    "min_max": {1: [3.0, 5.0], 2: [4.0, 6.0], 4: [6.0, 6.0]},
    "percentile 99.9": {1: [3.0, 3.0], 2: [3.0, 3.2], 4: [3.1, 3.1]},
    "mse, 4 bits": {1: [2.0, 3.0], 2: [3.0, 3.1], 4: [3.0, 3.1]},
}
TABLE = {"min_max": [91.4, 91.4, 93.2], "percentile 99": [96.0, 94.4, 94.6]}


@pytest.mark.parametrize("method", METHODS)
def test_the_mark_stands_where_the_method_ends_the_range(method):
    picture = Picture(RANGE, method=method, bits=4, percentile=95.0)
    plot = picture._plot
    calibrator = {"percentile": partial(percentile, p=95), "mse": partial(mse, bits=4)}.get(method)
    if calibrator:
        assert plot.ends[0][1].get_xdata()[0] == pytest.approx(OBSERVER.range(calibrator)[1])
    high, error = plot.mark.get_xdata()[0], plot.mark.get_ydata()[0]
    parts = clipping_and_rounding(OBSERVER.sample, choose_qparams(np.float32(0), np.float32(high), 4))
    assert error == pytest.approx(100 * sum(parts) / np.mean(OBSERVER.sample**2), rel=1e-3)
    assert picture.description.startswith(f"{method} at 4 bits: 0.00 to {high:.2f}")


def test_clipping_falls_rounding_grows_and_mse_marks_the_least_sum():
    plot = Picture(RANGE, method="mse", bits=4, percentile=99.0)._plot
    clipping, rounding, together = (line.get_ydata() for line in plot.lines)
    assert (np.diff(clipping) <= 0).all() and rounding[-1] > rounding[0]
    assert np.allclose(together, clipping + rounding) and plot.mark.get_ydata()[0] <= 1.01 * together.min()


def test_a_ring_stands_where_min_max_would_end_the_range():
    plot = Picture(RANGE, method="mse", bits=4, percentile=99.0)._plot
    grid = choose_qparams(*OBSERVER.range(), 4)
    error = 100 * sum(clipping_and_rounding(OBSERVER.sample, grid)) / np.mean(OBSERVER.sample**2)
    assert plot.whole.get_xdata()[0] == pytest.approx(OBSERVER.sample.max())
    assert plot.whole.get_ydata()[0] == pytest.approx(error, rel=1e-3) and error > plot.mark.get_ydata()[0]


def test_as_many_marks_as_codes_and_the_kept_bars_end_with_the_range():
    picture = Picture(RANGE, method="percentile", bits=3, percentile=95.0)
    plot = picture._plot
    assert len(plot.codes.get_xdata()) == 8
    kept = plot.kept.get_data()
    assert kept.values[kept.edges[:-1] > OBSERVER.range(partial(percentile, p=95))[1]].sum() == 0
    assert 0 < kept.values.sum() < 100 and "saturate" in picture.description


def test_the_average_of_each_step_is_that_of_the_steps_before():
    picture = Picture(partial(MovingAveragePlot, history=OBSERVER.history), momentum=0.5, start_at_zero=False)
    for t in (1, 7, 20):
        expected = moving_average(OBSERVER.history[:t], momentum=0.5)
        assert [line.get_ydata()[t - 1] for line in picture._plot.lines] == pytest.approx(expected)
    started = picture._plot.lines[1].get_ydata()[0]
    picture.move(momentum=0.5, start_at_zero=True)
    assert picture._plot.lines[1].get_ydata()[0] == pytest.approx(started / 2) and "started at 0" in picture.description


def test_the_images_chosen_are_read_off_every_way():
    picture = Picture(partial(MoreImagesPlot, ends=ENDS), doublings=0)
    assert "min_max 4.0 (3.0 to 5.0), percentile 99.9 3.0 (3.0 to 3.0)" in picture.description
    assert picture.move(doublings=2).startswith("4 images") and list(picture._plot.mark.get_xdata()) == [4, 4]


def test_every_network_is_a_ring():
    picture = Picture(partial(SpreadPlot, table=TABLE, before=[96.6, 95.6, 96.2], measure="shapes named, %"))
    assert picture.description.startswith("shapes named, %") and picture.axes[0].get_xlabel() == "shapes named, %"
    assert "min_max 92.0 (91.4 to 93.2), percentile 99 95.0 (94.4 to 96.0); float 96.1" in picture.description
    (rings,) = [line for line in picture.axes[0].lines if line.get_marker() == "o"]
    assert sorted(rings.get_xdata()) == sorted(sum(TABLE.values(), []))


@pytest.mark.parametrize(
    "draw",
    [
        *(partial(Picture, RANGE, figsize=(7.5, 4.6), method=method, bits=2, percentile=90.0) for method in METHODS),
        partial(Picture, partial(MoreImagesPlot, ends=ENDS), figsize=(7.5, 3.4), doublings=1),
        partial(
            Picture,
            partial(MovingAveragePlot, history=OBSERVER.history),
            figsize=(7.5, 3.2),
            momentum=0.9,
            start_at_zero=False,
        ),
        partial(Picture, partial(SpreadPlot, table=TABLE, before=[96.0, 95.0]), figsize=(7.5, 2.6)),
    ],
    ids=[*METHODS, "more images", "moving average", "spread"],
)
def test_nothing_is_cut_off_and_no_names_lie_on_each_other(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    for axes in picture.axes:
        boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
        assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
        assert axes.get_xlabel() or axes is picture.axes[0]
