"""An exercise on the two parts of the error: what a range cuts off, and what its grid rounds away.

Well-known mistakes  clipping counted twice; each part averaged over its own values; the zero point forgotten
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.quantization.grid.affine import choose_qparams, fake_quantize
from edukit.quantization.grid.calibrate import clipping_and_rounding

f32 = np.float32
random = np.random.default_rng(6)


def _parts(x, g):
    """What is right: x as far as the grid reaches, and as it is stored."""
    return np.clip(x, *(g.scale * (code - g.zero_point) for code in (g.qmin, g.qmax))), fake_quantize(x, g)


def _wrong_parts(clipping, rounding):
    """A wrong clipping_and_rounding: a rule for each part, of x, x inside the grid, and x as stored."""

    def parts(x, g):
        inside, stored = _parts(x, g)
        return float(clipping(x, inside, stored)), float(rounding(x, inside, stored))

    return parts


def _clipping(x, inside, stored):
    return np.mean((x - inside) ** 2)


def _rounding(x, inside, stored):
    return np.mean((inside - stored) ** 2)


def _forgets_zero_point(x, g):
    inside = np.clip(x, g.scale * g.qmin, g.scale * g.qmax)
    return float(np.mean((x - inside) ** 2)), float(np.mean((inside - fake_quantize(inside, g)) ** 2))


def _show_parts(arguments, expected, got):
    clipping, rounding = got
    return (
        f"{arguments[0].size} values cost {expected[0]:.4g} by clipping and {expected[1]:.4g} by rounding, "
        f"yours {clipping:.4g} and {rounding:.4g}"
    )


def _parts_by_hand(x, grid):
    """(clipping, rounding): the two parts of the mean squared error, each divided by the number of all values."""
    low = grid.scale * (grid.qmin - grid.zero_point)
    high = grid.scale * (grid.qmax - grid.zero_point)
    inside = np.clip(x, low, high)
    stored = fake_quantize(x, grid)
    return np.mean((x - inside) ** 2), np.mean((inside - stored) ** 2)


CLIPPING_AND_ROUNDING = Exercise(
    clipping_and_rounding,
    [
        (random.normal(0, 1, shape).astype(f32), choose_qparams(f32(low), f32(high), bits))
        for shape, low, high, bits in (
            ((50,), 0, 1, 2),
            ((5, 10), -1, 1.5, 3),
            ((2, 5, 5), -0.5, 2, 4),
            ((50,), -1, 0, 2),
            ((50,), -9, 9, 4),
            ((50,), 0.3, 0.8, 4),
        )
    ],
    {
        "sums": (
            _wrong_parts(lambda x, inside, stored: np.sum((x - inside) ** 2), lambda x, c, y: np.sum((c - y) ** 2)),
            "these are sums: take the mean over all values",
        ),
        "whole error as rounding": (
            _wrong_parts(_clipping, lambda x, inside, stored: np.mean((x - stored) ** 2)),
            "the clipping was counted twice: rounding is from the clipped value to the stored one",
        ),
        "means of parts": (
            _wrong_parts(
                lambda x, c, y: np.mean((x - y)[x != c] ** 2) if (x != c).any() else 0,
                lambda x, c, y: np.mean((x - y)[x == c] ** 2) if (x == c).any() else 0,
            ),
            "each part was averaged over its own values: divide by the number of all values, or they do not add up",
        ),
        "swapped": (_wrong_parts(_rounding, _clipping), "the two are swapped: clipping first"),
        "roots": (
            _wrong_parts(lambda *v: np.sqrt(_clipping(*v)), lambda *v: np.sqrt(_rounding(*v))),
            "the root was taken: squared errors add up, their roots do not",
        ),
        "sizes": (
            _wrong_parts(lambda x, c, y: np.mean(abs(x - c)), lambda x, c, y: np.mean(abs(c - y))),
            "these are mean sizes: square the errors first",
        ),
        "zero point forgotten": (
            _forgets_zero_point,
            "clipped as if Z were 0: the grid reaches from S (qmin - Z) to S (qmax - Z)",
        ),
    },
    "two parts that add up to the whole error: one falls with the range, the other grows",
    agree=lambda _, expected, got: len(got) == 2 and np.allclose(got, expected, rtol=1e-3, atol=1e-9),
    show=_show_parts,
    shown=_parts_by_hand,
    hints=(
        "Which real numbers do the first and the last code stand for?",
        "A code q means S (q - Z). Put `grid.qmin` and `grid.qmax` in the place of q, and clip x to these two numbers.",
        "Clipping is from x to the clipped value, rounding from the clipped value to the stored one. Each is "
        "a mean of squares over all of x.",
    ),
)
