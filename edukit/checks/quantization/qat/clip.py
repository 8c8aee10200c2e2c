"""An exercise on a clip that learns (PACT): the gradient of the end of a range, with the pull of the penalty.

Well-known mistakes  the values inside instead of those cut off; no pull, so that a clip which starts at the largest
value stays there; the penalty itself instead of its slope
"""

import numpy as np

from edukit.checks.verdict import Exercise

f32 = np.float32
random = np.random.default_rng(7)


def clip_gradient(x, clip, gradient, pull):
    """The gradient for the clip, of the loss of the task plus pull * clip**2; `gradient` arrives for each value."""
    cut_off = x >= clip
    return (gradient * cut_off).sum() + 2 * pull * clip


def _questions():
    """Some values cut off, none, all, one at the clip, below 0, no pull, and at random."""
    yield f32([0.5, 2.0, 4.0, 6.0]), 3.0, f32([1, 2, -1, 0.5]), 0.0
    yield f32([0.5, 2.0, 4.0, 6.0]), 3.0, f32([1, 2, -1, 0.5]), 0.1
    yield f32([0.5, 2.0, 2.5]), 3.0, f32([1, 2, -1]), 0.1  # none cut off: the pull alone
    yield f32([5, 8, 7]), 3.0, f32([1, 2, -1]), 0.01
    yield f32([0.5, 3.0, 4.0]), 3.0, f32([1, 2, -4]), 0.1  # at the clip
    yield f32([-9, 1, 9, -1]), 2.0, f32([1, 2, 3, 4]), 0.5
    for clip in (0.5, 2.0, 7.0):
        x, gradient = random.normal(1, 3, (4, 10)), random.normal(0, 1, (4, 10))
        yield x.astype(f32), clip, gradient.astype(f32), float(random.uniform(0.01, 1))


def _close(_, expected, got) -> bool:
    """A sum of up to 40 float32 terms: their order may differ."""
    return np.shape(got) == () and bool(np.isclose(expected, got, rtol=1e-4, atol=1e-5))


def _show(arguments, expected, got):
    x, clip, _, pull = arguments
    if np.shape(got) != ():
        return f"one clip has one gradient, yours has the shape {np.shape(got)}"
    above = int((x >= clip).sum())
    return (
        f"{above} of {x.size} values are cut off at {clip:g}, pull {pull:.3g}: {expected:.4g}, yours {float(got):.4g}"
    )


def _task(cut_off):
    """A wrong rule for the values that count."""
    return lambda x, clip, gradient, pull: (gradient * cut_off(x, clip)).sum() + 2 * pull * clip


def _pulled(slope):
    """A wrong pull."""
    return lambda x, clip, gradient, pull: (gradient * (x >= clip)).sum() + slope(clip, pull)


CLIP_GRADIENT = Exercise(
    clip_gradient,
    list(_questions()),
    {
        "inside": (
            _task(lambda x, clip: x < clip),
            "those are the values below the clip: they do not move when it moves; those that it cuts off do",
        ),
        "everywhere": (
            _task(lambda x, clip: np.ones_like(x)),
            "every value counts here: only those that the clip cuts off become larger when it grows",
        ),
        "strictly above": (
            _task(lambda x, clip: x > clip),
            "a value exactly at the clip counts as cut off: eq. 3 of the paper has x >= clip",
        ),
        "sizes": (
            _task(lambda x, clip: np.abs(x) >= clip),
            "values far below 0 count here: they become 0, wherever the clip lies",
        ),
        "outside the range": (
            _task(lambda x, clip: (x < 0) | (x >= clip)),
            "values below 0 count here: they become 0, wherever the clip lies",
        ),
        "clipped values": (
            _task(lambda x, clip: np.clip(x, 0, clip)),
            "multiplied by the clipped value: the slope of min(x, clip) in the clip is 1, not the value",
        ),
        "times x": (
            _task(lambda x, clip: x * (x >= clip)),
            "multiplied by x: a value that is cut off moves exactly as far as the clip, so its slope is 1",
        ),
        "mean": (
            lambda x, clip, gradient, pull: (gradient * (x >= clip)).mean() + 2 * pull * clip,
            "averaged: a clip that serves many values collects the sum of their gradients",
        ),
        "count": (
            lambda x, clip, gradient, pull: float((x >= clip).sum()) + 2 * pull * clip,
            "the values that are cut off are only counted: each brings the gradient that arrives for it",
        ),
        "not summed": (
            lambda x, clip, gradient, pull: gradient * (x >= clip) + 2 * pull * clip,
            "there is one clip, so there is one gradient: sum over all values",
        ),
        "no pull": (
            _pulled(lambda clip, pull: 0.0),
            "the pull is missing: where no value is cut off the gradient would be 0, and the clip would stay",
        ),
        "penalty itself": (
            _pulled(lambda clip, pull: pull * clip**2),
            "that adds the penalty, and not its slope: derive pull * clip**2",
        ),
        "half the pull": (
            _pulled(lambda clip, pull: pull * clip),
            "a factor is missing in the pull: the slope of clip**2 is not clip",
        ),
        "pull of one size": (
            _pulled(lambda clip, pull: 2 * pull),
            "the pull does not know the clip: the larger the clip, the stronger the pull of clip**2",
        ),
        "pull upwards": (
            _pulled(lambda clip, pull: -2 * pull * clip),
            "the pull has the wrong sign: the optimizer subtracts the gradient, and the clip should become smaller",
        ),
    },
    "what is cut off pushes the end of the range, the penalty pulls it down, and the loss is the judge",
    agree=_close,
    show=_show,
    hints=(
        "Move the clip a little up. Which of the stored values move with it, and how far?",
        "A value that is cut off is stored as the clip itself: its slope is 1. All others have slope 0.",
        "Multiply by the gradient that arrives, and sum. Then the slope of `pull * clip**2` comes on top.",
    ),
)
