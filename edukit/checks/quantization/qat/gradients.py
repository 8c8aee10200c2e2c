"""Exercises on training with rounding: the straight-through gradient of x, and LSQ's gradient of the step.

Well-known mistakes  a gradient that is 0 everywhere, or passes where codes saturate; a mask on x where it belongs on
the codes; the slope of saturated values left out
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.grid.affine import QParams, quantize

f32 = np.float32
i32 = np.int32
random = np.random.default_rng(4)


def straight_through_gradient(x, grid, gradient):
    """The gradient for x, given that for its fake-quantized value: passed on where no code saturates."""
    code = np.round(x / grid.scale) + grid.zero_point
    return gradient * ((grid.qmin <= code) & (code <= grid.qmax))


def step_gradient(x, grid, gradient):
    """LSQ's gradient for the one scale that all of x share."""
    steps = x / grid.scale
    inside = np.round(steps) + grid.zero_point == quantize(x, grid)
    return (gradient * (quantize(x, grid) - grid.zero_point - np.where(inside, steps, 0))).sum()


def _grid(scale, zero_point, qmin, qmax):
    return QParams(f32(scale), i32(zero_point), qmin, qmax)


def _cases():
    """x, a grid and a gradient: plain, saturated, moved by Z, at the edges of the last codes, and at random."""
    yield f32([0.1, -0.4, 0.8, 1.2]), _grid(0.5, 0, -8, 7), f32([1, 2, -1, 0.5])
    yield f32([0.1, -9, 9, 1.2]), _grid(0.5, 0, -4, 3), f32([1, 2, -1, 0.5])
    yield f32([0.3, -1.3, 3, 5.2, -0.2]), _grid(0.25, 5, 0, 15), f32([1, 2, -1, 0.5, 3])
    yield f32([1.7, -2.2, 1.8, -2.3, 1.4]), _grid(0.5, 0, -4, 3), f32([1, 2, 3, 4, 5])
    yield f32([1.75, 1.25, -1.8]), _grid(0.5, 0, -4, 3), f32([1, 2, 3])  # a tie: 3.5 rounds to 4, outside
    yield f32([-2.75, 0.8, -2.3]), _grid(0.5, 1, -4, 3), f32([1, 2, 3])  # -5.5 rounds to -6, and is code -5, outside
    for scale, zero_point, qmin, qmax in ((0.2, 0, -8, 7), (0.1, 128, 0, 255), (0.7, 3, -4, 3), (3.0, -2, -8, 7)):
        x = scale * (random.random(60) - 0.5) * 1.6 * (qmax - qmin) - scale * (zero_point - (qmax + qmin) / 2)
        yield x.astype(f32), _grid(scale, zero_point, qmin, qmax), random.normal(0, 1, 60).astype(f32)


def _show_gradient(arguments, expected, got):
    x, g, gradient = arguments
    if np.shape(got) != x.shape:
        return f"x of shape {x.shape} has a gradient of that shape, yours has {np.shape(got)}"
    at = first_difference(expected, got)
    code = np.round(x[at] / g.scale) + g.zero_point
    return (
        f"x = {x[at]:.4g} rounds to code {code:.0f}, codes run from {g.qmin} to {g.qmax}: "
        f"{gradient[at]:.3g} becomes {expected[at]:.3g}, yours is {np.asarray(got)[at]:.3g}"
    )


def _masked(inside):
    """A wrong gradient: passed where the rule says so."""
    return lambda x, g, gradient: gradient * inside(x, g)


def _between(low, value, high):
    return (low <= value) & (value <= high)


