"""Adding, concatenating and averaging integer codes that are on different grids.

    move   q_y = clip(rint(S_x (q_x - Z_x) / S_y) + Z_y)         256 codes in: a table of 256 answers
    add    q_y = clip(rint(q_a S_a/S_y + q_b S_b/S_y + fixed))    fixed = Z_y - Z_a S_a/S_y - Z_b S_b/S_y
    mean   q_y = clip(rint(Σ (q_x - Z_x) · M) + Z_y)              M = S_x / (n S_y), the sum in int32

Symbols   a, b, x inputs, y output · S scales, Z zero points · n values in a mean
Shapes    a and b broadcast against each other; a mean is over the last two axes, height and width
Error     of each: at most half a step of the output, S_y / 2, plus float32 rounding
          bit for bit ONNX Runtime's QLinearConcat, QLinearAdd and QLinearGlobalAveragePool on x86 (asserted)
Source    https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
In production  an addition is 5 instructions for 8 codes; on Arm it is scaled as in fixed_point.py, where a tie may
               go the other way: the same file can give codes that differ by one on two phones
"""

import numpy as np

from edukit.quantization.grid.affine import QParams, check_grids, dequantize, quantize
from edukit.quantization.integer.layers import checked_codes


def move_to_grid(q, x_qparams: QParams, y_qparams: QParams) -> np.ndarray:
    """The codes that stand for the same values, or the nearest, on another grid; int32.

    >>> tenths, halves = (QParams(np.float32(s), np.int32(0), -128, 127) for s in (0.1, 0.5))
    >>> move_to_grid(np.array([10, 12, 13]), tenths, halves).tolist()
    [2, 2, 3]
    """
    return quantize(dequantize(checked_codes(q, "q"), x_qparams), y_qparams)


def integer_add(q_a, q_b, a_qparams: QParams, b_qparams: QParams, y_qparams: QParams) -> np.ndarray:
    """The codes of a sum, int32.

    >>> tenths, halves = (QParams(np.float32(s), np.int32(0), -128, 127) for s in (0.1, 0.5))
    >>> integer_add(np.array([10]), np.array([4]), tenths, halves, halves).tolist()
    [6]
    """
    check_grids(a_qparams=a_qparams, b_qparams=b_qparams, y_qparams=y_qparams)
    q_a, q_b = checked_codes(q_a, "q_a"), checked_codes(q_b, "q_b")
    a, b = (np.float32(g.scale) / np.float32(y_qparams.scale) for g in (a_qparams, b_qparams))
    zeros = _multiply_add(a_qparams.zero_point, a, np.float32(b * np.float32(b_qparams.zero_point)))
    total = _multiply_add(q_a, a, _multiply_add(q_b, b, np.float32(y_qparams.zero_point) - zeros))
    return np.clip(np.rint(total), y_qparams.qmin, y_qparams.qmax).astype(np.int32)


def integer_mean(q_x, x_qparams: QParams, y_qparams: QParams) -> np.ndarray:
    """The codes of the mean over height and width, which stay as 1: (…, H, W) -> (…, 1, 1), int32.

    >>> unit = QParams(np.float32(1), np.int32(0), 0, 255)
    >>> integer_mean(np.array([[[1, 2], [3, 200]]]), unit, unit).tolist()
    [[[52]]]
    """
    check_grids(x_qparams=x_qparams, y_qparams=y_qparams)
    q_x = checked_codes(q_x, "q_x")
    if q_x.ndim < 2 or 0 in q_x.shape[-2:]:
        raise ValueError(f"q_x must have the shape (…, H, W), with one place or more, got {q_x.shape}")
    total = (q_x - np.int32(x_qparams.zero_point)).sum((-2, -1), dtype=np.int32, keepdims=True)
    n = np.float32(q_x.shape[-2] * q_x.shape[-1])
    multiplier = np.float32(x_qparams.scale) / (np.float32(y_qparams.scale) * n)
    q = np.rint(total.astype(np.float32) * multiplier) + np.float32(y_qparams.zero_point)
    return np.clip(q, y_qparams.qmin, y_qparams.qmax).astype(np.int32)


def codes_of_means(means, x_qparams: QParams, y_qparams: QParams) -> np.ndarray:
    """The codes of means over any numbers: `means` are those of q - Z_x, whole sums over counts in float64; int32.

    >>> unit = QParams(np.float32(1), np.int32(0), 0, 255)
    >>> codes_of_means(np.array([1.5, 2.25]), unit, unit).tolist()
    [2, 2]
    """
    check_grids(x_qparams=x_qparams, y_qparams=y_qparams)
    values = means.astype(np.float32) * np.float32(x_qparams.scale)
    q = np.rint(values / np.float32(y_qparams.scale)) + np.float32(y_qparams.zero_point)
    return np.clip(q, y_qparams.qmin, y_qparams.qmax).astype(np.int32)


def _multiply_add(q, ratio, addend):
    """q · ratio + addend, rounded once, as the processor's fused instruction does: float64 holds q · ratio exactly."""
    return (np.asarray(q, np.float64) * np.float64(ratio) + np.asarray(addend, np.float64)).astype(np.float32)
