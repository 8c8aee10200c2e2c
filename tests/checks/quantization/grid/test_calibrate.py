"""Right answers in other words pass, and the mistakes of the articles are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check
from edukit.quantization import moving_average
from edukit.quantization.grid.calibrate import clipping_and_rounding


def learner_calibrated(sample, x, p, bits):
    """By hand, in double precision and with unsigned codes."""
    low, high = np.percentile(sample, 100 - p), np.percentile(sample, p)
    low, high = min(low, 0), max(high, 0)
    scale = (high - low) / (2**bits - 1)
    zero = round(-low / scale)
    return (np.clip(np.rint(x / scale) + zero, 0, 2**bits - 1) - zero) * scale


def article_calibrated(sample, x, p, bits):
    """As published: the calibrated range is computed, and the scale comes from elsewhere."""
    low, high = np.percentile(sample, [100 - p, p])
    scale = (sample.max() - sample.min()) / (2**bits - 1)
    zero = np.round(-sample.min() / scale)
    codes = np.clip(np.round(x / scale) + zero, 0, 2**bits - 1)
    return scale * (codes - zero)


def learner_parts(x, g):
    """By masks: what saturates is not rounded, so each value is in one part or the other."""
    first, last = (g.scale * (code - g.zero_point) for code in (g.qmin, g.qmax))
    below, above = np.maximum(first - x, 0), np.maximum(x - last, 0)
    steps = np.round(x / g.scale) * g.scale
    rounded = np.where((x >= first) & (x <= last), x - steps, 0)
    return (below**2 + above**2).mean(), (rounded**2).mean()


def learner_average(extremes, momentum):
    """The sum written out."""
    shares = (1 - momentum) * momentum ** np.arange(len(extremes))[::-1]
    shares[0] = momentum ** (len(extremes) - 1)
    return [float(shares @ extremes[:, 0]), float(shares @ extremes[:, 1])]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.calibrated, learner_calibrated),
        (check.clipping_and_rounding, learner_parts),
        (check.moving_average, learner_average),
        (check.moving_average, lambda e, m: np.array(moving_average(e, momentum=m))),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_mistake_calibrated_range_dropped():
    assert "computed and then dropped" in check.calibrated(lambda *question: article_calibrated(*question)).line


def test_mistake_zero_not_forced_into_the_range():
    def answer(sample, x, p, bits):
        low, high = np.percentile(sample, [100 - p, p]).astype(np.float32)
        scale = (high - low) / np.float32(2**bits - 1)
        zero = np.round(-low / scale)
        return scale * (np.clip(np.round(x / scale) + zero, 0, 2**bits - 1) - zero)

    assert "0 is outside the range" in check.calibrated(answer).line


def test_a_start_at_zero_is_refused():
    def answer(extremes, momentum):
        low, high = 0.0, 0.0
        for smallest, largest in extremes:
            low, high = momentum * low + (1 - momentum) * smallest, momentum * high + (1 - momentum) * largest
        return np.array([low, high])

    assert "starts at 0" in check.moving_average(answer).line


def test_the_exercise_average_is_the_package_s():
    for extremes, momentum in check.moving_average.questions:
        assert np.allclose(check.moving_average.solve(extremes, momentum), moving_average(extremes, momentum=momentum))


def test_answers_of_the_wrong_form_are_told_so():
    assert "shape" in check.calibrated(lambda sample, x, p, bits: 0.5).line
    assert not check.clipping_and_rounding(lambda x, g: sum(clipping_and_rounding(x, g)))
    assert not check.moving_average(lambda e, m: e)
