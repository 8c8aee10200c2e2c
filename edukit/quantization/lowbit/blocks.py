"""Block formats: a small block of adjacent values shares one scale, so a few bits per element suffice.

    x ≈ S · element        S = max|x| / reach, rounded to a format of its own; one S for `size` neighbours

    integers, FP16 scales   S = max|x| / 7.5 for INT4: all 16 codes are used
    NF4, FP16 scales        S = max|x|
    MXFP4, MXINT8           S = 2^(⌊log2 max|x|⌋ - ⌊log2 reach⌋), a byte: to multiply by it is to add to an exponent

An element takes element.bits + scale.bits / size bits: INT4 in blocks of 128 with FP16 scales takes 4.125.

Symbols   reach half the way from an element's lowest level to its highest
Shapes    blocks run over x in row order, whatever its shape; the last one may be shorter. Where `size` divides a row,
          these are the groups of granularity.py
Error     integers: |x - x̂| <= S (1/2 + reach 2^-11); the second term is what rounding S to FP16 may add.
          MX: S is rounded down, so the largest of a block may saturate: MXFP4 stores 7.9 as 6
Source    Rouhani et al. 2023, https://arxiv.org/abs/2310.10537, and the OCP Microscaling specification v1.0,
          https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf
In production  torchao.prototype.mx_formats (the same bits); bitsandbytes (NF4, in blocks of 64 along rows like ours)
"""

import math
from dataclasses import dataclass

import numpy as np

from edukit.quantization.grid.affine import Array
from edukit.quantization.lowbit.formats import FP4_E2M1, FP8_E4M3, FP16, FloatFormat, IntFormat, NormalFloat
from edukit.quantization.lowbit.patterns import as_patterns, checked_patterns, finite, like
from edukit.refuse import check_whole


@dataclass(frozen=True)
class PowerOfTwo:
    """E8M0, the scale of MX blocks: an exponent without sign and fraction, 2^(pattern - 127), rounded down.

    >>> E8M0.decode(E8M0.encode(np.float32([5, 0.25]))).tolist()
    [4.0, 0.25]
    """

    bits = 8
    largest = 2.0**127
    smallest_subnormal = 2.0**-127

    def encode(self, x) -> np.ndarray:
        """The patterns of the largest powers of two that are not above x."""
        return as_patterns(np.clip(np.frexp(np.asarray(x, np.float64))[1] + 126, 0, 254), 8)

    def decode(self, patterns) -> np.ndarray:
        """The powers of two, float32; pattern 255 is NaN."""
        patterns = checked_patterns(patterns, 8)
        return np.where(patterns == 255, np.nan, np.ldexp(1.0, patterns - 127)).astype(np.float32)


E8M0 = PowerOfTwo()


@dataclass(frozen=True)
class Block:
    """`size` neighbours share a scale: elements in one format, the scale of each block in another.

    scale   FP16 or FP32: the largest number of a block takes the outermost level, S = max|x| / reach.
            E8M0: a power of two, S = 2^(⌊log2 max|x|⌋ - ⌊log2 reach⌋), as the MX specification wants it

    >>> MXFP4.round(np.float32([[0.3, -7.1, 100], [2, 17, -30]])).tolist()
    [[0.0, -8.0, 96.0], [0.0, 16.0, -32.0]]
    """

    element: IntFormat | FloatFormat | NormalFloat
    size: int
    scale: FloatFormat | PowerOfTwo = FP16

    def __post_init__(self):
        object.__setattr__(self, "size", check_whole(self.size, "size"))

    def bits_per_weight(self, n: int) -> float:
        """Bits that n numbers weigh, each block's scale included, over n.

        >>> Block(IntFormat(4), 128).bits_per_weight(4096), MXFP4.bits_per_weight(4096)
        (4.125, 4.25)
        """
        return self.element.bits + self.scale.bits * math.ceil(n / self.size) / n

    def encode(self, x) -> tuple[np.ndarray, np.ndarray]:
        """The patterns of the elements, in the shape of x, and those of the scales, one for each block."""
        x = finite(x).astype(np.float32)  # as a runtime divides
        anchor = self.element.reach
        if isinstance(self.scale, PowerOfTwo):
            anchor = 2.0 ** math.floor(math.log2(anchor))
        starts = np.arange(0, x.size, self.size)
        most = np.maximum.reduceat(np.abs(x.ravel()), starts) / anchor if x.size else np.empty(0)
        scales = self.scale.encode(np.clip(most, self.scale.smallest_subnormal, self.scale.largest))  # never 0
        return self.element.encode(x / self._spread(scales, x.shape)), scales

    def decode(self, patterns, scales) -> np.ndarray:
        """The numbers that the elements say, times the scale of their block, float32."""
        return self.element.decode(patterns) * self._spread(scales, np.shape(patterns))

    def round(self, x: Array) -> Array:
        """The nearest numbers the format can say: decode(*encode(x)), numpy or torch as x is."""
        return like(x, self.decode(*self.encode(x)))

    def _spread(self, scales, shape):
        """The scale of each element."""
        return np.repeat(self.scale.decode(scales), self.size)[: math.prod(shape)].reshape(shape)


MXFP4, MXFP8, MXINT8 = (Block(f, 32, E8M0) for f in (FP4_E2M1, FP8_E4M3, IntFormat(8, step=2**-6)))
