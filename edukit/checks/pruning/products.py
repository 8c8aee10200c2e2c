"""An exercise on sparse products: a matrix in CSR times a vector.

Well-known mistakes  the columns not looked up, the matrix transposed, one row forgotten, rows without a number that
take the first one of the next
"""

import numpy as np

from edukit.checks.verdict import Exercise


def csr_product(values, columns, starts, x):
    """W @ x, W (rows, columns) as CSR: row r has values[starts[r]:starts[r + 1]], which stand in these columns."""
    y = np.zeros(len(starts) - 1)
    for r in range(len(y)):
        row = slice(starts[r], starts[r + 1])
        y[r] = values[row] @ x[columns[row]]
    return y


def _csr(w):
    rows, columns = np.nonzero(w)
    return w[rows, columns], columns, np.concatenate([[0], np.cumsum(np.count_nonzero(w, axis=1))])


def _question(rows, columns, seed, zeros=0.5, empty=None):
    random = np.random.default_rng(seed)
    w = random.integers(1, 9, (rows, columns)) * (random.random((rows, columns)) > zeros) / 2
    if empty is not None:
        w[empty] = 0
    return *_csr(w), random.integers(-4, 5, columns) / 2


def _dense(values, columns, starts, size):
    w = np.zeros((len(starts) - 1, size))
    for r in range(len(w)):
        w[r, columns[starts[r] : starts[r + 1]]] = values[starts[r] : starts[r + 1]]
    return w


def _by_row(rule, last=0):
    """A wrong product: rule(values, columns, x) of one row; `last` rows at the end are left out."""

    def product(values, columns, starts, x):
        y = np.zeros(len(starts) - 1)
        for r in range(len(y) - last):
            row = slice(starts[r], starts[r + 1])
            y[r] = rule(values[row], columns[row], x)
        return y

    return product


def _reduced(values, columns, starts, x):
    return np.add.reduceat(values * x[columns], starts[:-1])


def _show(arguments, expected, got):
    values, columns, starts, x = arguments
    right = np.round(expected, 2).tolist()
    if np.shape(got) != expected.shape:
        return f"W has {len(expected)} rows, so W @ x has the shape {expected.shape}, yours {np.shape(got)}"
    return f"starts {starts.tolist()}, columns {columns.tolist()}: right is {right}, yours {np.round(got, 2).tolist()}"


CSR = Exercise(
    csr_product,
    [
        (np.array([0.5, -1.0]), np.array([1, 3]), np.array([0, 2]), np.array([1.0, 2, 3, 4])),
        _question(3, 3, seed=0),
        _question(3, 5, seed=1),
        _question(4, 4, seed=2, empty=1),
        _question(5, 3, seed=3, zeros=0.3, empty=[0, 3]),
        _question(4, 3, seed=4, empty=[1, 3]),
        _question(3, 1, seed=5, zeros=0.0),
        _question(2, 3, seed=6, empty=[0, 1]),
    ],
    {
        "not looked up": (
            _by_row(lambda values, columns, x: values @ x[: len(values)]),
            "the numbers meet the first entries of x: each has its own column, so it meets x[column]",
        ),
        "one sum": (
            lambda values, columns, starts, x: np.full(len(starts) - 1, values @ x[columns]),
            "all rows were added up together: `starts` says where a row begins, and the next entry where it ends",
        ),
        "transposed": (
            lambda values, columns, starts, x: _dense(values, columns, starts, len(x)).T @ x[: len(starts) - 1],
            "that is the product with the transposed matrix: a column says which entry of x is read",
        ),
        "last row": (
            _by_row(lambda values, columns, x: values @ x[columns], last=1),
            "the last row is missing: there is one row less than there are starts, and no row less than that",
        ),
        "only the sum": (
            _by_row(lambda values, columns, x: values.sum()),
            "the numbers of a row were added up, and x was never asked",
        ),
        "from 1": (
            _by_row(lambda values, columns, x: values @ x[columns - 1]),
            "columns count from 0, and you read the entry before",
        ),
        "reduceat": (
            _reduced,
            "a row without a number must give 0: np.add.reduceat gives the number at its start instead",
        ),
    },
    "one multiplication for each number that is there, and one look-up",
    show=_show,
    hints=(
        "Which numbers belong to row r? Two neighbours in `starts` say it.",
        "Which entries of x do they meet? `columns` says it, for the same places.",
        "Make y of zeros, and let r run over its rows: a row without numbers then stays 0.",
    ),
)
