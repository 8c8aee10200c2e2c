"""Exercises on the affine formula: quantize(x, qparams) -> codes, choose_qparams(low, high, bits) -> QParams.

Well-known mistakes  the cast before the clip, so that values wrap; 0 left out of the range; the zero point computed
before the scale is guarded against 0; 2^b steps between 2^b codes
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import QParams, choose_qparams, fake_quantize, quantize

f32 = np.float32
i32 = np.int32
random = np.random.default_rng(0)


def _show_code(arguments, expected, got):
    x, g = arguments
    if np.shape(got) != x.shape:
        return f"x of shape {x.shape} has codes of that shape, yours have {np.shape(got)}"
    if got.dtype.kind not in "iu":
        return f"codes are whole numbers of an integer type, yours are {got.dtype}"
    at = first_difference(expected, got)
    scale, zero_point = (np.broadcast_to(v, x.shape)[at] for v in (g.scale, g.zero_point))
    return f"x = {x[at]:.4g} at S = {scale:.4g}, Z = {zero_point} is code {expected[at]}, yours is {got[at]}"


def _wrong_codes(rule):
    """A wrong quantize: the rule for the unclipped codes, then clipped and cast as they should be."""
    return lambda x, g: np.clip(rule(x, g), g.qmin, g.qmax).astype(i32)


def _cast_first(dtype):
    """By way of int64, whose wrapping is the same on every processor; that of floats is not."""
    return lambda x, g: np.clip((np.round(x / g.scale) + g.zero_point).astype(np.int64).astype(dtype), g.qmin, g.qmax)


def _quantize_by_hand(x, grid):
    """Real values to integer codes; what does not fit saturates."""
    codes = np.round(x / grid.scale) + grid.zero_point
    return np.clip(codes, grid.qmin, grid.qmax).astype(np.int32)


QUANTIZE = Exercise(
    quantize,
    [
        (f32([0.12, -0.38, 0.26, -0.04, 0.71]), QParams(f32(0.1), i32(0), -128, 127)),
        (f32([0.7, -0.38, 0.26, 1.93, -7.17]), QParams(f32(0.1), i32(128), 0, 255)),
        (f32([13.04, -15.04, 25.61, -25.61]), QParams(f32(0.1), i32(20), -128, 127)),
        (f32([3e8]), QParams(f32(0.1), i32(20), -128, 127)),
        (f32([1e30, -1e30]), QParams(f32(0.1), i32(20), -128, 127)),
        (f32([-12.1499996, -9.14999962, -7.54999971]), QParams(f32(0.1), i32(0), -128, 127)),  # close to a tie
        (f32([0.25, 0.75, 1.25, -0.25, -0.75]), QParams(f32(0.5), i32(0), -8, 7)),
        (f32([0.25, 0.75, 1.25, -0.25, -0.75]), QParams(f32(0.5), i32(3), -8, 7)),
        (random.normal(0, 1, (2, 50)).astype(f32), QParams(f32([[0.1], [0.3]]), i32([[3], [-4]]), -8, 7)),
        (random.normal(0, 9, 999).astype(f32), QParams(f32(0.037), i32(-11), -128, 127)),
    ],
    {
        "int8 cast before clip": (
            _cast_first(np.int8),
            "the cast came before the clip: a value that does not fit into int8 wraps around, and the clip is too late",
        ),
        "int32 cast before clip": (
            _cast_first(i32),
            "the cast came before the clip: even int32 overflows when x is large enough",
        ),
        "truncated": (
            _wrong_codes(lambda x, g: np.trunc(x / g.scale) + g.zero_point),
            "cut off instead of rounded: the error can reach S, twice the bound",
        ),
        "floored": (
            _wrong_codes(lambda x, g: np.floor(x / g.scale) + g.zero_point),
            "rounded down, not to the nearest: every value moves the same way",
        ),
        "zero point subtracted": (
            _wrong_codes(lambda x, g: np.round(x / g.scale) - g.zero_point),
            "Z is added on the way to a code, and subtracted on the way back",
        ),
        "zero point forgotten": (
            _wrong_codes(lambda x, g: np.round(x / g.scale)),
            "Z is missing: real 0 must become code Z",
        ),
        "clip before the zero point": (
            lambda x, g: (np.clip(np.round(x / g.scale), g.qmin, g.qmax) + g.zero_point).astype(i32),
            "clipped too early: Z, added after the clip, pushes codes out of the range again",
        ),
        "real range without the zero point": (
            lambda x, g: np.round(np.clip(x, g.scale * g.qmin, g.scale * g.qmax) / g.scale + g.zero_point).astype(i32),
            "clipped as if Z were 0: the real range runs from S (qmin - Z) to S (qmax - Z); clip the codes instead",
        ),
        "no clip": (
            lambda x, g: (np.round(x / g.scale) + g.zero_point).astype(np.int64),
            "nothing saturates: codes must stay within qmin and qmax",
        ),
        "multiplied": (
            _wrong_codes(lambda x, g: np.round(x * g.scale) + g.zero_point),
            "x is divided by S: a code counts how many steps of size S fit into x",
        ),
        "half up": (
            _wrong_codes(lambda x, g: np.floor(x / g.scale + 0.5) + g.zero_point),
            "right but for ties, which all go up here: ONNX rounds them to the even neighbour",
        ),
        "half away from zero": (
            _wrong_codes(lambda x, g: np.trunc(x / g.scale + np.copysign(0.5, x)) + g.zero_point),
            "right but for ties, which go away from 0 here: ONNX rounds them to the even neighbour",
        ),
        "zero point inside the rounding": (
            _wrong_codes(lambda x, g: np.round(x / g.scale + g.zero_point)),
            "right but for ties when Z is odd: ONNX rounds x / S first, then adds Z",
        ),
        "codes left as floats": (
            lambda x, g: np.clip(np.round(x / g.scale) + g.zero_point, g.qmin, g.qmax),
            "the cast to an integer type is missing, as the last step",
        ),
        "already dequantized": (fake_quantize, "that is the way there and back: return the codes themselves"),
    },
    "rounded, moved by Z, clipped, and only then cast: bit for bit what ONNX does",
    show=_show_code,
    shown=_quantize_by_hand,
    hints=(
        "Three things happen to a value: it is divided by the scale and rounded, moved by the zero point, "
        "and cut to the codes that exist. The order matters.",
        "Which numbers can an int8 still hold? Clip while the codes are wide, and make them narrow at the very end.",
        "Even int64 wraps, for x / S above 9 quintillion. Floats do not: the cast to an integer type is the last step.",
    ),
)


def _same_grid(_, expected, got) -> bool:
    scale, zero_point = float(got.scale), float(got.zero_point)
    if (got.qmin, got.qmax) != (expected.qmin, expected.qmax):
        return False
    if expected.scale == 1:  # the range [0, 0]: any step stores its 0
        return 0 < scale < math.inf and zero_point in range(got.qmin, got.qmax + 1)
    return math.isclose(scale, expected.scale, rel_tol=1e-4) and zero_point == expected.zero_point


def _show_grid(arguments, expected, got):
    def text(g):
        return f"S = {float(g.scale):.4g}, Z = {float(g.zero_point):.4g}, codes {g.qmin} to {g.qmax}"

    low, high, bits = arguments
    return f"[{low:.4g}, {high:.4g}] at {bits} bits needs {text(expected)}; yours has {text(got)}"


def _wrong_grid(*, widen=True, extra=0, guard=True, z=lambda low, scale, qmin: np.round(qmin - low / scale)):
    """A wrong choose_qparams: all as it should be, but for one part."""

    def choose(low, high, bits):
        qmin = -(2 ** (bits - 1))
        qmax = 2 ** (bits - 1) - 1
        low, high = (min(low, f32(0)), max(high, f32(0))) if widen else (low, high)
        scale = (high - low) / f32(qmax - qmin + extra)
        scale = f32(1) if guard and scale == 0 else scale
        return QParams(scale or f32(1), z(low, scale, qmin), qmin, qmax)

    return choose


def _qparams_by_hand(low, high, bits):
    """The signed asymmetric grid that covers [low, high] and holds 0 exactly."""
    low, high = np.minimum(low, 0), np.maximum(high, 0)
    qmin, qmax = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    scale = (high - low) / np.float32(qmax - qmin)
    scale = scale if scale > 0 else np.float32(1)
    return QParams(scale, np.round(qmin - low / scale).astype(np.int32), qmin, qmax)


CHOOSE_QPARAMS = Exercise(
    choose_qparams,
    [
        (f32(-1), f32(2), 8),
        (f32(-1), f32(3), 4),
        (f32(5), f32(6), 8),
        (f32(-6), f32(-5), 8),
        (f32(2), f32(2), 4),
        (f32(0), f32(0), 8),
        (f32(-1e-6), f32(3e-6), 8),
        (f32(-1e9), f32(3e9), 4),
        (f32(-4e-7), f32(8e-7), 8),
        *((f32(-a), f32(b), bits) for (a, b), bits in zip(random.random((12, 2)), [8, 4, 2] * 4, strict=True)),
    ],
    {
        "zero point before the guard": (
            _wrong_grid(guard=False),
            "the zero point was computed before the scale was guarded against 0: 0 / 0 is NaN",
        ),
        "zero left out": (
            _wrong_grid(widen=False),
            "0 is outside the range: widen it first, low to at most 0 and high to at least 0",
        ),
        "2^b steps": (_wrong_grid(extra=1), "2^b codes have 2^b - 1 steps between them, as posts and fences"),
        "zero point not rounded": (
            _wrong_grid(z=lambda low, scale, qmin: qmin - low / scale),
            "Z is not rounded, but it is a code: real 0 would have none",
        ),
        "qmin forgotten": (
            _wrong_grid(z=lambda low, scale, qmin: np.round(-low / scale)),
            "qmin is missing in Z: solve round(low / S) + Z = qmin for Z",
        ),
        "sign of low": (
            _wrong_grid(z=lambda low, scale, qmin: np.round(qmin + low / scale)),
            "the sign of low is wrong in Z: solve round(low / S) + Z = qmin for Z",
        ),
        "unsigned codes": (
            lambda low, high, bits: choose_qparams(low, high, bits, signed=False),
            "the codes asked for are signed, from -2^(b-1) to 2^(b-1) - 1",
        ),
        "symmetric": (
            lambda low, high, bits: choose_qparams(low, high, bits, symmetric=True),
            "that is the symmetric grid: here low must become qmin, and high qmax",
        ),
    },
    "low becomes qmin, high becomes qmax, 0 has a code of its own, and a constant tensor is safe",
    agree=_same_grid,
    show=_show_grid,
    shown=_qparams_by_hand,
    hints=(
        "All values lie between 5 and 6. Which code stands for 0, and is there such a code?",
        "The range must hold 0: low is at most 0, and high at least 0. Now let both be 0, and follow scale "
        "and zero point line by line.",
        "Guard the scale against 0 before the zero point divides by it. There are 2^b codes, so 2^b - 1 steps.",
    ),
)
