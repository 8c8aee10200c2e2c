"""Exercises on steps: a mask that holds while the network learns, and a sparsity that is reached, not added.

Well-known mistakes  a masked gradient beside momentum that is not, a mask before the step, zeros guessed from the
weights; a share of what is left, and places that count in what is left
"""

import numpy as np

from edukit.checks.verdict import Exercise


def held_step(w, velocity, gradient, stays, learning_rate, momentum):
    """The weights after a step of gradient descent with momentum, with zeros wherever `stays` is False."""
    velocity = momentum * velocity + gradient
    return np.where(stays, w - learning_rate * velocity, 0.0)


def in_steps(w, sparsities):
    """For each step the places in w, w (n,), that go: after it, round(sparsity n) of all n are gone, smallest first."""
    order = np.argsort(abs(w), kind="stable")
    ends = [0] + [round(sparsity * len(w)) for sparsity in sparsities]
    return [order[start:end].tolist() for start, end in zip(ends, ends[1:], strict=False)]


def _show_step(arguments, expected, got):
    w, velocity, gradient, stays = arguments[:4]
    if np.shape(got) != w.shape:
        return f"w of shape {w.shape} comes back in that shape, yours is {np.shape(got)}"
    at = int(np.argmax(~np.isclose(got, expected, rtol=1e-5, atol=1e-9)))
    kind = "one that stays" if stays[at] else "a pruned one"
    moved = f"w {w[at]:g}, velocity {velocity[at]:g}, gradient {gradient[at]:g}"
    return f"{kind}, {moved}: right is {expected[at]:.4g}, yours {np.asarray(got)[at]:.4g}"


def _step(rule):
    """A wrong held_step of (w, v, g, m, learning_rate, momentum)."""
    return lambda w, v, g, m, lr, mu: rule(w, v, g, m.astype(float), lr, mu)


_STAYS = np.array([True, False, True, False])
STEP = Exercise(
    held_step,
    [
        (np.array([1.0, 0.0, -2.0, 0.0]), np.zeros(4), np.array([1.0, 3.0, -1.0, -2.0]), _STAYS, 0.1, 0.9),
        (np.array([1.0, 0.0, -2.0, 0.0]), np.array([2.0, 4.0, 0.5, -5.0]), np.zeros(4), _STAYS, 0.1, 0.9),
        (
            np.array([1.0, 0.0, -2.0, 0.0]),
            np.array([2.0, 4.0, 0.5, -5.0]),
            np.array([1.0, 3, -1, -2]),
            _STAYS,
            0.5,
            0.8,
        ),
        (np.array([0.0, 0.0, 0.5, 0.0]), np.array([1.0, 1.0, 0.0, 2.0]), np.array([1.0, 1, 1, 1]), _STAYS, 0.1, 0.5),
        (np.array([0.3, 0.7, 0.5, 0.2]), np.array([0.0, 1.0, 0.0, 2.0]), np.array([1.0, 1, 1, 1]), _STAYS, 0.1, 0.5),
    ],
    {
        "gradient only": (
            _step(lambda w, v, g, m, lr, mu: w - lr * (mu * v + m * g)),
            "only the gradient is masked: the momentum of earlier steps moves pruned weights on",
        ),
        "velocity only": (
            _step(lambda w, v, g, m, lr, mu: w - lr * (mu * m * v + g)),
            "only the momentum is masked: the gradient of a weight that is 0 is not 0",
        ),
        "before the step": (
            _step(lambda w, v, g, m, lr, mu: m * w - lr * (mu * v + g)),
            "the mask is laid on before the step, and the step moves pruned weights away from 0 again",
        ),
        "no mask": (
            _step(lambda w, v, g, m, lr, mu: w - lr * (mu * v + g)),
            "the mask is not used: after one step the network is dense again",
        ),
        "guessed from zeros": (
            _step(lambda w, v, g, m, lr, mu: (w != 0) * (w - lr * (mu * v + g))),
            "the mask is guessed from the weights: one that stays may be 0 for a moment, and must be free to move on",
        ),
        "steps masked": (
            _step(lambda w, v, g, m, lr, mu: w - m * lr * (mu * v + g)),
            "the whole step is masked, but not the weight: one that is pruned and not 0 yet keeps its number",
        ),
        "inverted": (
            _step(lambda w, v, g, m, lr, mu: (1 - m) * (w - lr * (mu * v + g))),
            "the mask is the wrong way round: True is for what stays",
        ),
        "no momentum": (
            _step(lambda w, v, g, m, lr, mu: m * (w - lr * g)),
            "the momentum is lost: the step is momentum times velocity, plus the gradient",
        ),
        "uphill": (
            _step(lambda w, v, g, m, lr, mu: m * (w + lr * (mu * v + g))),
            "the step goes uphill: descent subtracts it",
        ),
    },
    "the mask comes last, and so it holds whatever the optimizer remembers",
    agree=lambda _, expected, got: (
        np.shape(got) == expected.shape and np.allclose(np.asarray(got, float), expected, rtol=1e-5, atol=1e-9)
    ),
    show=_show_step,
    hints=(
        "What was in the velocity before the weight was pruned?",
        "There is one place where a mask catches everything. Is it before the step, or after it?",
        "`np.where(stays, …, 0)`, around what you return.",
    ),
)


