"""The observer: a fair sample, exact extremes, memory that does not grow, and the history for moving averages."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from edukit.quantization import Observer, kl, min_max, moving_average, mse, percentile, quantize_model
from edukit.quantization.grid.observer import STEPS, as_batches
from edukit.training import seeded

BATCHES = np.random.default_rng(0).normal(size=(30, 8, 16)).astype(np.float32)


def observed(batches, **options):
    observer = Observer(**options)
    for batch in batches:
        observer.update(batch)
    return observer


def test_it_keeps_the_extremes_in_a_sample_of_fixed_size():
    observer = observed(torch.arange(100_000, dtype=torch.float32).reshape(10, 100, 100), capacity=1000)
    assert observer.range() == (0, 99_999) and observer.seen == 100_000 and observer.sample.size == 1002


def test_the_sample_is_fair():
    observer = observed(np.split(np.arange(100_000, dtype=np.float32), 20), capacity=2000)
    # the mean of 2,000 draws from 0..99,999 has a standard deviation of 28,868 / sqrt(2000) = 645; 4 of them
    assert abs(observer.sample.mean() - 49_999.5) < 4 * 645
    # of each of the 20 batches 100 are expected, with a deviation of sqrt(100 · 19/20) = 9.7; 5 of them
    assert np.abs(np.bincount((observer.sample[:-2] // 5000).astype(int)) - 100).max() < 49


@pytest.mark.parametrize("seed", [0, 1])
def test_data_from_the_same_seed_are_not_its_keys(seed):
    """Uniform noise from default_rng(seed) is tried first; as its own keys, only small values stayed."""
    noise = np.random.default_rng(seed).random((20, 1000))
    sample = observed(noise, capacity=2000, seed=seed).sample
    assert abs(sample.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 2000)  # a uniform value has a variance of 1/12


def test_a_share_is_estimated_within_its_error():
    observer = observed(BATCHES, capacity=500)
    share = (BATCHES > 1).mean()
    assert abs((observer.sample > 1).mean() - share) < 4 * np.sqrt(share * (1 - share) / 500)


def test_memory_does_not_grow():
    """A bounded sample store: 3,000 batches take what 100 take."""
    tracemalloc.start()
    observer, batch = Observer(capacity=1000), np.ones(500, np.float32)
    sizes = []
    for step in range(3000):
        observer.update(batch)
        if step in (2 * STEPS, 2999):
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert observer.seen == 1_500_000 and len(observer.history) == STEPS
    assert sizes[1] - sizes[0] < 20_000


def test_a_large_batch_takes_no_memory_of_its_size():
    """Mistake: a random key for every value of a batch, eight bytes beside each four."""
    observer, batch = Observer(capacity=1000), np.ones(4_000_000, np.float32)
    tracemalloc.start()
    for _ in range(3):
        observer.update(batch)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert observer.sample.size == 1002 and peak < batch.nbytes / 20


def test_one_large_batch_is_as_fair_as_many_small_ones():
    values = np.arange(300_000, dtype=np.float32)
    for batches in ([values], np.split(values, [7, 90_000, 90_010]), np.split(values, 300)):
        sample = observed(batches, capacity=1000).sample[:-2]
        assert len(np.unique(sample)) == 1000
        # of each third 333 are expected, with a deviation of sqrt(1000 · 2/9) = 15; 5 of them
        assert np.abs(np.bincount((sample // 100_000).astype(int)) - 333).max() < 75


def test_large_inputs_come_in_smaller_pieces():
    sizes = [len(batch[0]) for batch in as_batches(torch.zeros(20, 3, 224, 224))]
    assert sizes == [6, 6, 6, 2] and [len(b[0]) for b in as_batches(torch.zeros(99, 3, 32, 32))] == [64, 35]


def test_the_same_seed_gives_the_same_sample():
    one, same, other = (observed(BATCHES, capacity=50, seed=seed).sample for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_all_values_are_kept_while_they_fit():
    observer = observed(BATCHES)
    assert np.array_equal(np.sort(observer.sample), np.sort(BATCHES, axis=None))
    for calibrator in (min_max, percentile, mse, kl):
        assert np.allclose(observer.range(calibrator), calibrator(BATCHES), rtol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_a_moving_average_sees_the_batches_in_time(momentum):
    calibrator = partial(moving_average, momentum=momentum)
    assert np.allclose(observed(BATCHES).range(calibrator), calibrator(BATCHES), rtol=1e-6)
    assert observed(BATCHES).range(moving_average) == pytest.approx(moving_average(BATCHES), rel=1e-6)
    assert np.array_equal(observed(BATCHES).history, np.stack([BATCHES.min((1, 2)), BATCHES.max((1, 2))], 1))


def test_of_a_long_history_the_last_steps_are_kept():
    observer = observed(np.arange(STEPS + 10, dtype=np.float32).reshape(-1, 1))
    assert observer.history.shape == (STEPS, 2) and observer.history[0, 0] == 10 and observer.range()[0] == 0


@pytest.mark.parametrize("calibrator", [min_max, percentile, moving_average, mse, kl])
def test_quantize_model_takes_every_calibrator(calibrator):
    with seeded(0):
        net = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))
    batches = list(torch.from_numpy(BATCHES))
    x = torch.cat(batches)
    error = quantize_model(net, batches, calibrator=calibrator)(x) - net(x)
    assert error.square().mean() < 0.01 * net(x).var()


def test_an_average_of_the_batches_is_narrower_than_all_of_them():
    low, high = observed(BATCHES).range(moving_average)
    smallest, largest = observed(BATCHES).range()
    assert smallest < low < high < largest


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_refused_and_leave_no_trace(bad):
    observer = observed(BATCHES)
    before = observer.sample
    with pytest.raises(ValueError, match="x holds NaN or infinity"):
        observer.update(np.float32([0, bad]))
    assert np.array_equal(observer.sample, before) and len(observer.history) == 30


def test_an_empty_batch_changes_nothing_and_no_batch_is_an_error():
    observer = Observer()
    observer.update(np.empty((0, 3), np.float32))
    for call in (lambda: observer.sample, lambda: observer.history, observer.range):
        with pytest.raises(ValueError, match="no values"):
            call()


@pytest.mark.parametrize("capacity", [0, -1, 2.5])
def test_a_bad_capacity_is_named(capacity):
    with pytest.raises(ValueError, match="capacity"):
        Observer(capacity=capacity)
