"""An exercise on parity: parity(expected, found, step) -> the largest difference in steps, and how many rows are equal.

Well-known mistakes  a tolerance, where equal means equal; values counted instead of rows; bytes that wrap when they are
subtracted; the same class taken for the same answer
"""

import numpy as np

from edukit.checks.verdict import Exercise

f32 = np.float32
random = np.random.default_rng(0)


def parity_by_hand(expected, found, step):
    """The largest difference of two answers in steps of their grid, and how many rows are equal."""
    difference = np.abs(expected.astype(np.float64) - found)
    same = (difference.reshape(len(expected), -1) == 0).all(axis=1)
    return round(difference.max() / step), int(same.sum())


def _show(arguments, expected, got):
    shape = arguments[0].shape
    return f"answers of shape {shape} are {expected[0]} steps apart, {expected[1]} rows are equal; yours says {got}"


def _difference(expected, found):
    return np.abs(expected.astype(np.float64) - found)


def _wrong_rows(count):
    """A wrong parity: all but the number of rows is right."""
    return lambda expected, found, step: (parity_by_hand(expected, found, step)[0], int(count(expected, found, step)))


def _wrong_steps(steps):
    """A wrong parity: all but the steps is right."""
    return lambda expected, found, step: (
        int(steps(expected, found, step)),
        parity_by_hand(expected, found, step)[1],
    )


def _rows(values):
    return values.reshape(len(values), -1)


def _answers(shape, step, moved):
    """Answers on a grid, and the same with some codes moved by so many steps: {place: steps}."""
    codes = random.integers(-90, 90, shape)
    other = codes.copy()
    for place, steps in moved.items():
        other[place] += steps
    return f32(codes * step), f32(other * step), step


_BYTES = random.integers(0, 256, (4, 3)).astype(np.uint8)
_BYTES[0] = 7

PARITY = Exercise(
    parity_by_hand,
    [
        _answers((4, 3), 0.5, {(1, 0): 2}),
        _answers((5, 10), 0.25, {(0, 2): 1, (0, 5): -3, (4, 9): 1}),
        _answers((3, 4), 0.5, {}),
        _answers((3, 4), 0.5, {(0, 0): -4, (1, 1): 3, (2, 2): -1}),
        (f32([[0.1, 0.5], [0.3, 0.2]]), f32([[0.1, 0.8], [0.3, 0.2]]), 0.1),  # 0.3 / 0.1 is less than 3
        _answers((4, 2, 3, 3), 0.5, {(3, 1, 2, 2): 5, (3, 0, 0, 0): -6}),
        _answers((2, 2000), 0.001, {(1, 1234): 1}),
        (_BYTES, np.concatenate([_BYTES[:1] + np.uint8(2), _BYTES[1:]]), 1),
        _answers((1, 1), 0.5, {}),
        _answers((3, 4), 1e-9, {(1, 1): 1}),
        (f32([[0.1, 0.5], [0.3, 0.2]]), f32([[0.5, 0.1], [0.3, 0.2]]), 0.1),
        (np.int8([[100, -3], [7, 7]]), np.int8([[-100, -3], [7, 7]]), 1),
    ],
    {
        "a tolerance": (
            _wrong_rows(lambda a, b, step: (_rows(_difference(a, b)) <= 0.01).all(1).sum()),
            "rows that are nearly equal were counted: on a grid, equal means equal",
        ),
        "a step is let pass": (
            _wrong_rows(lambda a, b, step: (_rows(_difference(a, b)) <= 1.01 * step).all(1).sum()),
            "rows that are a step apart were counted: equal means not one step",
        ),
        "values counted": (
            _wrong_rows(lambda a, b, step: (a == b).sum()),
            "single values were counted: a row is equal when all of its values are",
        ),
        "any value": (
            _wrong_rows(lambda a, b, step: _rows(a == b).any(1).sum()),
            "a row was counted as soon as one value is equal: all of them must be",
        ),
        "the same class": (
            _wrong_rows(lambda a, b, step: (_rows(a).argmax(1) == _rows(b).argmax(1)).sum()),
            "rows with the same largest entry were counted: the class can be right where the answer is not",
        ),
        "rows that differ": (
            _wrong_rows(lambda a, b, step: (_rows(_difference(a, b)) > 0).any(1).sum()),
            "those are the rows that differ: asked are the equal ones",
        ),
        "a share": (
            lambda a, b, step: (parity_by_hand(a, b, step)[0], parity_by_hand(a, b, step)[1] / len(a)),
            "that is a share of the rows: asked is how many",
        ),
        "no absolute value": (
            _wrong_steps(lambda a, b, step: round((a.astype(float) - b).max() / step)),
            "the sign decides: a difference of −3 is as large as one of 3",
        ),
        "bytes wrap": (
            _wrong_steps(lambda a, b, step: round(float(np.abs(a - b).max()) / step)),
            "bytes without a sign wrap around when they are subtracted, 7 − 9 is 254: make wider numbers of them first",
        ),
        "cut off": (
            _wrong_steps(lambda a, b, step: _difference(a, b).max() / step),
            "the steps were cut off: 0.3 / 0.1 is a little less than 3 in floats, so round it",
        ),
        "mean": (
            _wrong_steps(lambda a, b, step: round(_difference(a, b).mean() / step)),
            "that is the mean: one row that is far off disappears in it",
        ),
        "sum": (
            _wrong_steps(lambda a, b, step: round(_difference(a, b).sum() / step)),
            "that is the sum of all differences: asked is the largest one",
        ),
        "not in steps": (
            lambda a, b, step: (float(_difference(a, b).max()), parity_by_hand(a, b, step)[1]),
            "the difference is in units of the answer: divide by the step of its grid",
        ),
    },
    "steps and rows: two numbers that say at once whether two files are the same model",
    show=_show,
    hints=(
        "Two numbers come back: the first from the largest difference of all, the second from whole rows.",
        "Which type has the difference of two uint8 arrays? Make floats of them before you subtract.",
        "Bring each row to one axis with `.reshape(len(expected), -1)`: a row is equal when all of its values are. "
        "The number of steps is a rounded one.",
    ),
)
