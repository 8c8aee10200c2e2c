"""Exercises on attention: linear attention with few numbers at a time, and the causal mask.

Well-known mistakes  N² numbers after all; a mean over N where the weights must be summed; a mask that comes after the
softmax, or hides the position itself
"""

import numpy as np

from edukit.checks.networks.frugal import Frugal
from edukit.checks.verdict import Exercise, first_difference

random = np.random.default_rng(10)


def phi(x):
    """elu(x) + 1, without rounding small weights to 0."""
    return np.maximum(x, 0) + np.exp(np.minimum(x, 0))


def linear_attention(q, k, v):
    """Each query's mean of the values, weighted by phi(q)·phi(k); the sums over the keys are formed once."""
    q, k = phi(q), phi(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


def causal_attention(q, k, v):
    """Softmax attention in which position i sees positions 0 to i."""
    scores = q @ k.T / np.sqrt(q.shape[1])
    seen = np.tril(np.ones(scores.shape, bool))
    scores = np.where(seen, scores, -np.inf)
    weights = np.exp(scores - scores.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True) @ v


def _qkv(N, M, d, e, scale=1.0):
    return tuple(scale * random.normal(size=shape) for shape in ((N, d), (M, d), (M, e)))


def _softmax(scores, axis=1):
    weights = np.exp(scores)
    return weights / weights.sum(axis, keepdims=True)


def _scores(q, k):
    return q @ k.T / np.sqrt(q.shape[1])


def _seen(q):
    return np.tril(np.ones((len(q), len(q)), bool))


def _show_rows(arguments, expected, got):
    """The first row of the output that is wrong."""
    q, k, v = arguments
    if np.shape(got) != expected.shape:
        return f"q {q.shape}, k {k.shape} and v {v.shape} give an output {expected.shape}, yours is {np.shape(got)}"
    i = first_difference(expected, np.asarray(got))[0]
    return f"N = {len(q)}, d = {q.shape[1]}: output {i} is {_few(expected[i])}, yours is {_few(np.asarray(got)[i])}"


def _few(row):
    return "[" + ", ".join(f"{value:.3g}" for value in row[:3]) + (", …]" if len(row) > 3 else "]")


LINEAR_ATTENTION = Frugal(
    linear_attention,
    [_qkv(3, 3, 2, 2), _qkv(4, 6, 3, 2), _qkv(5, 5, 4, 4, 3.0), _qkv(9, 7, 4, 1)],
    {
        "brackets": (
            lambda q, k, v: (phi(q) @ phi(k).T) @ v / (phi(q) @ phi(k).T).sum(1, keepdims=True),
            "every number is right, and N² of them were written down on the way: form phi(k)ᵀ v first",
        ),
        "mean over N": (
            lambda q, k, v: phi(q) @ (phi(k).T @ v) / len(k),
            "divided by the number of keys: the weights sum to phi(q)·Σ phi(k), and that is what to divide by",
        ),
        "no normaliser": (
            lambda q, k, v: phi(q) @ (phi(k).T @ v),
            "nothing is divided: the output grows with every key, it is no mean of the values",
        ),
        "phi forgotten on q": (
            lambda q, k, v: q @ (phi(k).T @ v) / (q @ phi(k).sum(0))[:, None],
            "phi was applied to the keys alone: weights come out negative",
        ),
        "phi forgotten on k": (
            lambda q, k, v: phi(q) @ (k.T @ v) / (phi(q) @ k.sum(0))[:, None],
            "phi was applied to the queries alone: the weights may sum to 0",
        ),
        "no phi": (
            lambda q, k, v: q @ (k.T @ v) / (q @ k.sum(0))[:, None],
            "phi is missing: products of raw queries and keys are negative half of the time",
        ),
        "sum over the queries": (
            lambda q, k, v: phi(q) @ (phi(k).T @ v) / (phi(k) @ phi(q).sum(0)).mean(),
            "the normaliser sums over the queries: each query has one of its own, a sum over the keys",
        ),
        "elu alone": (
            lambda q, k, v: linear_attention_of(lambda x: phi(x) - 1, q, k, v),
            "that is elu: it lacks the + 1, which makes every weight positive",
        ),
        "softmax": (
            lambda q, k, v: _softmax(_scores(q, k)) @ v,
            "that is softmax attention: here the weights are phi(q)·phi(k), without an exponential of products",
        ),
        "1 / √d": (
            lambda q, k, v: linear_attention(q / np.sqrt(q.shape[1]), k, v),
            "1 / √d belongs to softmax, where products grow with d: here nothing is divided before phi",
        ),
    },
    "each query's own mean, and never more than d · e sums at a time",
    show=_show_rows,
    large=_qkv(1500, 1500, 4, 4),
    limit_bytes=4e6,
    limit_work=1e6,
    wasteful="every number is right, and N² of them were written down on the way: form phi(k)ᵀ v first",
    hints=(
        "The weights of a query should sum to 1. To what do they sum here?",
        "How many numbers does `weights` hold, for N = M = 8,192? Which brackets make d · e numbers of them?",
        "`phi(k).T @ v` has d rows and e columns. The denominators are `phi(q)` times the sum of the rows of "
        "`phi(k)`, and they need a second axis before you divide.",
    ),
)


def linear_attention_of(feature_map, q, k, v):
    """The same with another feature map."""
    q, k = feature_map(q), feature_map(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


CAUSAL_ATTENTION = Exercise(
    causal_attention,
    [_qkv(3, 3, 2, 2), _qkv(5, 5, 4, 3), _qkv(8, 8, 9, 2, 2.0), _qkv(1, 1, 4, 2), _qkv(6, 6, 4, 2, 45.0)],
    {
        "mask after the softmax": (
            lambda q, k, v: np.where(_seen(q), _softmax(_scores(q, k)), 0) @ v,
            "the mask came after the softmax: the future is gone from the sum but not from the denominator, so the "
            "weights of a row no longer sum to 1",
        ),
        "scores of 0": (
            lambda q, k, v: _softmax(np.where(_seen(q), _scores(q, k), 0)) @ v,
            "masked scores became 0, and e⁰ is 1: they must become -inf, whose exponential is 0",
        ),
        "no mask": (
            lambda q, k, v: _softmax(_scores(q, k)) @ v,
            "the future is seen: position i may look at 0 to i only",
        ),
        "the past hidden": (
            lambda q, k, v: _softmax(np.where(_seen(q).T, _scores(q, k), -np.inf)) @ v,
            "the mask is the wrong way round: it hides the past and shows the future",
        ),
        "itself hidden": (
            lambda q, k, v: _softmax(np.where(np.tril(_seen(q), -1), _scores(q, k), -np.inf)) @ v,
            "a position may see itself: with nothing to look at, the first one becomes 0 / 0",
        ),
        "no scale": (
            lambda q, k, v: _softmax(np.where(_seen(q), q @ k.T, -np.inf)) @ v,
            "the division by √d is missing",
        ),
        "divided by d": (
            lambda q, k, v: _softmax(np.where(_seen(q), q @ k.T / q.shape[1], -np.inf)) @ v,
            "divided by d: it is the square root of d",
        ),
        "columns": (
            lambda q, k, v: _softmax(np.where(_seen(q), _scores(q, k), -np.inf), axis=0) @ v,
            "the softmax runs down the columns: each query, a row, shares out a weight of 1",
        ),
        "exponentials too large": (
            lambda q, k, v: _softmax(np.where(_seen(q), _scores(q, k), -np.inf)) @ v,
            "right for small scores, but e^710 is beyond every float: take the row's largest score away first",
        ),
        "weights alone": (
            lambda q, k, v: _softmax(np.where(_seen(q), _scores(q, k), -np.inf)),
            "these are the weights: multiply them by the values",
        ),
        "not normalised": (
            lambda q, k, v: np.where(_seen(q), np.exp(_scores(q, k)), 0) @ v,
            "exponentials alone: divide each row by its sum",
        ),
    },
    "hidden before the softmax, so that each row still shares out exactly 1",
    show=_show_rows,
    loud={4: OverflowError},  # math.exp says that e^710 is too large, where np.exp goes on with inf and answers NaN
    hints=(
        "Which positions may position i see, and which weight must the others have?",
        "`np.tril(np.ones((N, N), bool))` is True where position i (row) may see position j (column). What "
        "must a score be, so that its exponential is 0?",
        "Divide the scores by the square root of d, hide, take each row's largest score away (an exponential "
        "of 1000 is too large for a float), and divide each row of exponentials by its sum.",
    ),
)
