"""An exercise on the multiplier of a chip without floats: fixed_point(accumulator, M) -> whole numbers.

    m = round(M 2^s)   in [2^30, 2^31)        (acc · m + 2^(s-1)) >> s

Well-known mistakes  no half before the shift, so that everything is rounded down; a product in 32 bits; one shift for
all multipliers, which leaves small ones few digits; floats after all
"""

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(11)


def fixed_point(accumulator, M):
    """The whole numbers nearest to accumulator times M, ties up, by one product of whole numbers and one shift."""
    s = 31 - int(np.frexp(M)[1])
    m = round(M * 2.0**s)
    product = accumulator.astype(np.int64) * m
    return (product + 2 ** (s - 1)) >> s


def _parts(M, bits=31):
    """m of so many bits, and its shift."""
    s = bits - int(np.frexp(M)[1])
    return round(M * 2.0**s), s


def _half(s):
    return 2 ** (s - 1)


def _wrong(rule, bits=31):
    """A wrong fixed_point: rule(accumulator in int64, m, s)."""
    return lambda accumulator, M: rule(accumulator.astype(np.int64), *_parts(M, bits))


def _product_in_32_bits(accumulator, M):
    m, s = _parts(M)
    product = (accumulator.astype(np.int64) * m).astype(np.int32).astype(np.int64)
    return (product + _half(s)) >> s


def _shift_of_31(accumulator, M):
    return (accumulator.astype(np.int64) * round(M * 2.0**31) + _half(31)) >> 31


def _whole(values):
    return values.astype(np.int64)


def _show(arguments, expected, got):
    accumulator, M = arguments
    if np.shape(got) != expected.shape:
        return f"sums of shape {accumulator.shape} need as many numbers, yours have the shape {np.shape(got)}"
    at = np.unravel_index(np.argmax(np.asarray(got) != expected), expected.shape)
    return f"{accumulator[at]:,} times {M:.6g} is {expected[at]:,}, yours is {np.asarray(got)[at]:,}"


def _sums(*values):
    return np.array(values, np.int32)


def _random_sums(bits, count=60):
    return random.integers(-(2**bits), 2**bits, count).astype(np.int32)


FIXED_POINT = Exercise(
    fixed_point,
    [
        (_sums(54, 1000, -1000), 0.025),
        (_sums(1, 3, 5, -1, -3, 0), 0.5),
        (_sums(100, -100, 2**31 - 1, -(2**31)), 0.75),
        (_sums(9, -9, 2**30), 0.9999999999),
        (_random_sums(31), 0.0071),
        (_random_sums(31), 100.5 / 2**31),
        (_random_sums(30), 1.3),
        (_random_sums(31), 0.61803398875),
    ],
    {
        "no half": (
            _wrong(lambda acc, m, s: (acc * m) >> s),
            "a shift alone rounds down: add half of what is shifted away, 2^(s-1), before it",
        ),
        "half as a whole": (
            _wrong(lambda acc, m, s: (acc * m + (1 << s)) >> s),
            "2^s is a whole step, and half a step is wanted: 2^(s-1)",
        ),
        "product in 32 bits": (
            _product_in_32_bits,
            "31 bits times 31 bits need 62: the product wrapped, so widen the sums to int64 first",
        ),
        "one shift for all": (
            _shift_of_31,
            "s = 31 for every M leaves a small M few digits: choose s so that m has 31 bits",
        ),
        "16 bits": (
            _wrong(lambda acc, m, s: (acc * m + _half(s)) >> s, bits=15),
            "m has too few bits: large sums show it; take m from 2^30 up to 2^31",
        ),
        "towards zero": (
            _wrong(lambda acc, m, s: np.sign(acc) * ((np.abs(acc) * m) >> s)),
            "cut off towards 0: add half of what is shifted away, 2^(s-1), before the shift",
        ),
        "away from zero": (
            _wrong(lambda acc, m, s: np.sign(acc) * ((np.abs(acc) * m + _half(s)) >> s)),
            "right but for ties below 0: the half is added to the signed product, so that all ties go up",
        ),
        "floats, ties to even": (
            lambda acc, M: _whole(np.rint(acc * M)),
            "M is still a float, and ties go to the even number: make M a whole number m and a shift s",
        ),
        "floats, ties up": (
            lambda acc, M: _whole(np.floor(acc * M + 0.5)),
            "close, but large sums differ: M is still a float, or m has fewer than 31 bits",
        ),
        "upside down": (
            _wrong(lambda acc, m, s: (acc << 31) // m),
            "the sum was divided by m: M is m over 2^s, so multiply by m and shift by s",
        ),
    },
    "a product and a shift: no float is left between the codes of a layer and those of the next one",
    agree=lambda arguments, expected, got: np.array_equal(expected, got),
    show=_show,
    hints=(
        "Multiply M by 2 until it is a large number. Rounded to a whole number it has lost almost nothing. What did "
        "you multiply it by?",
        "`np.frexp(M)` gives a fraction in [1/2, 1) and an exponent e, with M = fraction · 2^e. Then s = 31 - e makes "
        "m = round(M · 2^s) a number of 31 bits.",
        "`(accumulator.astype(np.int64) * m) >> s` rounds down. What must you add before the shift, so that it rounds "
        "to the nearest?",
    ),
)
