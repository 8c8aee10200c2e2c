"""Right answers on three levels in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check


def learner_ternarize(w):
    """Filter by filter, in plain Python."""
    alphas, rows = [], []
    for row in w.reshape(len(w), -1).astype(float):
        limit = 0.7 * sum(abs(row)) / len(row)
        kept = [abs(v) for v in row if abs(v) > limit]
        alphas.append(sum(kept) / len(kept) if kept else 0.0)
        rows.append([0 if abs(v) <= limit else 1 if v > 0 else -1 for v in row])
    return np.reshape(alphas, (-1, *[1] * (w.ndim - 1))), np.reshape(rows, w.shape)


def test_another_right_way_to_write_it_passes():
    assert check.ternarize(learner_ternarize), check.ternarize(learner_ternarize)


def test_mistakes_are_recognised_in_other_clothes():
    def masked(w, factor, axes):
        kept = abs(w) > factor * abs(w).mean(axes, keepdims=True)
        return (abs(w) * kept).mean(axes, keepdims=True), np.where(kept, np.sign(w), 0)

    assert "the zeros count" in check.ternarize(lambda w: masked(w, 0.7, tuple(range(1, w.ndim)))).line
    assert "alpha must have the shape" in check.ternarize(lambda w: masked(w, 0.7, None)).line


def test_the_row_of_the_lesson():
    alpha, t = check.ternarize.solve(np.float32([[0.5, -0.1, 0.0, -0.3]]))
    assert alpha.item() == pytest.approx(0.4) and t.tolist() == [[1, 0, 0, -1]]


def test_zeros_count_in_the_threshold_and_codes_are_real_numbers():
    def of_the_others(w):
        size = np.abs(w)
        axes = tuple(range(1, w.ndim))
        mean = size.sum(axes, keepdims=True) / np.maximum((size > 0).sum(axes, keepdims=True), 1)
        kept = size > 0.7 * mean
        return (size * kept).sum(axes, keepdims=True) / np.maximum(kept.sum(axes, keepdims=True), 1), np.sign(w) * kept

    assert not check.ternarize(of_the_others)
    assert not check.ternarize(lambda w: tuple(part.astype(complex) for part in check.ternarize.solve(w)))
