"""Fixed point: multiply by 0.0071 with integers alone, as chips without a float unit do.

    M ≈ m 2^-s        acc · M ≈ (acc · m + 2^(s-1)) >> s        m in [2^30, 2^31), one 64-bit product, one shift

Symbols   acc int32 accumulator · M multiplier, such as S_x S_w / S_y · m its leading 31 bits · s a shift
Shapes    M, m, s: () or one for each channel
Error     |(acc · m + 2^(s-1) >> s) - acc · M| <= 1/2 + |acc| M 2^-31; ties go up. A float32 has 24 bits, so this is
          the finer of the two: both give the same code unless acc · M lies within 2^-23 |acc| M of a tie
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 2.2
In production  gemmlowp, LiteRT and CMSIS-NN scale every accumulator so; ONNX Runtime its additions, on Arm
"""

import numpy as np


def fixed_point(multiplier) -> tuple[np.ndarray, np.ndarray]:
    """(m, s): the multiplier as a whole number of 31 bits and a shift to the right.

    multiplier   from 2^-32 to below 2^30; ValueError for any other

    >>> m, s = fixed_point(0.0071)
    >>> int(m), int(s), float(m) * 2.0 ** -int(s)
    (1951633139, 38, 0.007099999998899875)
    """
    multiplier = np.asarray(multiplier, np.float64)
    if not ((multiplier >= 2.0**-32) & (multiplier < 2.0**30)).all():
        raise ValueError(f"multiplier must be from 2^-32 to below 2^30, got {multiplier.tolist()}")
    fraction, exponent = np.frexp(multiplier)  # multiplier = fraction · 2^exponent, fraction in [1/2, 1)
    m = np.rint(fraction * 2.0**31).astype(np.int64)
    carry = m == 2**31  # a fraction of all ones was rounded up
    return np.where(carry, 2**30, m), np.where(carry, 30, 31) - exponent


def multiply_shift(accumulator, m, s) -> np.ndarray:
    """accumulator · m · 2^-s to the nearest whole number, int64; a product, an addition and a shift.

    >>> multiply_shift(np.array([1000, -1000]), *fixed_point(0.0071))
    array([ 7, -7])
    """
    accumulator = np.asarray(accumulator)
    if accumulator.dtype.kind not in "iu":
        raise TypeError(f"accumulator must hold whole numbers, got {accumulator.dtype}")
    half = np.int64(1) << (np.asarray(s, np.int64) - 1)
    return (accumulator.astype(np.int64) * m + half) >> s  # an arithmetic shift rounds down, so the half goes first
