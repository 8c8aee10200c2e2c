"""Number formats: which real numbers a pattern of bits stands for, and the pattern nearest to a real number.

    integer       s q                                     q the pattern in two's complement, s a fixed step
    float         (-1)^sign · 2^(E - bias) · (1 + F / 2^m)     in the row E = 0: 2^(1 - bias) · F / 2^m (subnormal)
    normal float  quantiles of a normal distribution, so that each of the 2^b levels is used about equally often

Symbols   b bits · E the stored exponent, of e bits · F the fraction, of m bits · bias = 2^(e-1) - 1
Shapes    x any; its patterns have the shape of x, in the smallest unsigned type
Error     float: |x - x̂| <= 2^(⌊log2 |x|⌋ - m) / 2 from smallest_normal to largest, so at most |x| 2^-(m+1)
Source    IEEE 754; Micikevicius et al. 2022, https://arxiv.org/abs/2209.05433 (FP8); Dettmers et al. 2023,
          https://arxiv.org/abs/2305.14314 (NF4)
In production  torch.float16, bfloat16, float8_e4m3fn, float8_e5m2: the same bits
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from edukit.quantization.grid.affine import Array, check_bits
from edukit.quantization.lowbit.patterns import as_numpy, as_patterns, checked_patterns, finite, like
from edukit.refuse import check_real, check_whole


class _Format:
    """What all formats of single numbers share: they differ in `bits`, `encode` and `decode`."""

    bits: int
    encode: Callable[[np.ndarray], np.ndarray]
    decode: Callable[[np.ndarray], np.ndarray]

    @property
    def levels(self) -> np.ndarray:
        """Every finite number that a format of at most 16 bits can say, in order, once."""
        if self.bits > 16:
            raise ValueError(f"levels are listed for at most 16 bits, this format has {self.bits}")
        values = self.decode(np.arange(2**self.bits))
        return np.unique(values[np.isfinite(values)])

    @property
    def reach(self) -> float:
        """Half the way from the lowest level to the highest: scaled to that, both ends are close to a level."""
        return float(self.levels[-1] - self.levels[0]) / 2

    def round(self, x: Array) -> Array:
        """The nearest numbers the format can say: decode(encode(x)), numpy or torch as x is.

        >>> INT4.round(np.float32([2.6, -9])).tolist()
        [3.0, -8.0]
        """
        return like(x, self.decode(self.encode(as_numpy(x))))


@dataclass(frozen=True)
class IntFormat(_Format):
    """Two's complement of `bits` bits, times a fixed step: -2^(bits-1) to 2^(bits-1) - 1; what is outside saturates.

    >>> bin(INT4.encode(np.float32([-3]))[0]), INT4.decode(np.array([0b1101])).tolist()
    ('0b1101', [-3.0])
    """

    bits: int
    step: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "bits", check_bits(self.bits))

    def encode(self, x) -> np.ndarray:
        """The bit patterns nearest to x, ties to even."""
        half = 2 ** (self.bits - 1)
        codes = np.clip(np.rint(finite(x) / self.step), -half, half - 1).astype(np.int64)
        return as_patterns(codes % 2**self.bits, self.bits)  # -1 is all ones

    def decode(self, patterns) -> np.ndarray:
        """The numbers that the patterns say, float32."""
        codes = checked_patterns(patterns, self.bits)
        half = 2 ** (self.bits - 1)
        return np.float32(self.step) * ((codes + half) % 2**self.bits - half).astype(np.float32)


@dataclass(frozen=True)
class FloatFormat(_Format):
    """A sign, `exponent_bits` and `mantissa_bits`, with subnormals; ties to even.

    special   what the top exponent is for. "infinity": infinities and NaN, as in IEEE 754. "nan": numbers, but for the
              pattern of all ones, which is NaN; too large saturates (the "fn" in float8_e4m3fn). "none": numbers only

    >>> FP16.largest, FP8_E4M3.largest, FP8_E4M3.smallest_subnormal
    (65504.0, 448.0, 0.001953125)
    """

    exponent_bits: int
    mantissa_bits: int
    special: str = "infinity"

    def __post_init__(self):
        for name, least, most in (("exponent_bits", 1, 8), ("mantissa_bits", 0, 23)):
            object.__setattr__(self, name, check_whole(getattr(self, name), name, least, most))
        if self.special not in ("infinity", "nan", "none"):
            raise ValueError(f'special must be "infinity", "nan" or "none", got {self.special!r}')

    @property
    def bits(self) -> int:
        """The sign, the exponent and the mantissa."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def bias(self) -> int:
        """What is taken from the stored exponent."""
        return 2 ** (self.exponent_bits - 1) - 1

    @property
    def reach(self) -> float:
        """The largest finite number, as its negative is a level as well."""
        return self.largest

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return float(self.decode(np.array([self._last]))[0])

    @property
    def smallest_normal(self) -> float:
        """Below it the step no longer shrinks, and digits are lost."""
        return 2.0 ** (1 - self.bias)

    @property
    def smallest_subnormal(self) -> float:
        """The smallest number above 0, and the step around 0."""
        return 2.0 ** (1 - self.bias - self.mantissa_bits)

    def step_at(self, x) -> np.ndarray:
        """The distance between the two levels around x, for |x| up to `largest`.

        >>> FP16.step_at(1.0).item(), FP16.step_at(2048.0).item()
        (0.0009765625, 2.0)
        """
        return np.ldexp(1.0, self._exponent(np.abs(as_numpy(x))) - self.mantissa_bits)

    def encode(self, x) -> np.ndarray:
        """The bit patterns nearest to x, as torch's own casts choose them; NaN becomes all ones behind its sign."""
        check_real(x)
        with np.errstate(invalid="ignore"):  # a NaN may come in many patterns
            x = np.asarray(as_numpy(x), np.float64)
        if self.special == "none" and np.isnan(x).any():
            raise ValueError("x holds NaN, for which this format has no pattern")
        size = np.fmin(np.abs(x), 2 * self.largest)
        exponent = self._exponent(size)
        steps = np.rint(np.ldexp(size, self.mantissa_bits - exponent))
        rows = exponent - 1 + self.bias
        code = rows * 2**self.mantissa_bits + steps.astype(np.int64)  # a mantissa that overflows is the next exponent
        code = np.where(code > self._last, self._last + (self.special == "infinity"), code)
        code = np.where(np.isnan(x), self._sign - 1, code)
        return as_patterns(code + self._sign * np.signbit(x), self.bits)

    def decode(self, patterns) -> np.ndarray:
        """The numbers that the patterns say, float32."""
        patterns = checked_patterns(patterns, self.bits)
        code = patterns % self._sign
        exponent = code >> self.mantissa_bits
        fraction = code % 2**self.mantissa_bits
        steps = fraction + np.where(exponent > 0, 2**self.mantissa_bits, 0)  # the 1 that is never stored
        size = np.ldexp(steps.astype(np.float64), np.maximum(exponent, 1) - self.bias - self.mantissa_bits)
        size = np.where(code > self._last, np.nan, size)
        if self.special == "infinity":
            size = np.where(code == self._last + 1, np.inf, size)
        return np.where(patterns >= self._sign, -size, size).astype(np.float32)

    @property
    def _sign(self) -> int:
        return 2 ** (self.bits - 1)

    @property
    def _last(self) -> int:
        """The pattern of the largest finite number: positive patterns are in the order of their numbers."""
        reserved = {"infinity": 2**self.mantissa_bits, "nan": 1, "none": 0}
        return self._sign - 1 - reserved[self.special]

    def _exponent(self, size):
        return np.frexp(np.maximum(size, self.smallest_normal))[1] - 1


