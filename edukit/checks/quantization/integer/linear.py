"""An exercise on a linear layer that sees codes alone: integer_linear -> codes.

    q_y = clip(round(M (Σ (q_x - Z_x) (q_w - Z_w) + b)) + Z_y)

Well-known mistakes  a zero point forgotten, or only one of the four terms; sums in the 8 or 16 bits of the codes; the
bias added behind the multiplier
"""

import numpy as np

from edukit.checks.quantization.integer.multiplier import wrong_multipliers
from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import QParams

f32 = np.float32
random = np.random.default_rng(7)


def integer_linear(q_x, q_w, bias, x_grid, w_grid, y_grid):
    """The output codes (rows, out) of a linear layer, from codes alone."""
    x = q_x.astype(np.int32) - x_grid.zero_point
    w = q_w.astype(np.int32) - w_grid.zero_point
    total = x @ w.T + bias
    M = x_grid.scale * np.ravel(w_grid.scale) / y_grid.scale
    codes = np.round(total * M) + y_grid.zero_point
    return np.clip(codes, y_grid.qmin, y_grid.qmax).astype(np.int32)


def _sum(q_x, q_w, bias, x_grid, w_grid):
    x = q_x.astype(np.int64) - x_grid.zero_point
    return x @ (q_w.astype(np.int64) - w_grid.zero_point).T + bias


def _multiplier(x_grid, w_grid, y_grid):
    return x_grid.scale * np.ravel(w_grid.scale) / y_grid.scale


def _finished(scaled, grid, rounded=np.round):
    return np.clip(rounded(scaled) + grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)


def _other_sum(rule):
    """A wrong integer_linear: only its sum is wrong."""

    def layer(q_x, q_w, bias, x_grid, w_grid, y_grid):
        x, w = (q.astype(np.int64) for q in (q_x, q_w))
        total = rule(x, w, bias, int(x_grid.zero_point), int(w_grid.zero_point))
        return _finished(total * _multiplier(x_grid, w_grid, y_grid), y_grid)

    return layer


def _other_scale(rule):
    """A wrong integer_linear: only its multiplier is wrong."""

    def layer(q_x, q_w, bias, x_grid, w_grid, y_grid):
        M = rule(x_grid.scale, np.ravel(w_grid.scale), y_grid.scale)
        return _finished(_sum(q_x, q_w, bias, x_grid, w_grid) * M, y_grid)

    return layer


def _other_end(rule):
    """A wrong integer_linear: only what follows the multiplier is wrong."""

    def layer(q_x, q_w, bias, x_grid, w_grid, y_grid):
        scaled = _sum(q_x, q_w, bias, x_grid, w_grid) * _multiplier(x_grid, w_grid, y_grid)
        return rule(scaled, y_grid)

    return layer


def _narrow(q_x, q_w, bias, x_grid, w_grid, y_grid):
    """The product of an array of uint8 and one of int8 has 16 bits in numpy."""
    Z_x, Z_w = int(x_grid.zero_point), int(w_grid.zero_point)
    x, w = (q.astype(np.int64) for q in (q_x, q_w))
    terms = Z_x * w.sum(1) + Z_w * x.sum(1, keepdims=True) - x.shape[1] * Z_x * Z_w
    return _finished(((q_x @ q_w.T) - terms + bias) * _multiplier(x_grid, w_grid, y_grid), y_grid)


def _bias_behind(q_x, q_w, bias, x_grid, w_grid, y_grid):
    scaled = _sum(q_x, q_w, 0, x_grid, w_grid) * _multiplier(x_grid, w_grid, y_grid)
    return _finished(scaled + bias, y_grid)


def _cast_first(scaled, grid):
    codes = (np.round(scaled) + grid.zero_point).astype(np.int64).astype(np.uint8)
    return np.clip(codes, grid.qmin, grid.qmax).astype(np.int32)


def _zero_point_inside(scaled, grid):
    return np.clip(np.round(scaled + grid.zero_point), grid.qmin, grid.qmax).astype(np.int32)


def _grid(scale, zero_point):
    return QParams(f32(scale), np.int32(zero_point), 0, 255)


def _layer(rows, n, out, Z_x, Z_w, *, per_channel=False):
    """Random codes; the multiplier moves most sums to codes inside the range."""
    q_x = random.integers(0, 256, (rows, n)).astype(np.uint8)
    q_w = random.integers(-127, 128, (out, n)).astype(np.int8)
    bias = random.integers(-9000, 9000, out).astype(np.int32)
    scale = f32(random.uniform(0.002, 0.008, (out, 1))) if per_channel else f32(0.0041)
    w_grid = QParams(scale, np.int32(Z_w), -128, 127)
    return q_x, q_w, bias, _grid(0.0117, Z_x), w_grid, _grid(0.004 * n**0.5, 121)


def _show_layer(arguments, expected, got):
    q_x, q_w, _, x_grid, w_grid, _ = arguments
    if np.shape(got) != expected.shape:
        return f"{len(q_x)} rows and {len(q_w)} outputs need the shape {expected.shape}, yours has {np.shape(got)}"
    row, out = first_difference(expected, got)
    zeros = f"Z_x = {x_grid.zero_point}, Z_w = {w_grid.zero_point}"
    return f"{q_x.shape[1]} inputs, {zeros}: output {out} needs code {expected[row, out]}, yours is {got[row, out]}"


