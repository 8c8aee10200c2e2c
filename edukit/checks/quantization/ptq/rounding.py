"""Exercises on rounding for the output: up or down, and GPTQ's single step.

Well-known mistakes  each weight to its nearest code, whatever the inputs; errors of both signs that cancel
"""

import itertools

import numpy as np

from edukit.checks.verdict import Exercise, first_difference

random = np.random.default_rng(3)


def up_or_down(w, x, scale):
    """Codes, each the one below w / scale or the one above, for which the squared error of x @ w is least."""
    below = np.floor(w / scale).astype(int)
    choices = [below + np.array(ups) for ups in itertools.product((0, 1), repeat=len(w))]
    errors = [np.square(x @ (w - scale * codes)).sum() for codes in choices]
    return choices[np.argmin(errors)]


def take_over(w, H, scale):
    """Column 0 on its grid, and the other columns moved so that the output's error is least: one step of GPTQ."""
    stored = scale * np.round(w[:, :1] / scale)
    reaction = H[:1, 1:] @ np.linalg.inv(H[1:, 1:])
    return np.hstack([stored, w[:, 1:] + (w[:, :1] - stored) * reaction])


def _weights(*shape):
    """Random weights, none of them on a code or halfway between two, where ways of rounding part."""
    return (random.normal(0, 1, shape).round(2) + 0.003).round(3)


def inputs(rows, n, stories):
    """Inputs above 0, as behind a ReLU, that repeat each other: n of them tell only so many stories."""
    mixed = random.normal(0.4, 1, (rows, stories)) @ random.normal(0, 1, (stories, n))
    return (np.maximum(mixed, 0) + 0.1 * random.random((rows, n))).round(3)


def _least(error, below=np.floor):
    """A wrong up_or_down: another error to make small, or another code to begin with."""

    def codes(w, x, scale):
        start = below(w / scale).astype(int)
        choices = [start + np.array(ups) for ups in itertools.product((0, 1), repeat=len(w))]
        return choices[np.argmin([error(w, x, scale, codes) for codes in choices])]

    return codes


def _square(w, x, scale, codes):
    return np.square(x @ (w - scale * codes)).sum()


def _greedy(w, x, scale):
    codes = np.zeros(len(w), int)
    left = w.copy()
    for i in range(len(w)):
        below = int(np.floor(w[i] / scale))
        options = [np.r_[left[:i], scale * code, left[i + 1 :]] for code in (below, below + 1)]
        best = int(np.argmin([np.square(x @ (w - option)).sum() for option in options]))
        codes[i] = below + best
        left = options[best]
    return codes


def _show_codes(arguments, expected, got):
    w, _, scale = arguments
    return f"w = {w.tolist()} at S = {scale:g} needs {expected.tolist()}, yours are {np.asarray(got).tolist()}"


UP_OR_DOWN = Exercise(
    up_or_down,
    [
        (np.array([0.45, 0.35]), np.array([[1.0, 0.8], [2.0, 2.1], [1.0, 1.2]]), 1.0),
        (np.array([0.4, -0.3]), np.array([[1.0, 0.0], [0.0, 1.0]]), 1.0),
        (np.array([-1.4, 0.2, -0.45]), inputs(8, 3, 1), 0.5),
        (np.array([1.0, 0.26]), np.array([[1.0, 2.0], [1.0, 2.1], [1.0, 1.9]]), 0.5),  # the first lies on a code
        *((_weights(n), inputs(8, n, 2), 0.5) for n in (3, 3, 4, 4, 5, 6)),
    ],
    {
        "nearest": (
            lambda w, x, s: np.round(w / s).astype(int),
            "each weight went to its nearest code: the inputs had no say",
        ),
        "signed": (
            _least(lambda w, x, s, q: abs((x @ (w - s * q)).sum())),
            "errors of both signs cancel in a sum: square them first",
        ),
        "largest": (
            _least(lambda w, x, s, q: np.abs(x @ (w - s * q)).max()),
            "that makes the largest error small: sum the squares over all rows",
        ),
        "absolute": (
            _least(lambda w, x, s, q: np.abs(x @ (w - s * q)).sum()),
            "that sums sizes: the squared error is asked for, which dislikes large errors more",
        ),
        "one by one": (
            _greedy,
            "one weight after the other: the first decides before it knows the others; try all combinations",
        ),
        "truncated": (
            _least(_square, below=np.trunc),
            "cut off instead of floored: the code below -0.3 is -1, not 0",
        ),
        "from the nearest": (
            _least(_square, below=np.round),
            "nearest and the one above it: the two neighbours of w / S are its floor and floor + 1",
        ),
        "scale forgotten": (
            _least(lambda w, x, s, q: np.square(x @ (w - q)).sum()),
            "S is missing in the error: a code q stands for the weight S q",
        ),
        "values": (
            lambda w, x, s: s * up_or_down(w, x, s),
            "those are the stored values S q: return the codes q",
        ),
        "ups": (
            lambda w, x, s: up_or_down(w, x, s) - np.floor(w / s).astype(int),
            "those are the decisions, 1 for up: add them to the floor to get the codes",
        ),
    },
    "some weights go the wrong way, and the output is the better for it: what AdaRound looks for",
    show=_show_codes,
    hints=(
        "With n weights there are 2^n choices: each code is `floor` or one more. Which inputs decide between them?",
        "`itertools.product((0, 1), repeat=len(w))` gives all the ways to go up.",
        "Codes q stand for the weights scale · q. Compare `x @ w` with `x @ (scale * q)`, and keep the codes "
        "with the least sum of squares.",
    ),
)


