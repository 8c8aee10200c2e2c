"""An exercise on the step in which runtimes agree: requantize(accumulator, S_x, S_w, grid) -> codes.

    M = S_x S_w / S_y        q = clip(round(float32(acc) · M) + Z, qmin, qmax)

Well-known mistakes  the product in float64, so that ties differ; ties away from zero; the zero point inside the
rounding; the cast before the clip, so that sums wrap
"""

import numpy as np

from edukit.checks.quantization.integer.multiplier import wrong_multipliers
from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import QParams

f32 = np.float32
random = np.random.default_rng(0)


def requantize_by_hand(accumulator, S_x, S_w, grid):
    """The codes of a layer's output, from its int32 sums."""
    M = np.float32(S_x) * np.float32(S_w) / np.float32(grid.scale)
    steps = np.round(accumulator.astype(np.float32) * M)
    return np.clip(steps + grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)


def _show(arguments, expected, got):
    accumulator, S_x, S_w, grid = arguments
    if np.shape(got) != accumulator.shape:
        return f"sums of shape {accumulator.shape} have codes of that shape, yours have {np.shape(got)}"
    at = first_difference(expected, got)
    M = f32(S_x) * f32(S_w) / f32(grid.scale)
    asked = f"sum {accumulator[at]:,} at M = {np.broadcast_to(M, accumulator.shape)[at]:.4g}, Z = {grid.zero_point}"
    return f"{asked} is code {expected[at]}, yours is {np.asarray(got)[at]}"


def _multiplier(S_x, S_w, grid):
    return f32(S_x) * np.asarray(S_w, f32) / f32(grid.scale)


def _wrong(steps):
    """A wrong requantize: a wrong rule for acc · M, then zero point, clip and cast as they should be."""

    def requantize(accumulator, S_x, S_w, grid):
        scaled = accumulator.astype(f32) * _multiplier(S_x, S_w, grid)
        return np.clip(steps(scaled) + grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)

    return requantize


def _other_multiplier(rule):
    """A wrong requantize: all but the multiplier is right."""

    def requantize(accumulator, S_x, S_w, grid):
        scaled = accumulator.astype(f32) * np.asarray(rule(f32(S_x), np.asarray(S_w, f32), f32(grid.scale)), f32)
        return np.clip(np.round(scaled) + grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)

    return requantize


def _in_float64(accumulator, S_x, S_w, grid):
    scaled = accumulator * _multiplier(S_x, S_w, grid).astype(np.float64)
    return np.clip(np.round(scaled) + grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)


def _rounded(accumulator, S_x, S_w, grid):
    return np.round(accumulator.astype(f32) * _multiplier(S_x, S_w, grid))


def _zero_point_inside(accumulator, S_x, S_w, grid):
    scaled = accumulator.astype(f32) * _multiplier(S_x, S_w, grid)
    return np.clip(np.round(scaled + f32(grid.zero_point)), grid.qmin, grid.qmax).astype(np.int32)


def _zero_point_subtracted(*question):
    grid = question[3]
    return np.clip(_rounded(*question) - grid.zero_point, grid.qmin, grid.qmax).astype(np.int32)


def _cast_first(*question):
    codes = (_rounded(*question) + question[3].zero_point).astype(np.int64).astype(np.int8)
    return np.clip(codes, question[3].qmin, question[3].qmax).astype(np.int32)


def _clip_first(*question):
    grid = question[3]
    return (np.clip(_rounded(*question), grid.qmin, grid.qmax) + grid.zero_point).astype(np.int32)


def _sums(*values):
    return np.array(values, np.int32)


