"""Calibration: ranges lie inside the data, numpy as oracle, a reservoir that is fair and bounded."""

import numpy as np
import pytest
import torch

from edukit.quantization import Observer, min_max, percentile

X = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("calibrator", [min_max, percentile])
def test_a_range_lies_inside_the_data_and_broadcasts(calibrator, axis):
    low, high = calibrator(X, axis)
    smallest, largest = min_max(X, axis)
    assert (smallest <= low).all() and (low <= high).all() and (high <= largest).all()
    assert np.broadcast_shapes(low.shape, X.shape) == X.shape and low.dtype == np.float32


@pytest.mark.parametrize("p", [75, 99, 100])
def test_percentile_leaves_at_most_its_share_outside(p):
    low, high = percentile(X, p=p)
    # 2 / size: a percentile between two values may leave one more value out on each side
    assert ((low > X) | (high < X)).mean() <= 2 * (100 - p) / 100 + 2 / X.size


@pytest.mark.parametrize("axis", [None, 1])
def test_torch_equals_numpy(axis):
    for calibrator in (min_max, percentile):
        ours = calibrator(torch.from_numpy(X), axis)
        for value, oracle in zip(ours, calibrator(X, axis), strict=True):
            assert isinstance(value, torch.Tensor) and np.array_equal(value.numpy(), oracle)


def test_percentile_equals_numpy_per_channel():
    low, high = percentile(X, 1, p=90)
    assert np.allclose(low.ravel(), np.percentile(X, 10, axis=(0, 2)))
    assert np.allclose(high.ravel(), np.percentile(X, 90, axis=(0, 2)))


def test_observer_keeps_the_extremes_in_bounded_memory():
    observer = Observer(capacity=1000)
    for start in range(0, 100_000, 10_000):
        observer.update(torch.arange(start, start + 10_000, dtype=torch.float32).reshape(100, 100))
    assert observer.range() == (0, 99_999) and observer.seen == 100_000 and observer.sample.size == 1002


def test_observer_sample_is_fair():
    observer = Observer(capacity=2000)
    for part in np.split(np.arange(100_000, dtype=np.float32), 20):
        observer.update(part)
    # the mean of 2,000 draws from 0..99,999 has a standard deviation of 28,868 / sqrt(2000) = 645; 4 of them
    assert abs(observer.sample.mean() - 49_999.5) < 4 * 645


def test_an_outlier_moves_min_max_and_not_percentile():
    x = np.append(np.linspace(-1, 1, 10_000), 100).astype(np.float32)
    assert min_max(x)[1] == 100 and percentile(x, p=99)[1] < 1


@pytest.mark.parametrize("calibrator", [min_max, percentile, lambda x: Observer().update(x)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_refused(calibrator, bad):
    with pytest.raises(ValueError, match="NaN or infinity"):
        calibrator(np.float32([0, bad]))


@pytest.mark.parametrize("call", [lambda: min_max(np.empty(0)), lambda: Observer().sample, lambda: Observer().range()])
def test_no_values_give_no_range(call):
    with pytest.raises(ValueError, match="empty|no values"):
        call()


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="p must"):
        percentile(X, p=50)
    with pytest.raises(ValueError, match="axis"):
        min_max(X, axis=3)
    with pytest.raises(ValueError, match="capacity"):
        Observer(capacity=0)