@dataclass(frozen=True)
class NormalFloat(_Format):
    """2^bits quantiles of the normal distribution, from -1 to 1, with an exact 0; bits=4 is NF4.

    The positive side has a level more, because 0 takes one. Both sides end at the probability
    1 - (1 / (2^b - 1) + 1 / 2^b) / 4: without the quarter and the mean, it would be 1, whose quantile is infinite.

    >>> [round(level, 2) for level in NormalFloat(2).levels.tolist()]
    [-1.0, 0.0, 0.44, 1.0]
    """

    bits: int

    def __post_init__(self):
        object.__setattr__(self, "bits", check_bits(self.bits))

    @property
    def levels(self) -> np.ndarray:
        """The quantiles, float32."""
        return np.array(_quantiles(self.bits), np.float32)

    def encode(self, x) -> np.ndarray:
        """The place of the nearest level; what is outside [-1, 1] saturates."""
        middles = (self.levels[1:].astype(np.float64) + self.levels[:-1]) / 2
        return as_patterns(np.searchsorted(middles, finite(x)), self.bits)

    def decode(self, patterns) -> np.ndarray:
        """The levels at those places."""
        return self.levels[checked_patterns(patterns, self.bits)]


INT8, INT4, INT2 = IntFormat(8), IntFormat(4), IntFormat(2)
FP32, FP16, BF16 = FloatFormat(8, 23), FloatFormat(5, 10), FloatFormat(8, 7)
FP8_E4M3 = FloatFormat(4, 3, "nan")
FP8_E5M2 = FloatFormat(5, 2)
FP4_E2M1 = FloatFormat(2, 1, "none")
NF4 = NormalFloat(4)


@cache
def _quantiles(bits) -> tuple[float, ...]:
    last = 1 - (1 / (2**bits - 1) + 1 / 2**bits) / 4
    half = 2 ** (bits - 1)
    quantile = NormalDist().inv_cdf
    above, below = ([quantile(p) / quantile(last) for p in np.linspace(0.5, last, n + 1)[1:]] for n in (half, half - 1))
    return *(-level for level in below[::-1]), 0.0, *above