def _wrong_step(reaction, *, first=lambda w, s: s * np.round(w[:, :1] / s), error=lambda w, s: w[:, :1]):
    """A wrong take_over: another reaction to the error, another column 0, or another error."""

    def step(w, H, scale):
        stored = scale * np.round(w[:, :1] / scale)
        moved = (error(w, scale) - stored) * reaction(H)
        return np.hstack([first(w, scale), w[:, 1:] + moved])

    return step


def _best(H):
    return H[:1, 1:] @ np.linalg.inv(H[1:, 1:])


def _in_steps(w, scale):
    return w[:, :1] / scale - np.round(w[:, :1] / scale)


def _rounded(w, H, scale):
    new = take_over(w, H, scale)
    return np.hstack([new[:, :1], scale * np.round(new[:, 1:] / scale)])


def _moment(rows, n, stories):
    x = inputs(rows, n, stories)
    return (x.T @ x / rows + 0.01 * np.eye(n)).round(3)


def _show_step(arguments, expected, got):
    w, _, scale = arguments
    if np.shape(got) != w.shape:
        return f"w has the shape {w.shape}, your result {np.shape(got)}"
    row, column = first_difference(expected, got)
    needed = expected[row, column]
    yours = got[row, column]
    return f"w[{row}, {column}] = {w[row, column]:g} at S = {scale:g} becomes {needed:.4g}, yours {yours:.4g}"


TAKE_OVER = Exercise(
    take_over,
    [
        (np.array([[0.4, 0.4]]), np.array([[1.0, 1.0], [1.0, 1.25]]), 1.0),
        *((_weights(out, n), _moment(40, n, 2), 0.5) for out, n in ((2, 2), (3, 4), (5, 6))),
        (_weights(2, 3), np.diag([1.0, 2.0, 3.0]), 0.5),
    ],
    {
        "wrong sign": (
            _wrong_step(lambda H: -_best(H)),
            "the wrong sign: where column 0 lost something, the others must give more",
        ),
        "not inverted": (
            _wrong_step(lambda H: H[:1, 1:]),
            "the inverse is missing: H[0, 1:] says how inputs go together, solve against H[1:, 1:]",
        ),
        "each column alone": (
            _wrong_step(lambda H: H[:1, 1:] / np.diag(H)[1:]),
            "each column makes the whole error good, so together they do too much: invert H[1:, 1:], not its diagonal",
        ),
        "inverse row": (
            _wrong_step(lambda H: -np.linalg.inv(H)[:1, 1:]),
            "row 0 of the inverse of H must be divided by its entry (0, 0)",
        ),
        "nobody reacts": (
            _wrong_step(lambda H: 0 * H[:1, 1:]),
            "the other columns did not move: that is rounding to nearest",
        ),
        "code": (
            _wrong_step(_best, first=lambda w, s: np.round(w[:, :1] / s)),
            "column 0 holds the codes: the weights that they stand for are S times as large",
        ),
        "not rounded": (
            _wrong_step(_best, first=lambda w, s: w[:, :1]),
            "column 0 is still float: it is the one to put on the grid",
        ),
        "error in steps": (
            lambda w, H, s: np.hstack([take_over(w, H, s)[:, :1], w[:, 1:] + _in_steps(w, s) * _best(H)]),
            "the error is counted in steps: multiply it by S",
        ),
        "all rounded": (_rounded, "the other columns were rounded too: their turn comes later, after more errors"),
    },
    "the columns to come have made the error good: repeat it column by column, and you have GPTQ",
    agree=lambda _, expected, got: np.shape(got) == expected.shape and np.allclose(got, expected, rtol=1e-5, atol=1e-9),
    show=_show_step,
    hints=(
        "Column 0 goes to its grid, and makes an error. Which change of the other columns brings the output back?",
        "The output's error is a quadratic form with H: set its derivative by the other columns to 0.",
        "The reaction is `H[:1, 1:]` times the inverse of `H[1:, 1:]`, times the error of column 0.",
    ),
)
