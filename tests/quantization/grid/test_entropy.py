"""Entropy calibration: the divergence as published, ONNX Runtime's answers under ONNX Runtime's rules, few values."""

import contextlib
import io

import numpy as np
import pytest
from onnxruntime.quantization.calibrate import HistogramCollector, smooth_distribution

from edukit.quantization.grid.entropy import divergence, least_divergence, windows

RANDOM = np.random.default_rng(0)
COUNTS = RANDOM.poisson(20 * np.exp(-(np.linspace(-4, 4, 400) ** 2) / 2))


def published(counts, i, levels):
    """Divergence of a window [0, i) as the slides of Migacz 2017 spell it out, bin by bin."""
    P = [float(n) for n in counts[:i]]
    P[-1] += sum(counts[i:])
    Q = [0.0] * i
    for level in range(levels):
        members = [j for j in range(i) if j * levels // i == level]
        filled = [j for j in members if P[j] > 0]
        for j in filled:
            Q[j] = sum(counts[m] for m in members) / len(filled)
    P, Q = np.array(P) / sum(P), np.array(Q) / sum(Q)
    return sum(p * np.log(p / q) if q else np.inf for p, q in zip(P, Q, strict=True) if p)


@pytest.mark.parametrize("levels", [4, 16, 128])
@pytest.mark.parametrize("i", [150, 200, 333, 400])
def test_divergence_is_the_published_one_but_for_the_scaling_of_what_is_left(i, levels):
    counts = np.where(RANDOM.random(400) < 0.2, 0, COUNTS)
    counts[i - 1] = 1  # nothing there would be infinite in theirs
    inside = counts[:i].sum() / counts.sum()
    assert divergence(counts, 0, i, levels) == pytest.approx(published(counts, i, levels) - np.log(inside), abs=1e-12)


def test_the_chosen_window_has_the_least_of_all_divergences():
    values = RANDOM.laplace(size=20_000)
    counts, edges = np.histogram(values, 200, (values.min(), values.max()))
    low, high = least_divergence(values, 16, 200)
    chosen = divergence(counts, np.abs(edges - low).argmin(), np.abs(edges - high).argmin(), 16)
    zero = int(np.abs(edges).argmin())
    assert chosen == min(divergence(counts, *window, 16) for window in windows(zero, 16, 200))
    assert values.min() < low < -2 and 2 < high < values.max()


@pytest.mark.parametrize("codes", [4, 16, 128])
def test_divergence_is_at_least_what_is_cut_off(codes):
    for first, last in windows(200, codes, 400):
        inside = COUNTS[first:last].sum() / COUNTS.sum()
        # Gibbs' inequality: a Q whose sum is the share inside loses at least the logarithm of that share
        assert divergence(COUNTS, first, last, codes) >= np.log(1 / inside) - 1e-12 >= -1e-12


def test_as_many_codes_as_bins_lose_nothing_and_fewer_lose_more():
    losses = [divergence(COUNTS, 0, 400, codes) for codes in (400, 200, 100, 50, 10, 2)]
    assert losses[0] == 0 and losses == sorted(losses)


def test_windows_reach_equally_far_and_end_at_the_ends():
    for zero, codes, bins in ((0, 16, 100), (100, 16, 100), (30, 16, 100), (50, 4, 2048), (3, 256, 100)):
        found = windows(zero, codes, bins)
        assert found[0] == (0, bins) and len(found) <= 256
        for first, last in found[1:]:
            assert last - first >= codes and (zero - first == last - zero or first == 0 or last == bins)
            assert first <= zero <= last


def onnxruntime_range(values, bins, codes):
    collector = HistogramCollector("entropy", False, bins, codes, 99.99, "same")
    with contextlib.redirect_stdout(io.StringIO()):
        collector.collect({"x": [values]})
        low, high, *_ = collector.compute_collection_result()["x"]
    return float(low), float(high)


def by_onnxruntimes_rules(counts, first, last, codes):
    """Where it differs from `divergence`: whole groups of bins, whole numbers in Q, smoothing instead of infinity."""
    inside = counts[first:last]
    p = inside.copy()
    p[0] += counts[:first].sum()
    p[-1] += counts[last:].sum()
    size, q = len(p) // codes, np.zeros(len(p), int)
    for code in range(codes):
        members = slice(code * size, (code + 1) * size)
        known = inside[members].sum() + (inside[codes * size :].sum() if code == codes - 1 else 0)
        if filled := np.count_nonzero(p[members]):
            q[members] = known / filled
    p, q = smooth_distribution(p), smooth_distribution(q)
    p, q = p / p.sum(), q / q.sum()
    return np.sum(p * np.log(p / q))


SAMPLES = {
    "normal": RANDOM.normal(size=30_000),
    "laplace": RANDOM.laplace(size=30_000),
    "relu": np.maximum(RANDOM.normal(size=30_000), 0),
    "outliers": np.append(RANDOM.normal(size=30_000), [12, -20]),
}


@pytest.mark.parametrize(("bins", "codes"), [(401, 32), (601, 128)])
@pytest.mark.parametrize("name", SAMPLES)
def test_with_its_rules_it_is_onnxruntime_to_the_bin(name, bins, codes):
    """So the windows and all else are the same, and the rules named in the header are all the difference there is."""
    values = SAMPLES[name].astype(np.float32)
    limit = np.abs(values).max()
    counts, edges = np.histogram(values, bins, (-limit, limit))
    middle, reaches = bins // 2, range(codes // 2, bins // 2 + 1)
    found = [(middle - reach, min(middle + reach + 1, bins)) for reach in reaches]
    first, last = found[np.argmin([by_onnxruntimes_rules(counts, *window, codes) for window in found])]
    theirs = onnxruntime_range(values, bins, codes)
    expected = np.clip([edges[first], edges[last]], values.min(), values.max())
    assert np.allclose(theirs, expected, atol=1.01 * 2 * limit / bins)


def test_default_onnxruntime_has_nothing_to_choose():
    """128 bins for 128 codes leave a single window: entropy calibration with the default settings is min_max."""
    values = SAMPLES["outliers"].astype(np.float32)
    assert onnxruntime_range(values, 128, 128) == (values.min(), values.max())


@pytest.mark.parametrize("values", [[2.0], [-2.0, -2.0], [1.0, 2.0], [-1e-30, 3.0], [1.0, 0.0]])
def test_few_values_are_never_cut(values):
    """TensorRT's scaling of Q makes a window around a single value look perfect; that is why Q stays as it is."""
    low, high = least_divergence(np.array(values), 16, 2048)
    assert low <= min(values) and high >= max(values)


def test_a_window_with_a_single_filled_bin_is_not_perfect():
    assert published(np.array([5, 0, 3, 2]), 1, 1) == 0 < np.log(2) == divergence(np.array([5, 0, 3, 2]), 0, 1, 1)


def test_an_outlier_beyond_a_gap_may_be_cut_off():
    counts = np.append(COUNTS, np.zeros(600, int))
    counts[-1] = 1
    assert np.isinf(published(counts, 420, 16)) and divergence(counts, 0, 420, 16) < divergence(counts, 0, 1000, 16)
