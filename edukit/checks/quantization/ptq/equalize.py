"""Exercises on equalization: equalize_pair(w1, b1, w2) -> (w1, b1, w2), smoothing_scales(x_max, w_max, alpha) -> s.

Well-known mistakes  no square root, so that the second layer gets all the trouble; the factor upside down; the bias
of the first layer forgotten; dead channels, 0 / 0; the scales laid along the wrong axis
"""

import numpy as np

from edukit.checks.alike import as_numbers
from edukit.checks.verdict import Exercise, alike
from edukit.quantization.ptq.equalize import equalize_pair
from edukit.quantization.ptq.smooth import smoothing_scales

f32 = np.float32
random = np.random.default_rng(0)


def _wrong_pair(*, size=np.abs, reduce=np.max, scale=lambda r1, r2: np.sqrt(r1 / r2), guard=True, share=None):
    """A wrong equalize_pair: all as it should be, but for one part."""

    def pair(w1, b1, w2):
        r1, r2 = reduce(size(w1), axis=1), reduce(size(w2), axis=0)
        s = scale(r1, r2)
        s = np.where((r1 > 0) & (r2 > 0), s, f32(1)) if guard else s
        return share(w1, b1, w2, s) if share else (w1 / s[:, None], b1 / s, w2 * s)

    return pair


def _rows_of_second(w1, b1, w2):
    r1, r2 = np.abs(w1).max(1), np.abs(w2).max(1)
    s = np.where((r1 > 0) & (r2 > 0), np.sqrt(r1 / r2), f32(1))
    return w1 / s[:, None], b1 / s, w2 * s[:, None]


def _columns_of_first(w1, b1, w2):
    r1, r2 = np.abs(w1).max(0), np.abs(w2).max(0)
    s = np.where((r1 > 0) & (r2 > 0), np.sqrt(r1 / r2), f32(1))
    return w1 / s, b1 / s, w2 * s


def _same_pair(_, expected, got) -> bool:
    """Equal where a channel is alive; where it is dead, any finite factor leaves the function as it is."""
    got = [as_numbers(part) for part in got] if isinstance(got, tuple | list) else [None]
    if not all(part is not None and np.isfinite(part).all() for part in got):
        return False
    alive = (np.abs(expected[0]).max(1) > 0) & (np.abs(expected[2]).max(0) > 0)
    parts = [(w1[alive], b1[alive], w2[:, alive], np.maximum(b1, 0) * w2) for w1, b1, w2 in (expected, got)]
    return alike(*parts)


def _show_pair(arguments, expected, got):
    for name, right, mine in zip(("w1", "b1", "w2"), expected, got, strict=True):
        if np.shape(right) != np.shape(mine):
            return f"{name} has shape {np.shape(right)}, yours has {np.shape(mine)}"
        if not alike(right, np.asarray(mine, np.float32)):
            at = tuple(int(i) for i in np.argwhere(~np.isclose(right, mine, rtol=1e-5, atol=0))[0])
            return f"{name}{list(at)} right is {right[at]:.4g}, yours is {mine[at]:.4g}"
    return f"for {arguments}"


def _question(C, inside, out, spread=100.0):
    factors = spread ** random.uniform(-1, 1, C).astype(f32)
    w1 = random.normal(0, 1, (C, inside)).astype(f32) * factors[:, None]
    return w1, random.normal(0, 1, C).astype(f32), random.normal(0, 1, (out, C)).astype(f32)


_W1 = f32([[4, -8, 1], [0.5, 0.25, -0.1], [-3, 1, 2]])
_B1 = f32([2, -1, 0.5])
_W2 = f32([[2, 1, -5], [-1, -2, 3], [0.5, 1, 4]])
_DEAD = f32([[4, -8, 1], [0, 0, 0], [-3, 1, 2]])


def _pair_by_hand(w1, b1, w2):
    """Two linear layers with a ReLU between them as two whose channels have equal ranges."""
    r1, r2 = np.abs(w1).max(axis=1), np.abs(w2).max(axis=0)
    alive = (r1 > 0) & (r2 > 0)
    s = np.where(alive, np.sqrt(r1) / np.sqrt(np.where(alive, r2, 1)), 1)
    return w1 / s[:, None], b1 / s, w2 * s


