"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check
from edukit.quantization import QParams


def learner_quantize(x, g):
    """As a learner would write it: another order of steps, another integer type."""
    steps = np.rint(np.divide(x, g.scale))
    return np.minimum(np.maximum(steps + g.zero_point, g.qmin), g.qmax).astype(np.int64)


def learner_qparams(low, high, bits):
    """Plain Python floats, a guard of another kind."""
    low, high = min(float(low), 0.0), max(float(high), 0.0)
    qmin, qmax = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    scale = max((high - low) / (2**bits - 1), 1e-9)
    return QParams(scale, round(qmin - low / scale), qmin, qmax)


def learner_scales(w, bits):
    """A loop over the channels."""
    sizes = [max(np.abs(channel).max(), 1e-8) for channel in w]
    return np.reshape(sizes, (-1, *[1] * (w.ndim - 1))) / (2 ** (bits - 1) - 1)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.quantize, learner_quantize),
        (check.choose_qparams, learner_qparams),
        (check.channel_scales, learner_scales),
        (check.compression_ratio, lambda s, b: np.prod(s) * 4 / (np.prod(s) * b / 8 + s[0] * 4)),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_a_mistake_is_recognised_in_other_clothes():
    def wraps(x, g):
        q = (np.rint(x / g.scale) + g.zero_point).astype("int64")
        return np.clip(((q + 128) % 256 - 128).astype("int8"), g.qmin, g.qmax)

    assert "the cast came before the clip" in check.quantize(wraps).line
    no_zero = check.choose_qparams(
        lambda low, high, bits: QParams((high - low) / 255, -128 - round(low / 1), -128, 127)
    )
    assert not no_zero


def test_published_example():
    """x = 0.7 at S = 0.1, Z = 128 on [0, 255] is code 135: a check that asks for it."""
    x, g = check.quantize.questions[1]
    assert (x[0], g.zero_point, g.qmin, g.qmax) == (np.float32(0.7), 128, 0, 255)
    assert check.quantize.solve(x, g)[0] == 135