def _in_rounds(share_of_the_rest, places_in_the_rest):
    """The published mistake, or one half of it: each round looks at what is left as if that were all."""

    def steps(w, sparsities):
        alive = np.arange(len(w))
        found = []
        for sparsity in sparsities:
            gone = len(w) - len(alive)
            going = round(sparsity * len(alive)) if share_of_the_rest else round(sparsity * len(w)) - gone
            order = np.argsort(abs(w[alive]), kind="stable")[: max(going, 0)]
            found.append((order if places_in_the_rest else alive[order]).tolist())
            alive = np.delete(alive, order)
        return found

    return steps


def _of(size):
    return lambda w, sparsities: in_steps(size(w), sparsities)


def _so_far(w, sparsities):
    steps = in_steps(w, sparsities)
    return [sum(steps[: i + 1], []) for i in range(len(steps))]


def _what_stays(w, sparsities):
    order = np.argsort(abs(w), kind="stable")
    return [order[round(sparsity * len(w)) :].tolist() for sparsity in sparsities]


def _show_steps(arguments, expected, got):
    w, sparsities = arguments
    if len(got) != len(expected):
        return f"sparsities {list(sparsities)} need a list of places each, {len(expected)}, yours are {len(got)}"
    at = next(i for i, (e, g) in enumerate(zip(expected, got, strict=True)) if sorted(e) != sorted(g))
    return (
        f"{len(w)} weights, sparsities {list(sparsities)}: in step {at + 1} go {sorted(expected[at])}, "
        f"yours {sorted(int(place) for place in got[at])}"
    )


IN_STEPS = Exercise(
    in_steps,
    [
        (np.array([0.5, -0.1, 0.3, 0.9]), [0.5]),
        (np.array([0.5, -0.1, 0.3, 0.9, -0.7, 0.2, -0.8, 0.4]), [0.25, 0.5]),
        (np.array([-0.6, 0.1, -0.4, 0.9, 0.2, 1.0, 0.3, -0.7, 0.8, 0.5]), [0.2, 0.4, 0.5]),
        (np.array([3.0, 1.0, 2.0, 5.0, 4.0]), [0.4, 0.4, 0.8]),
        (np.array([3.0, 1.0, 2.0, 5.0, 4.0, -0.5, 6.0]), [0.25, 0.4, 0.55]),
        (np.array([3.0, 1.0, 2.0, 5.0, 4.0]), [0.5, 0.7]),
    ],
    {
        "two": (
            _in_rounds(True, True),
            "two things are wrong: the share is taken of what is left, and the places count in what is left",
        ),
        "share": (
            _in_rounds(True, False),
            "the share is taken of what is left: a sparsity is a share of all weights, those already gone among them",
        ),
        "places": (
            _in_rounds(False, True),
            "the places count in what is left: in the network, something else stands there",
        ),
        "so far": (
            _so_far,
            "each step repeats what was gone before: say what goes in it",
        ),
        "what stays": (
            _what_stays,
            "those are the places that stay: say which ones go",
        ),
        "sign": (
            _of(lambda w: np.exp(w)),
            "a negative weight counts as small: it is the distance from 0 that counts, |w|",
        ),
        "largest": (
            _of(lambda w: 1 / w),
            "the largest go first: the smallest are to go",
        ),
    },
    "every step names places in the network as it was, and after the last the sparsity is the one you asked for",
    agree=lambda _, expected, got: (
        len(got) == len(expected)
        and all(sorted(e) == sorted(int(p) for p in g) for e, g in zip(expected, got, strict=True))
    ),
    show=_show_steps,
    hints=(
        "Eight weights, 25 % and then 50 %: how many are gone in the end, and how many should be?",
        "After the first step, which weight of the network stands at place 0 of the shortened array?",
        "Rank once, at the start. Then each step is a slice of that ranking.",
    ),
)