EQUALIZE_PAIR = Exercise(
    equalize_pair,
    [
        (_W1, _B1, _W2),
        (_DEAD, f32([2, 3, 0.5]), _W2),
        (_W1, _B1, f32([[0, 1, -5], [0, -2, 3]])),
        (_DEAD, _B1, f32([[1, 0, -5], [-4, 0, 3]])),
        *(_question(C, inside, out) for C, inside, out in ((8, 5, 3), (1, 4, 2), (16, 27, 16))),
        _question(6, 4, 3, spread=1e5),
    ],
    {
        "no square root": (
            _wrong_pair(scale=lambda r1, r2: r1 / r2),
            "the square root is missing: now the second layer has the range of the first, and the trouble only moved",
        ),
        "upside down": (
            _wrong_pair(scale=lambda r1, r2: np.sqrt(r2 / r1)),
            "s is upside down: what is large becomes larger; s = sqrt(r1 / r2)",
        ),
        "product": (
            _wrong_pair(scale=lambda r1, r2: np.sqrt(r1 * r2)),
            "sqrt(r1 r2) is the range that both get in the end, not the factor: s = sqrt(r1 / r2)",
        ),
        "sum": (
            _wrong_pair(reduce=np.sum),
            "a range is the largest |w|, not the sum of all of them: the grid must reach the largest",
        ),
        "sign lost": (
            _wrong_pair(size=lambda w: w),
            "negative weights are as large as positive ones: take |w| before the maximum",
        ),
        "dead channel": (
            _wrong_pair(guard=False),
            "a channel without weights, or one that nobody reads, has range 0: s is 0, infinite or NaN; let it be 1",
        ),
        "first bias forgotten": (
            _wrong_pair(share=lambda w1, b1, w2, s: (w1 / s[:, None], b1.copy(), w2 * s)),
            "the bias belongs to the channel: it is divided by s as well, or the function changes",
        ),
        "bias multiplied": (
            _wrong_pair(share=lambda w1, b1, w2, s: (w1 / s[:, None], b1 * s, w2 * s)),
            "the bias is added to the channel, which is divided by s: divide it, too",
        ),
        "both divided": (
            _wrong_pair(share=lambda w1, b1, w2, s: (w1 / s[:, None], b1 / s, w2 / s)),
            "both layers were divided: what the first loses, the second must gain, or the function changes",
        ),
        "rows of the second": (
            _rows_of_second,
            "a channel is a column of w2, and here its rows were scaled: rows are the outputs of the second layer",
        ),
        "columns of the first": (
            _columns_of_first,
            "a channel is a row of w1, and here its columns were scaled: columns are the inputs of the first layer",
        ),
        "one factor for all": (
            lambda w1, b1, w2: (w1 / (s := np.sqrt(np.abs(w1).max() / np.abs(w2).max())), b1 / s, w2 * s),
            "one factor for all channels leaves them as different as they were: one for each, by its own ranges",
        ),
    },
    "both layers now have the range sqrt(r1 r2) in every channel, and the function is what it was",
    agree=_same_pair,
    show=_show_pair,
    shown=_pair_by_hand,
    hints=(
        "A channel is a row of w1 and a column of w2. What happens to the output if the row is divided by s, "
        "and the column multiplied by s?",
        "Both ranges should become equal: r1 / s = r2 s. Solve this for s.",
        "The bias belongs to the row. A channel whose r1 or r2 is 0 gets the factor 1.",
    ),
)


def _wrong_scales(rule, *, guard=True):
    """A wrong smoothing_scales: the rule, with 1 for channels in which either is 0."""

    def scales(x_max, w_max, alpha):
        s = rule(x_max, w_max, f32(alpha))
        return np.where((x_max > 0) & (w_max > 0), s, f32(1)) if guard else s

    return scales


def _show_scales(arguments, expected, got):
    x_max, w_max, alpha = arguments
    at = int(np.argmax(~np.isclose(expected, got, rtol=1e-5, atol=0)))
    return f"|x| to {x_max[at]:.4g}, |w| to {w_max[at]:.4g}, α = {alpha}: s is {expected[at]:.4g}, yours {got[at]:.4g}"


def _smoothing_by_hand(x_max, w_max, alpha):
    """max|x|^alpha / max|w|^(1 - alpha) for each input channel, and 1 where either is 0."""
    alive = (x_max > 0) & (w_max > 0)
    return np.where(alive, x_max, 1) ** alpha / np.where(alive, w_max, 1) ** (1 - alpha)


SMOOTHING_SCALES = Exercise(
    smoothing_scales,
    [
        (f32([100, 1, 0.5]), f32([0.5, 2, 0.25]), 0.75),
        (f32([100, 0, 3, 0]), f32([0.5, 2, 0, 0]), 0.5),
        (f32([100, 9]), f32([0.5, 4]), 0.0),
        (f32([100, 9]), f32([0.5, 4]), 1.0),
        (50 * random.random(20, dtype=f32), random.random(20, dtype=f32), 0.4),
    ],
    {
        "exponents swapped": (
            _wrong_scales(lambda x, w, a: x ** (1 - a) / w**a),
            "α belongs to the inputs and 1 - α to the weights: α = 1 moves all the difficulty",
        ),
        "one exponent": (
            _wrong_scales(lambda x, w, a: (x / w) ** a),
            "the weights have the exponent 1 - α, not α: only at α = 1/2 is it the same",
        ),
        "multiplied": (
            _wrong_scales(lambda x, w, a: x**a * w ** (1 - a)),
            "divided by the weights' part, not multiplied: large weights ask for a smaller s",
        ),
        "upside down": (
            _wrong_scales(lambda x, w, a: w ** (1 - a) / x**a),
            "s is upside down: x is divided by s, so s is large where x is large",
        ),
        "weights ignored": (
            _wrong_scales(lambda x, w, a: x**a),
            "the weights are missing: they take over what the inputs lose, so their size counts",
        ),
        "no guard": (
            _wrong_scales(lambda x, w, a: x**a / w ** (1 - a), guard=False),
            "an input that is always 0, or that no weight reads, makes s 0, infinite or NaN: let it be 1",
        ),
    },
    "α says how much of the inputs' range moves into the weights; at 1/2 both end with the same",
    show=_show_scales,
    shown=_smoothing_by_hand,
    hints=(
        "A large s makes the input's range small, and the weights' range large. So s grows with |x|, and "
        "falls with |w|.",
        "alpha = 1 gives all the difficulty to the weights, and alpha = 0 gives it to the inputs: the "
        "exponents are alpha and 1 - alpha.",
        "Where either range is 0, s is 1: an input that is always 0 has nothing to hand over.",
    ),
)
