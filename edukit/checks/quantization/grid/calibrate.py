"""An exercise on calibration: store values on the grid of a range that was found on a sample.

Well-known mistakes  the calibrated range computed and then dropped; zero not forced into it; a range of the very values
that are stored; percent taken for shares
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import choose_qparams, fake_quantize, quantize
from edukit.quantization.grid.calibrate import percentile

f32 = np.float32
random = np.random.default_rng(4)


def calibrated(sample, x, p, bits):
    """x as it is stored in so many bits, on the grid of a percentile range that was calibrated on the sample."""
    low, high = percentile(sample, p=p)
    return fake_quantize(x, choose_qparams(low, high, bits))


def _show_stored(arguments, expected, got):
    sample, x, p, bits = arguments
    if np.shape(got) != x.shape:
        return f"x has the shape {x.shape}, yours has {np.shape(got)}"
    at = first_difference(expected, got)
    low, high = np.percentile(sample, [100 - p, p])
    return (
        f"{bits} bits for {low:.2f} to {high:.2f}: x = {x[at]:.3f} is stored as {expected[at]:.3f}, yours {got[at]:.3f}"
    )


def _wrong_range(ends, *, store=lambda x, low, high, bits: fake_quantize(x, choose_qparams(low, high, bits))):
    """A wrong calibrated: another range, or another way to store."""

    def answer(sample, x, p, bits):
        return store(x, *(f32(end) for end in ends(sample, x, p)), bits)

    return answer


def _ends(sample, x, p):
    return np.percentile(sample, [100 - p, p])


def _without_zero(x, low, high, bits):
    scale = (high - low) / f32(2**bits - 1)
    zero_point = np.round(-low / scale)
    return scale * (np.clip(np.round(x / scale) + zero_point, 0, 2**bits - 1) - zero_point)


def _without_clip(x, low, high, bits):
    return np.round(x / choose_qparams(low, high, bits).scale) * choose_qparams(low, high, bits).scale


def _samples():
    tails = random.standard_t(3, (3, 400)).astype(f32)
    yield tails[0], random.normal(0, 2, 30).astype(f32), 99, 4
    yield np.maximum(tails[1], 0), np.maximum(random.normal(0, 3, 30), 0).astype(f32), 95, 8
    yield (5 + random.random(400)).astype(f32), (4.8 + 1.4 * random.random(20)).astype(f32), 98, 4
    yield tails[2], random.normal(0, 9, (4, 5)).astype(f32), 90, 3
    yield (-5 - random.random(400)).astype(f32), (-4.8 - 1.4 * random.random(20)).astype(f32), 98, 4
    for p, bits in ((99.5, 8), (75, 2), (100, 5)):
        yield random.normal(0.7, 1, 300).astype(f32), random.normal(1, 1, 20).astype(f32), p, bits


def _calibrated_by_hand(sample, x, p, bits):
    """x as it is stored, on the grid of the range that leaves out 100 - p percent of the sample on each side."""
    low, high = np.percentile(sample, [100 - p, p])
    low, high = min(low, 0), max(high, 0)
    scale = (high - low) / (2**bits - 1) or 1.0
    zero_point = np.round(-low / scale)
    codes = np.clip(np.round(x / scale) + zero_point, 0, 2**bits - 1)
    return scale * (codes - zero_point)


CALIBRATED = Exercise(
    calibrated,
    list(_samples()),
    {
        "dropped": (
            _wrong_range(lambda sample, x, p: (sample.min(), sample.max())),
            "the calibrated range was computed and then dropped: the grid reaches from smallest to largest value",
        ),
        "dropped, and zero left out": (
            _wrong_range(lambda sample, x, p: (sample.min(), sample.max()), store=_without_zero),
            "two things are wrong: the calibrated range was computed and then dropped, and 0 is not forced into the "
            "range that is used",
        ),
        "range of x": (
            _wrong_range(lambda sample, x, p: np.percentile(x, [100 - p, p])),
            "the range came from x itself: a phone must know it before x arrives, so take the sample",
        ),
        "range of all x": (
            _wrong_range(lambda sample, x, p: (x.min(), x.max())),
            "the range reaches over all of x, which is not known beforehand; nothing was calibrated",
        ),
        "zero left out": (
            _wrong_range(_ends, store=_without_zero),
            "0 is outside the range: widen it first, low to at most 0 and high to at least 0",
        ),
        "half on each side": (
            _wrong_range(lambda sample, x, p: np.percentile(sample, [(100 - p) / 2, (100 + p) / 2])),
            "half of 100 - p was left out on each side: here each side leaves out 100 - p percent",
        ),
        "upper end only": (
            _wrong_range(lambda sample, x, p: (sample.min(), np.percentile(sample, p))),
            "the lower end was not clipped: it is the (100 - p)-th percentile",
        ),
        "share for percent": (
            _wrong_range(lambda sample, x, p: np.percentile(sample, [1 - p / 100, p / 100])),
            "np.percentile takes percent: 99, not 0.99",
        ),
        "nothing saturates": (
            _wrong_range(_ends, store=_without_clip),
            "nothing saturates: values outside the range got codes that do not exist; clip them",
        ),
        "symmetric": (
            _wrong_range(_ends, store=lambda x, *r: fake_quantize(x, choose_qparams(*r, symmetric=True))),
            "that is the symmetric grid: here low gets the first code and high the last",
        ),
        "codes": (
            _wrong_range(_ends, store=lambda x, *r: quantize(x, choose_qparams(*r))),
            "these are the codes: return the values they stand for",
        ),
    },
    "the range comes from the sample, holds 0, and is really used",
    agree=lambda _, expected, got: np.shape(got) == expected.shape and np.allclose(got, expected, rtol=1e-4, atol=1e-6),
    show=_show_stored,
    shown=_calibrated_by_hand,
    hints=(
        "Which names are assigned in this function, and which are read?",
        "Once `low` and `high` are used, there is a second mistake, from lesson 01: a sample may lie between 5 and 6.",
        "The range must hold 0: let low be at most 0, and high at least 0, before the scale is computed.",
    ),
)
