"""Two levels of scales: each block has a scale of 8 bits, and one float32 scale serves the whole tensor. NVFP4 is one.

    x ≈ T · S · element        T = max|x| / (448 · 6)  float32, one a tensor        448: the largest number of E4M3
                               S = max|x of the block| / (6 T)  E4M3, one for 16    6: the largest number of E2M1

T brings the scales of all blocks into the range of E4M3. Beside a power of two (MXFP4) a scale of E4M3 has three
digits in binary, so that the largest number of a block comes close to the last element.

Symbols   T scale of the tensor · S scale of a block · element one of 0, 0.5, 1, 1.5, 2, 3, 4, 6 with a sign
Shapes    blocks run over x in row order, as in blocks.py
Error     |x - x̂| <= T S: half the way from 4 to 6. The largest of a block moves by at most 1/16 of itself, unless it
          is below 1/28,672 of the largest of the tensor: there S is 2^-6, the least that torchao allows
Cost      4 + 8 / 16 bits a weight and 32 for the tensor: 4.5
Source    NVIDIA 2025, Pretraining Large Language Models with NVFP4, https://arxiv.org/abs/2509.25149
In production  torchao.prototype.mx_formats.nvfp4_tensor (the same bits); NVIDIA's Blackwell chips multiply it
"""

import math
from dataclasses import dataclass

import numpy as np

from edukit.quantization.grid.affine import Array
from edukit.quantization.lowbit.formats import FP4_E2M1, FP8_E4M3, FloatFormat
from edukit.quantization.lowbit.patterns import finite, like
from edukit.refuse import check_whole

LEAST = np.float32(2.0**-120)  # of T: one over a smaller T and S would leave float32


@dataclass(frozen=True)
class TwoLevelBlock:
    """`size` neighbours share a scale in one format, and all blocks of a tensor a float32 scale.

    >>> NVFP4.round(np.float32([0.3, -7.1, 100, 0.01])).tolist()
    [0.0, -8.333333015441895, 100.0, 0.0]
    """

    element: FloatFormat
    size: int
    scale: FloatFormat

    def __post_init__(self):
        object.__setattr__(self, "size", check_whole(self.size, "size"))

    def bits_per_weight(self, n: int) -> float:
        """Bits that n numbers weigh, the scales of both levels included, over n.

        >>> NVFP4.bits_per_weight(4096)
        4.5078125
        """
        return self.element.bits + (self.scale.bits * math.ceil(n / self.size) + 32) / n

    def encode(self, x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The patterns of the elements, in the shape of x, those of the blocks' scales, and the scale of the tensor."""
        x = finite(x).astype(np.float32)
        starts = np.arange(0, x.size, self.size)
        most = np.maximum.reduceat(np.abs(x.ravel()), starts) if x.size else np.empty(0, np.float32)
        tensor = np.float32(most.max(initial=0)) / np.float32(self.element.largest * self.scale.largest)
        tensor = np.maximum(tensor, LEAST).reshape(1)
        scales = np.clip(most / np.float32(self.element.largest) / tensor, self.scale.smallest_normal, None)
        scales = self.scale.encode(scales)
        finer = 1 / tensor / self.scale.decode(scales)  # in this order, as torchao rounds
        return self.element.encode(x * self._spread(finer, x.shape)), scales, tensor

    def decode(self, patterns, scales, tensor) -> np.ndarray:
        """The numbers that the elements say, times the scale of their block and that of the tensor, float32."""
        steps = tensor * self.scale.decode(scales)
        return self.element.decode(patterns) * self._spread(steps, np.shape(patterns))

    def round(self, x: Array) -> Array:
        """The nearest numbers the format can say: decode(*encode(x)), numpy or torch as x is."""
        return like(x, self.decode(*self.encode(x)))

    def _spread(self, values, shape):
        """The value of each element's block."""
        return np.repeat(values, self.size)[: math.prod(shape)].reshape(shape)


NVFP4 = TwoLevelBlock(FP4_E2M1, 16, FP8_E4M3)