STRAIGHT_THROUGH = Exercise(
    straight_through_gradient,
    list(_cases()),
    {
        "zero": (
            _masked(lambda x, g: np.zeros_like(x)),
            "that is the true gradient, and nothing learns from it: pretend that rounding were not there",
        ),
        "passed everywhere": (
            _masked(lambda x, g: np.ones_like(x)),
            "it passes where codes saturate too: there the value does not move with x, so the gradient is 0",
        ),
        "times the scale": (
            lambda x, g, gradient: straight_through_gradient(x, g, gradient) * g.scale,
            "multiplied by S: dividing by S on the way in and multiplying on the way out cancel",
        ),
        "over the scale": (
            lambda x, g, gradient: straight_through_gradient(x, g, gradient) / g.scale,
            "divided by S: dividing by S on the way in and multiplying on the way out cancel",
        ),
        "mask on x": (
            _masked(lambda x, g: _between(g.qmin, x, g.qmax)),
            "x itself is compared with qmin and qmax, but they are codes: compare round(x / S) + Z",
        ),
        "zero point forgotten": (
            _masked(lambda x, g: _between(g.qmin, np.round(x / g.scale), g.qmax)),
            "the zero point is missing: the code of x is round(x / S) + Z",
        ),
        "not rounded": (
            _masked(lambda x, g: _between(g.qmin, x / g.scale + g.zero_point, g.qmax)),
            "compared before rounding: half a step beyond the last code, x still rounds to it",
        ),
        "last codes left out": (
            _masked(lambda x, g: (np.round(x / g.scale) + g.zero_point > g.qmin) & (quantize(x, g) < g.qmax)),
            "qmin and qmax themselves are codes like any other: use <= and not <",
        ),
        "only above": (
            _masked(lambda x, g: np.round(x / g.scale) + g.zero_point <= g.qmax),
            "codes saturate at both ends: qmin is not looked at",
        ),
        "upside down": (
            _masked(lambda x, g: ~_between(g.qmin, np.round(x / g.scale) + g.zero_point, g.qmax)),
            "the mask is upside down: the gradient passes inside and stops outside",
        ),
        "the mask alone": (
            lambda x, g, gradient: straight_through_gradient(x, g, np.ones_like(x)),
            "the mask alone came back: multiply the gradient that arrives by it",
        ),
        "clipped gradient": (
            lambda x, g, gradient: np.clip(gradient, g.qmin, g.qmax),
            "the gradient was clipped: it is x whose code is clipped, and that decides which gradients pass",
        ),
        "fake-quantized gradient": (
            lambda x, g, gradient: (quantize(gradient, g) - g.zero_point) * g.scale,
            "the gradient was quantized: it stays a real number, and only passes or stops",
        ),
    },
    "it passes where no code saturates, half a step beyond the last codes included: what torch.fake_quantize does",
    show=_show_gradient,
    hints=(
        "In which unit is `x`, and in which is `qmax`?",
        "Which code would `x` get if nothing were clipped? Compare that one with qmin and qmax.",
        "Do not forget the zero point, nor the rounding: half a step beyond the last code, x still rounds to it.",
    ),
)


def _close(_, expected, got) -> bool:
    """A sum of up to 60 float32 terms: their order may differ."""
    return np.shape(got) == () and bool(np.isclose(expected, got, rtol=1e-4, atol=1e-4))


def _show_step(arguments, expected, got):
    x, g, _ = arguments
    if np.shape(got) != ():
        return f"one scale has one gradient, the sum over all of x; yours has the shape {np.shape(got)}"
    return f"{x.size} values at S = {g.scale:.3g}, Z = {g.zero_point} give {expected:.4g}, yours is {float(got):.4g}"


def _summed(slope):
    """A wrong gradient of the step: a rule for each value's slope, summed with the gradient that arrives."""
    return lambda x, g, gradient: (gradient * slope(x / g.scale, quantize(x, g), g)).sum()


def _is_inside(steps, q, g):
    return np.round(steps) + g.zero_point == q


STEP_GRADIENT = Exercise(
    step_gradient,
    list(_cases()),
    {
        "codes alone": (
            _summed(lambda steps, q, g: q - g.zero_point),
            "x / S is missing inside: when S grows, fewer steps fit into x, and the code would follow",
        ),
        "rounding error everywhere": (
            _summed(lambda steps, q, g: q - g.zero_point - steps),
            "x / S is subtracted outside too: there the code stays at qmin or qmax, however S changes",
        ),
        "nothing outside": (
            _summed(lambda steps, q, g: np.where(_is_inside(steps, q, g), q - g.zero_point - steps, 0)),
            "nothing comes from outside: a saturated value is S (qmax - Z), and grows with S",
        ),
        "zero point forgotten": (
            _summed(lambda steps, q, g: q - np.where(_is_inside(steps, q, g), steps, 0)),
            "the zero point is missing: the value is S (q - Z), so its slope starts with q - Z",
        ),
        "sign": (
            lambda *question: -step_gradient(*question),
            "the sign is the wrong way round: code minus x / S",
        ),
        "x for x / S": (
            _summed(lambda steps, q, g: q - g.zero_point - np.where(_is_inside(steps, q, g), steps * g.scale, 0)),
            "x is subtracted where x / S belongs: both parts count steps",
        ),
        "times the scale": (
            lambda x, g, gradient: step_gradient(x, g, gradient) * g.scale,
            "multiplied by S: the slope of S (q - Z) in S is q - Z",
        ),
        "mean": (
            lambda x, g, gradient: step_gradient(x, g, gradient) / x.size,
            "averaged: a scale that serves many values collects the sum of their gradients",
        ),
        "gradient forgotten": (
            lambda x, g, gradient: step_gradient(x, g, np.ones_like(x)),
            "the gradient that arrives is missing: multiply before you sum",
        ),
        "not summed": (
            lambda x, g, gradient: gradient * (quantize(x, g) - g.zero_point - x / g.scale),
            "there is one scale, so there is one gradient: sum over all of x",
        ),
    },
    "inside the rounding error, outside the last code: eq. 3 of the LSQ paper, with a zero point",
    agree=_close,
    show=_show_step,
    hints=(
        "You did it by hand above, for Z = 0. With a zero point, a code q stands for q - Z steps.",
        "`quantize(x, grid)` gives the clipped codes. Only inside is x / S subtracted.",
        "One scale, many values: multiply each slope by the gradient that arrives there, and sum.",
    ),
)
