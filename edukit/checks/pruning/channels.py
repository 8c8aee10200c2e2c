"""Exercises on channels: take a filter out, and count what that saves.

Well-known mistakes  the wrong axis; a next layer that still waits for the channel; a bias left behind; zeros sold as
removal; half of the channels taken for half of the MACs
"""

import numpy as np

from edukit.checks.verdict import Exercise


def remove_filter(weight, bias, next_weight, index):
    """Both layers without one filter: weight (N, M, k, k) without its row, next_weight (P, N, k, k) its column."""
    return np.delete(weight, index, 0), np.delete(bias, index), np.delete(next_weight, index, 1)


def macs_left(channels, ratio):
    """The share of the MACs left in a chain of layers on images of one size; channels (in, …, out), both ends stay."""
    kept = [channels[0], *(n - round(ratio * n) for n in channels[1:-1]), channels[-1]]
    return sum(map(int.__mul__, kept, kept[1:])) / sum(map(int.__mul__, channels, channels[1:]))


def _layers(N, M, P, k=3, seed=0):
    draw = np.random.default_rng(seed).normal
    weights = draw(size=(N, M, k, k)), draw(size=N), draw(size=(P, N, k, k))
    return tuple(w.round(2).astype(np.float32) for w in weights)


def _show_removed(arguments, expected, got):
    shapes = [np.shape(part) for part in got]
    right = [np.shape(part) for part in expected]
    if shapes != right:
        return f"right are the shapes {right}, yours are {shapes}"
    wrong = next(n for n, a, b in zip(("weight", "bias", "next_weight"), expected, got, strict=True) if (a != b).any())
    return f"the shapes are right, but {wrong} does not hold the right numbers for filter {arguments[3]}"


def _zeroed(weight, bias, next_weight, index):
    parts = weight.copy(), bias.copy(), next_weight.copy()
    parts[0][index] = parts[1][index] = 0
    parts[2][:, index] = 0
    return parts


REMOVE = Exercise(
    remove_filter,
    [
        (*_layers(4, 3, 5), 1),
        (*_layers(4, 4, 4), 2),
        (*_layers(6, 1, 2, k=1, seed=1), 5),
        (*_layers(3, 8, 3, k=5, seed=2), 0),
    ],
    {
        "next layer forgotten": (
            lambda w, b, n, i: (np.delete(w, i, 0), np.delete(b, i), n),
            "the next layer still waits for the channel: its column goes with the filter",
        ),
        "next layer's filter": (
            lambda w, b, n, i: (np.delete(w, i, 0), np.delete(b, i), np.delete(n, min(i, len(n) - 1), 0)),
            "a filter of the next layer went: what goes there is an input, and inputs lie along axis 1",
        ),
        "wrong axis": (
            lambda w, b, n, i: (np.delete(w, min(i, w.shape[1] - 1), 1), np.delete(b, i), np.delete(n, i, 1)),
            "an input of the first layer went: its filters lie along axis 0",
        ),
        "bias forgotten": (
            lambda w, b, n, i: (np.delete(w, i, 0), b, np.delete(n, i, 1)),
            "the bias still has a number for the filter that went",
        ),
        "only zeros": (
            _zeroed,
            "zeros are written and nothing went: the shapes, the work and the bytes are as before",
        ),
        "the one that stays": (
            lambda w, b, n, i: (w[i : i + 1], b[i : i + 1], n[:, i : i + 1]),
            "only the filter that should go is left",
        ),
        "counted from the end": (
            lambda w, b, n, i: remove_filter(w, b, n, len(w) - 1 - i),
            "another filter went: count from the first one, which is 0",
        ),
    },
    "its filter, its bias, and the column that reads it: all three go together",
    show=_show_removed,
    hints=(
        "Which layer now waits for a channel that nobody makes?",
        "On which axis of a weight do its outputs lie, and on which its inputs?",
        "`np.delete` takes an axis. For two of the three arrays it is axis 0.",
    ),
)


def _show_left(arguments, expected, got):
    channels, ratio = arguments
    return f"{' → '.join(map(str, channels))} channels, {ratio:.0%} go: {expected:.6g} of the MACs, yours {got:.6g}"


def _chain(kept, before):
    """A wrong macs_left: which numbers of channels are kept."""

    def left(channels, ratio):
        after = kept(channels, lambda n: n - round(ratio * n))
        return sum(a * b for a, b in after) / sum(a * b for a, b in before(channels))

    return left


def _pairs(channels):
    return list(zip(channels, channels[1:], strict=False))


MACS = Exercise(
    macs_left,
    [
        ((3, 32, 64, 10), 0.5),
        ((1, 8, 8, 4), 0.25),
        ((16, 16, 16, 16, 16), 0.5),
        ((64, 10, 6), 0.3),
        ((3, 64, 128, 128, 10), 0.9),
        ((3, 7, 5, 2), 0.0),
        ((3, 5, 10, 7, 4), 0.5),
    ],
    {
        "share of channels": (
            lambda channels, ratio: 1 - ratio,
            "that is the share of the channels: a layer between two shrunken ones loses inputs and outputs",
        ),
        "square everywhere": (
            lambda channels, ratio: (1 - ratio) ** 2,
            "the square holds for layers that lose both; the first keeps its inputs, the last its outputs",
        ),
        "only outputs": (
            _chain(lambda c, f: [(a, f(b) if i < len(c) - 2 else b) for i, (a, b) in enumerate(_pairs(c))], _pairs),
            "each layer loses its outputs only: the next one must lose the inputs that are no longer made",
        ),
        "all shrink": (
            _chain(lambda c, f: [(f(a), f(b)) for a, b in _pairs(c)], _pairs),
            "the image's channels and the classes shrink too: nobody may take those away",
        ),
        "classes shrink": (
            _chain(lambda c, f: [(f(a) if i else a, f(b)) for i, (a, b) in enumerate(_pairs(c))], _pairs),
            "the last layer loses outputs: those are the answers, and they stay",
        ),
        "what is gone": (
            lambda channels, ratio: 1 - macs_left(channels, ratio),
            "that is the share that is gone: asked is the one that is left",
        ),
        "other share": (
            lambda channels, ratio: macs_left(channels, 1 - ratio),
            "so many should go, and you keep so many: n - round(ratio * n) are left",
        ),
    },
    "inputs and outputs: half of the channels leave little more than a quarter of the MACs",
    show=_show_left,
    hints=(
        "The MACs of a layer are proportional to inputs times outputs.",
        "Which two numbers of channels must stay as they are?",
        "Make the list of kept channels first. Then sum the products of neighbours, for both lists.",
    ),
)
