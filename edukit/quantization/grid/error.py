"""What quantization costs and saves: the error relative to the values, and the bytes with their scales.

    normalised MSE      Σ (x - y)² / Σ x²                        0 exact, 1 as bad as storing nothing
    compression ratio   32 n / (b n + 32 m)                      n values of b bits, m float32 scales

One more bit halves the step: a quarter of the MSE, 6.02 dB (10 log10 4).

Symbols   x values · y what is stored for them · n = product of the shape · m scales, 1 or one a channel
In production  the signal-to-quantization-noise ratio in dB is -10 log10 of the normalised MSE
"""

import math

from edukit.checked import checked
from edukit.quantization.grid.affine import Array, check_bits, namespace
from edukit.refuse import check_array


@checked
def normalized_mse(x: Array, approximation: Array) -> float:
    """The energy of the error over the energy of x, for two equal shapes; 0 where both are zero.

    >>> import numpy as np
    >>> normalized_mse(np.float32([3, 4]), np.float32([3, 3]))
    0.04
    """
    check_array(x)
    check_array(approximation, "approximation")
    if x.shape != approximation.shape:
        raise ValueError(f"approximation must have the shape of x, {tuple(x.shape)}, got {tuple(approximation.shape)}")
    error = _energy(x - approximation)
    energy = _energy(x)
    if not math.isfinite(energy):
        raise ValueError("x holds NaN or infinity, or its squares are beyond float32; its energy must be finite")
    return error / energy if energy else math.inf if error else 0.0


def decibels(error: float) -> float:
    """A normalised squared error as signal over error, SQNR in dB: 0.1 is 10 dB, 0.01 is 20 dB, no error is infinite.

    >>> decibels(1.0), decibels(0.01), decibels(0.0)
    (0.0, 20.0, inf)
    """
    if not error >= 0:
        raise ValueError(f"error must be at least 0, got {error!r}")
    return 0.0 - 10 * math.log10(error) if error else math.inf


def compression_ratio(shape: tuple[int, ...], bits: int, axis: int | None = 0) -> float:
    """Bits of a layer's float32 weights over the bits of its codes and of their float32 scales.

    axis   the axis with a scale for each channel, as in `min_max`; None for a single scale

    >>> round(compression_ratio((64, 32, 3, 3), 8), 2), round(compression_ratio((64, 32, 3, 3), 4), 2)
    (3.95, 7.78)
    """
    bits = check_bits(bits)
    n = math.prod(shape)
    scales = 1 if axis is None else shape[axis]
    return 32 * n / (bits * n + 32 * scales)


def _energy(x) -> float:
    """Σ x², without an array of the squares."""
    flat = x.reshape(-1)
    return float(namespace(x).dot(flat, flat))
