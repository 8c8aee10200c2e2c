"""Exercises on the balance of cost and accuracy: which models are worth a look, and whether too much was lost.

Well-known mistakes  a front that loses equal models; percent for points, and 85.2 - 84.7 compared as floats
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.deployment import tradeoff

random = np.random.default_rng(0)


def _same_indices(_, expected, got) -> bool:
    got = np.asarray(sorted(got))
    return got.dtype.kind != "b" and got.shape == (len(expected),) and bool((got == expected).all())


def _show_front(arguments, expected, got):
    sizes, accuracies = arguments
    if np.asarray(list(got)).dtype.kind == "b":
        return "return the indices of the models on the front, not True or False for each"
    models = ", ".join(f"{s} kB {100 * a:.6g}%" for s, a in zip(sizes, accuracies, strict=True))
    return f"of {models} the front is {expected}, yours is {sorted(int(i) for i in got)}"


def _undominated(dominates):
    """A wrong pareto_front: by a wrong rule for when a model (size, accuracy) dominates another."""

    def front(sizes, accuracies):
        models = list(zip(sizes, accuracies, strict=True))
        return [j for j, b in enumerate(models) if not any(dominates(a, b) for i, a in enumerate(models) if i != j)]

    return front


def _swept(sizes, accuracies):
    """From the smallest up, each model that beats all before it: equal models are lost."""
    order = sorted(range(len(sizes)), key=lambda i: (sizes[i], -accuracies[i]))
    best = -1
    front = []
    for i in order:
        if accuracies[i] > best:
            front.append(i)
            best = accuracies[i]
    return sorted(front)


def _ends(models, by_size, by_accuracy):
    return sorted({min(models, key=by_size), min(models, key=by_accuracy)})


def _models(n):
    return random.integers(1, 9, n).tolist(), (random.integers(900, 990, n) / 1000).tolist()


def _front_by_hand(sizes, accuracies):
    """The indices of the models that no other dominates, such as [0, 2]."""
    front = []
    for i, (size, accuracy) in enumerate(zip(sizes, accuracies, strict=True)):
        others = zip(sizes, accuracies, strict=True)
        if not any(s <= size and a >= accuracy and (s < size or a > accuracy) for s, a in others):
            front.append(i)
    return front


PARETO_FRONT = Exercise(
    tradeoff.pareto_front,
    [
        ([400, 100, 120], [0.99, 0.98, 0.97]),
        ([400, 60, 100, 90, 300], [0.99, 0.90, 0.97, 0.95, 0.96]),
        ([100, 100, 120], [0.98, 0.97, 0.98]),
        ([100, 50, 100], [0.98, 0.90, 0.98]),
        *(_models(n) for n in (4, 5, 6, 7, 8, 9)),
        ([100, 200], [0.9801, 0.9802]),
        ([10, 20], [0.0, 0.5]),
    ],
    {
        "dominated models stay": (
            lambda s, a: sorted(range(len(s)), key=lambda i: s[i]),
            "all models came back: one that is larger and knows less than another is never a good choice",
        ),
        "equal models vanish": (
            _undominated(lambda a, b: a[0] <= b[0] and a[1] >= b[1]),
            "two equal models threw each other out: to dominate, one must be better in size or in accuracy",
        ),
        "one of two equal models": (
            _swept,
            "of two equal models only the first stayed: neither dominates the other, so both stay",
        ),
        "worse in both": (
            _undominated(lambda a, b: a[0] < b[0] and a[1] > b[1]),
            "a model of the same size that knows less is dominated too: worse in one, and no better in the other",
        ),
        "smaller is enough": (
            _undominated(lambda a, b: a[0] < b[0]),
            "only the smallest is left: a larger model stays if it knows more",
        ),
        "accuracy alone": (
            _undominated(lambda a, b: a[1] > b[1]),
            "only the most accurate is left: a model that knows less stays if it is smaller",
        ),
        "larger is better": (
            _undominated(lambda a, b: a[0] >= b[0] and a[1] >= b[1] and a != b),
            "the larger model won: less size is better, more accuracy is better",
        ),
        "the ends only": (
            lambda s, a: _ends(range(len(s)), lambda i: (s[i], -a[i]), lambda i: (-a[i], s[i])),
            "only the smallest and the most accurate are left: between them there may be more",
        ),
        "the dominated ones": (
            lambda s, a: [i for i in range(len(s)) if i not in tradeoff.pareto_front(s, a)],
            "those are the dominated models: the front is the others",
        ),
    },
    "nothing dominated stays, nothing else goes, and equal models stay together",
    agree=_same_indices,
    show=_show_front,
    shown=_front_by_hand,
    hints=(
        "Two loops are fine: for each model, look for another that dominates it.",
        "Two models of the same size and accuracy: does one dominate the other? Read the last half-sentence "
        "of the rule again.",
        "A model dominates with four comparisons: `<=` and `>=` for being no worse, and `<` or `>` for being "
        "better in one.",
    ),
)


def _show_points(arguments, expected, got):
    before, after, points = arguments
    return f"from {100 * before:.6g}% to {100 * after:.6g}% within {points:g} points is {expected}, yours says {got}"


def _within_by_hand(before, after, points):
    """True if `after` is at most `points` percentage points below `before`."""
    lost = round(100 * (before - after), 6)
    return bool(lost <= points)


WITHIN_POINTS = Exercise(
    tradeoff.within_points,
    [
        (0.99, 0.98, 2),
        (0.99, 0.96, 2),
        (0.50, 0.485, 2),
        (0.95, 0.985, 2),
        (0.852, 0.847, 0.5),
        (0.8524, 0.8470, 0.5),
        (0.328, 0.298, 3),
        (0.9, 0.8794, 2.05),
        (0.80, 0.776, 2),
        (0.60, 0.606, 0),
        (0.99, 0.97, 2),
        (0.41, 0.4, 2),
        (0.7, 0.25, 40),
        (0.85, 0.848, 0),
        (0.9, 0.9, 0),
        (0.85, 0.84496, 0.5),
        (0.85, 0.84996, 0),
    ],
    {
        "percent of before": (
            lambda b, a, p: round(100 * (b - a) / b, 6) <= p,
            "that is percent of `before`: points are the plain difference of two percentages",
        ),
        "both ways": (
            lambda b, a, p: round(100 * abs(b - a), 6) <= p,
            "an improvement was refused: only a loss counts, so no abs",
        ),
        "floats compared": (
            lambda b, a, p: 100 * (b - a) <= p,
            "right but for rounding: as floats, 100 * (0.852 - 0.847) is a little more than 0.5",
        ),
        "less, not at most": (
            lambda b, a, p: round(100 * (b - a), 6) < p,
            "exactly that many points lost is still within: <=, not <",
        ),
        "shares against points": (
            lambda b, a, p: b - a <= p,
            "shares and points were mixed up: 0.02 is 2 points, times 100",
        ),
        "the wrong way round": (
            lambda b, a, p: round(100 * (a - b), 6) <= p,
            "the wrong way round: a loss is before - after",
        ),
        "whole points": (
            lambda b, a, p: round(100 * (b - a)) <= p,
            "rounded to whole points: 2.4 became 2; keep some decimals",
        ),
        "one decimal": (
            lambda b, a, p: round(100 * (b - a), 1) <= p,
            "rounded to one decimal: 0.54 became 0.5; round only what floats add, the ninth decimal or so",
        ),
    },
    "a loss, in points, one-sided, and 0.5 is 0.5",
    show=_show_points,
    shown=_within_by_hand,
    hints=(
        "What does `abs` do to a model that gained 3 points?",
        "Print `100 * (0.852 - 0.847)`. Is that 0.5?",
        "Round the loss in points before you compare it, but not to whole points: six decimals are enough.",
    ),
)