INTEGER_LINEAR = Exercise(
    integer_linear,
    [
        (
            np.array([[10, 20, 30]], np.uint8),
            np.array([[2, -1, 3]], np.int8),
            np.array([4], np.int32),
            _grid(0.1, 10),
            QParams(f32(0.05), np.int32(0), -128, 127),
            _grid(0.2, 5),
        ),
        _layer(1, 4, 3, 0, 0),
        _layer(3, 8, 4, 131, 0),
        _layer(2, 8, 4, 131, 0, per_channel=True),
        _layer(4, 16, 5, 7, -9),
        _layer(2, 64, 6, 203, 11, per_channel=True),
        _layer(9, 33, 1, 255, 0),
        (
            np.array([[1, 3, 5], [7, 200, 9]], np.uint8),
            np.array([[1, 0, 0], [0, 0, -1]], np.int8),
            np.array([0, 0], np.int32),
            _grid(0.5, 0),
            QParams(f32(1), np.int32(0), -128, 127),
            _grid(1.0, 7),
        ),
        (
            np.array([[255, 0, 9], [0, 255, 5]], np.uint8),
            np.array([[9, -9, 1], [-1, -2, 0]], np.int8),
            np.array([40, -60], np.int32),
            _grid(0.5, 2),
            QParams(f32(0.5), np.int32(0), -128, 127),
            QParams(f32(1), np.int32(7), 0, 15),
        ),
    ],
    {
        "zero point of the inputs forgotten": (
            _other_sum(lambda x, w, b, Z_x, Z_w: x @ (w - Z_w).T + b),
            "Z_x is missing: the code Z_x stands for 0, and must add nothing",
        ),
        "zero point of the inputs added": (
            _other_sum(lambda x, w, b, Z_x, Z_w: (x + Z_x) @ (w - Z_w).T + b),
            "Z_x is subtracted on the way to real numbers, not added",
        ),
        "zero point of the weights forgotten": (
            _other_sum(lambda x, w, b, Z_x, Z_w: (x - Z_x) @ w.T + b),
            "Z_w is missing: it is 0 only where weights are symmetric",
        ),
        "no product of the zero points": (
            _other_sum(lambda x, w, b, Z_x, Z_w: x @ w.T - Z_x * w.sum(1) - Z_w * x.sum(1, keepdims=True) + b),
            "the fourth term is missing: n Z_x Z_w, for n inputs",
        ),
        "product of the zero points once": (
            _other_sum(
                lambda x, w, b, Z_x, Z_w: x @ w.T - Z_x * w.sum(1) - Z_w * x.sum(1, keepdims=True) + Z_x * Z_w + b
            ),
            "Z_x Z_w stands in the sum once for every input: multiply it by their number",
        ),
        "sums in 16 bits": (
            _narrow,
            "numpy gives a product of uint8 and int8 arrays 16 bits, and sums wrap: widen the codes to int32 first",
        ),
        "bias forgotten": (
            _other_sum(lambda x, w, b, Z_x, Z_w: (x - Z_x) @ (w - Z_w).T),
            "the bias is missing: its step is that of the sum, so add it there",
        ),
        "bias behind the multiplier": (
            _bias_behind,
            "the bias was added behind the multiplier: its step is S_x S_w, that of the sum",
        ),
        **wrong_multipliers(_other_scale),
        "cut off": (
            _other_end(lambda scaled, grid: _finished(scaled, grid, np.trunc)),
            "cut off instead of rounded: every code moves towards Z_y",
        ),
        "half up": (
            _other_end(lambda scaled, grid: _finished(scaled, grid, lambda steps: np.floor(steps + 0.5))),
            "right but for ties, which all go up here: `np.round` takes the even neighbour",
        ),
        "zero point inside the rounding": (
            _other_end(_zero_point_inside),
            "right but for ties: round first, then add Z_y, since an odd Z_y makes the other neighbour even",
        ),
        "always up to 255": (
            _other_end(lambda scaled, grid: np.clip(np.round(scaled) + grid.zero_point, 0, 255).astype(np.int32)),
            "the codes end at 255 here: each grid has a qmin and a qmax of its own",
        ),
        "zero point of the output forgotten": (
            _other_end(lambda scaled, grid: np.clip(np.round(scaled), grid.qmin, grid.qmax).astype(np.int32)),
            "Z_y is missing: the real number 0 must become the code Z_y",
        ),
        "cast before the clip": (
            _other_end(_cast_first),
            "the cast came before the clip: a sum that is too large wraps around",
        ),
        "no clip": (
            _other_end(lambda scaled, grid: (np.round(scaled) + grid.zero_point).astype(np.int32)),
            "nothing saturates: codes must stay within qmin and qmax",
        ),
    },
    "codes in, codes out: two zero points, a wide sum, one multiplier, and the grid of the output",
    show=_show_layer,
    hints=(
        "Which numbers does a phone hold here? Widen them to int32 before anything is subtracted or multiplied.",
        "Subtract both zero points, sum the products with `@`, and add the bias: it counts in steps of the sum.",
        "M = S_x S_w / S_y, with `np.ravel(w_grid.scale)` one number for each output. Then round, add Z_y, clip, cast.",
    ),
)
