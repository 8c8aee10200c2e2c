"""An exercise on observing: the moving range of the activations, and when it must rest.

Well-known mistakes  a range that goes on moving in evaluation mode, which a no-grad block does not prevent; a start
at 0; the widest range ever seen
"""

import numpy as np

from edukit.checks.verdict import Exercise, alike

f32 = np.float32
random = np.random.default_rng(5)


def moving_range(old, x, momentum, training):
    """[low, high] after one more batch: the first batch starts it; in evaluation mode it stays as it is.

    old        [low, high] as an array, [NaN, NaN] before the first batch
    momentum   the share of the past, as in `moving_average`
    """
    new = np.array([x.min(), x.max()])
    if not training:
        return old
    return new if np.isnan(old).any() else momentum * old + (1 - momentum) * new


def _show_range(arguments, expected, got):
    old, x, _, training = arguments
    mode = "training" if training else "evaluation"
    before, right, yours = (
        "no range" if np.isnan(v).any() else f"[{v[0]:.3g}, {v[1]:.3g}]" for v in (old, expected, got)
    )
    return f"{mode}, {before} so far, a batch from {x.min():.3g} to {x.max():.3g}: {right} comes next, yours is {yours}"


def _mixed(old, new, m):
    return m * old + (1 - m) * new


def _wrong_range(after=_mixed, *, first=lambda new, m: new, mode=lambda training: training):
    """A wrong moving_range: a rule for what comes after, for the first batch, or for the mode."""

    def update(old, x, momentum, training):
        new = np.array([x.min(), x.max()])
        if not mode(training):
            return old
        return first(new, momentum) if np.isnan(old).any() else after(old, new, momentum)

    return update


def _batches():
    yield f32([np.nan, np.nan]), f32([-1.0, 0.5, 3.0]), 0.9, True
    yield f32([np.nan, np.nan]), f32([-1.0, 0.5, 3.0]), 0.9, False
    yield f32([-1, 3]), f32([-2.0, 5.0]), 0.9, True
    yield f32([-1, 3]), f32([-0.5, 1.0]), 0.9, True
    yield f32([np.nan, np.nan]), f32([-1.0, 0.5, 3.0]), 0.9, False
    yield f32([-1, 3]), f32([-20.0, 50.0]), 0.9, False
    yield f32([0, 6]), f32([[0.0, 2.0], [1.0, 9.0]]), 0.75, True
    yield f32([0, 0]), f32([-1.0, 0.5, 3.0]), 0.9, True  # a layer that was silent so far
    yield f32([1, 3]), f32([2.0, 5.0, 4.0]), 0.5, True  # nothing at 0 or below
    yield f32([np.nan, np.nan]), f32([-2.0, -5.0]), 0.5, True
    for m in (0.99, 0.5, 0.1):
        for training in (True, False):
            old = np.sort(random.normal(0, 1, 2)).astype(f32)
            yield old, random.normal(0, 2, (4, 5)).astype(f32), m, training


MOVING_RANGE = Exercise(
    moving_range,
    list(_batches()),
    {
        "observes in evaluation": (
            _wrong_range(mode=lambda training: True),
            "the range moved in evaluation mode: every validation image changes the model that it is to judge",
        ),
        "never starts": (
            lambda old, x, m, training: _mixed(old, np.array([x.min(), x.max()]), m) if training else old,
            "there is no range yet, and NaN mixed with anything is NaN: the first batch's own range is the start",
        ),
        "starts at zero": (
            _wrong_range(first=lambda new, m: (1 - m) * new),
            "the first batch is mixed with 0: its own range is the start, or early grids are far too narrow",
        ),
        "momentum upside down": (
            _wrong_range(lambda old, new, m: _mixed(old, new, 1 - m)),
            "the momentum is upside down: it is the share of the past, and 1 - momentum that of the new batch "
            "(torch's BatchNorm2d has it the other way round)",
        ),
        "keeps the extremes": (
            _wrong_range(lambda old, new, m: np.array([min(old[0], new[0]), max(old[1], new[1])])),
            "that keeps the widest range ever seen: one wild batch early on, and the step stays coarse for good",
        ),
        "last batch": (
            _wrong_range(lambda old, new, m: new),
            "only the last batch counts: the grid jumps with every batch",
        ),
        "always half": (
            _wrong_range(lambda old, new, m: _mixed(old, new, 0.5)),
            "the average of old and new, whatever the momentum is",
        ),
        "added up": (
            _wrong_range(lambda old, new, m: old + (1 - m) * new),
            "the past is kept whole and the new batch added to it: the range grows for ever",
        ),
        "high alone": (
            _wrong_range(lambda old, new, m: np.array([old[0], _mixed(old, new, m)[1]])),
            "only high moves: low is a part of the range as well",
        ),
        "mirrored": (
            _wrong_range(lambda old, new, m: np.array([-1, 1]) * _mixed(old, new, m)[1]),
            "low became minus high: that wastes half of the codes behind a ReLU",
        ),
    },
    "the first batch starts it, later ones move it, and in evaluation mode it rests",
    agree=lambda _, expected, got: alike(np.asarray(expected, float), np.asarray(got, float)),
    show=_show_range,
    hints=(
        "Which of the four arguments is never used?",
        "What may an image of the validation set change in the model? Nothing.",
        "In evaluation the old range comes back as it was, even if there is none yet.",
    ),
)
