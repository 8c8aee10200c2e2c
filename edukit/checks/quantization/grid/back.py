"""An exercise on the way back: dequantize(q, qparams) -> real values.

Well-known mistakes  Z added instead of subtracted; Z forgotten, or taken away after the multiplication; the subtraction
in the type of the codes, in which 3 - 128 has no place and wraps
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import QParams, dequantize

f32 = np.float32
i32 = np.int32


def _grid(scale, zero_point, qmin=0, qmax=255):
    return QParams(f32(scale), i32(zero_point), qmin, qmax)


def _show_value(arguments, expected, got):
    q, g = arguments
    if np.shape(got) != np.shape(expected):
        return f"codes of shape {np.shape(q)} stand for values of that shape, yours have {np.shape(got)}"
    at = first_difference(expected, got)
    scale, zero_point = (np.broadcast_to(v, q.shape)[at] for v in (g.scale, g.zero_point))
    return (
        f"code {q[at]} at S = {scale:.4g}, Z = {zero_point} is {expected[at]:.4g}, yours is {np.asarray(got)[at]:.4g}"
    )


def _dequantize_by_hand(q, grid):
    """Codes of any integer type to real values: wide first, since a uint8 has no place for 3 - 128."""
    return grid.scale * (q.astype(np.float32) - grid.zero_point)


DEQUANTIZE = Exercise(
    dequantize,
    [
        (i32([135, 128, 116, 255]), _grid(0.1, 128)),
        (i32([-128, -7, 0, 127]), _grid(0.5, -7, -128, 127)),
        (np.uint8([0, 3, 128, 255]), _grid(0.25, 128)),
        (np.int8([-128, -100, 100, 127]), _grid(0.25, 100, -128, 127)),
        (np.int8([[-7, 7, 0], [-7, 7, 3]]), QParams(f32([[0.1], [3.0]]), i32([[0], [2]]), -8, 7)),
        (i32([9]), _grid(1e-6, 9)),
    ],
    {
        "zero point added": (
            lambda q, g: g.scale * (q.astype(i32) + g.zero_point),
            "Z is added on the way to a code, so it is subtracted on the way back",
        ),
        "zero point forgotten": (
            lambda q, g: g.scale * q.astype(i32),
            "Z is missing: code Z must come back as the real number 0",
        ),
        "multiplied first": (
            lambda q, g: g.scale * q.astype(i32) - g.zero_point,
            "Z is a code, so it is subtracted from the code, before the multiplication by S",
        ),
        "divided": (
            lambda q, g: (q.astype(i32) - g.zero_point) / g.scale,
            "the way to a code divides by S, so the way back multiplies",
        ),
        "in the type of the codes": (
            lambda q, g: g.scale * (q - np.asarray(g.zero_point).astype(q.dtype)),
            "the subtraction wraps: a uint8 cannot hold 3 - 128; make the codes wide, or floats, first",
        ),
    },
    "code Z is the real 0 again, and codes of any integer type come back whole",
    show=_show_value,
    shown=_dequantize_by_hand,
    hints=(
        "Go back through the formula of a code: the last step on the way there is the first one on the way back.",
        "Z was added to the code, so it is subtracted first; then the steps are multiplied by their size, S.",
        "What is 3 - 128 in a uint8? Make the codes wide, or floats, before you subtract.",
    ),
)