def _near_ties(M, count: int = 400):
    """Sums whose float32 product with M is a tie, or beside one, among many that are neither."""
    return np.round((np.arange(count) - count // 2 + 0.5) / float(M)).astype(np.int32)


SIGNED = QParams(f32(0.1), np.int32(0), -128, 127)
SHIFTED = QParams(f32(0.1), np.int32(-11), -128, 127)
UNSIGNED = QParams(f32(0.25), np.int32(131), 0, 255)
HALF = QParams(f32(1), np.int32(3), -128, 127)
CHANNELS = f32([[0.011], [0.002]])

REQUANTIZE = Exercise(
    requantize_by_hand,
    [
        (_sums(900, 1234, 155), f32(0.02), f32(0.01), SIGNED),
        (_sums(900, -1234, -157), f32(0.02), f32(0.01), SHIFTED),
        (_sums(15184, -20000, 400), f32(0.0078), f32(0.0057), UNSIGNED),
        (_sums(2_000_000, -2_000_000), f32(0.02), f32(0.01), SHIFTED),
        (_sums(1, 3, 5, -1, -3), f32(0.5), f32(1), HALF),
        (random.integers(-9000, 9000, (2, 40)).astype(np.int32), f32(0.02), CHANNELS, UNSIGNED),
        *(
            (_near_ties(f32(a) * f32(b) / f32(SHIFTED.scale)), f32(a), f32(b), SHIFTED)
            for a, b in [(0.0213, 0.0117), (0.0131, 0.0093), (0.019, 0.0041), (0.007, 0.003)]
        ),
        (random.integers(-(2**24), 2**24, 999).astype(np.int32), f32(0.0021), f32(0.0004), SHIFTED),
    ],
    {
        "truncated": (
            _wrong(np.trunc),
            "cut off instead of rounded: every output moves towards the zero point",
        ),
        "floored": (_wrong(np.floor), "rounded down, not to the nearest: every output moves the same way"),
        "half up": (
            _wrong(lambda steps: np.floor(steps + f32(0.5))),
            "right but for ties, which all go up here: runtimes take the even neighbour",
        ),
        "half away from zero": (
            _wrong(lambda steps: np.trunc(steps + np.copysign(f32(0.5), steps))),
            "right but for ties, which go away from 0 here: runtimes take the even neighbour",
        ),
        "zero point inside the rounding": (
            _zero_point_inside,
            "right but for ties: round first, then add Z, since an odd Z makes the other neighbour even",
        ),
        "product in float64": (
            _in_float64,
            "right but for sums close to a tie: M and its product with the sum are float32, and numpy makes a float64 "
            "of an int32 times a float32; turn the sum into float32 first",
        ),
        "zero point forgotten": (
            lambda *question: np.clip(_rounded(*question), question[3].qmin, question[3].qmax).astype(np.int32),
            "Z is missing: the sum 0 must become the code Z",
        ),
        "zero point subtracted": (
            _zero_point_subtracted,
            "Z is added on the way to a code: it is subtracted on the way back",
        ),
        "cast before the clip": (
            _cast_first,
            "the cast came before the clip: a sum that is too large wraps around instead of staying at the last code",
        ),
        "clip before the zero point": (
            _clip_first,
            "clipped too early: Z, added after the clip, pushes codes out of the range again",
        ),
        "no clip": (
            lambda *question: (_rounded(*question) + question[3].zero_point).astype(np.int64),
            "nothing saturates: codes must stay within qmin and qmax",
        ),
        **wrong_multipliers(_other_multiplier),
        "upside down": (_other_multiplier(lambda x, w, y: y / (x * w)), "M is upside down: it is S_x S_w / S_y"),
        "codes left as floats": (
            lambda *q: np.clip(_rounded(*q) + q[3].zero_point, q[3].qmin, q[3].qmax),
            "the cast to an integer type is missing, as the last step",
        ),
    },
    "float32 multiplier, ties to the even code, zero point, clip: this is what makes runtimes agree",
    show=_show,
    hints=(
        "The sum counts steps of S_x times S_w, the code counts steps of S_y. Which factor turns one into the other?",
        "Four steps, and their order matters: multiply, round, add the zero point, clip. The cast to integers is last.",
        "A runtime keeps everything in float32. In numpy an int32 array times a float32 is a float64: "
        "what must you do with the sum first?",
    ),
)
