"""An exercise on time: the moving average of the extremes of many batches.

Well-known mistakes  a start at 0; the weights swapped; shares that do not add up to 1
"""

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(7)


def moving_average(extremes, momentum):
    """[low, high] after all steps: the first starts it, each later one takes a share of 1 - momentum."""
    average = extremes[0]
    for step in extremes[1:]:
        average = momentum * average + (1 - momentum) * step
    return average


def _average_from(average, steps, old, new):
    for step in steps:
        average = old * average + new * step
    return average


def _show_average(arguments, expected, got):
    extremes, momentum = arguments
    return (
        f"{len(extremes)} steps at momentum {momentum} average to [{expected[0]:.4g}, {expected[1]:.4g}], "
        f"yours to [{got[0]:.4g}, {got[1]:.4g}]"
    )


def _histories():
    yield np.array([[-1.0, 3.0], [-2.0, 5.0]]), 0.9
    yield np.array([[0.5, 6.0]]), 0.9
    for steps, momentum in ((3, 0.5), (20, 0.9), (20, 0.99), (5, 0.0)):
        yield np.sort(random.normal(0, 2, (steps, 2)), axis=1), momentum


MOVING_AVERAGE = Exercise(
    moving_average,
    list(_histories()),
    {
        "starts at 0": (
            lambda e, m: _average_from(np.zeros(2), e, m, 1 - m),
            "the average starts at 0, which no batch has seen: after one step only a share of 1 - momentum is there",
        ),
        "weights swapped": (
            lambda e, m: _average_from(e[0], e[1:], 1 - m, m),
            "momentum is the share of the past, and it went to the newest step",
        ),
        "plain mean": (
            lambda e, m: e.mean(0),
            "that is the plain mean: old steps should fade",
        ),
        "extremes": (
            lambda e, m: np.array([e[:, 0].min(), e[:, 1].max()]),
            "these are the extremes of all steps: one outlier stays for good",
        ),
        "last": (lambda e, m: e[-1], "only the last step is left: the past has a share of momentum"),
        "backwards": (
            lambda e, m: moving_average(e[::-1], m),
            "the steps were walked from the last to the first: the newest should weigh most at the end",
        ),
        "first left out": (
            lambda e, m: moving_average(e[1:], m) if len(e) > 1 else e[0],
            "the first step is missing: it is where the average starts",
        ),
        "shares do not add up": (
            lambda e, m: _average_from(e[0], e[1:], m, 1),
            "the shares add up to more than 1, so the range grows with every step: the new one gets 1 - momentum",
        ),
    },
    "the first step starts it, the past fades, and the shares add up to 1",
    agree=lambda _, expected, got: np.shape(got) == (2,) and np.allclose(got, expected, rtol=1e-6, atol=1e-9),
    show=_show_average,
    hints=(
        "Which range do you have after the first batch alone? Where do people start instead?",
        "Start with `extremes[0]`, and take one step for each further row.",
        "Momentum is the share of the past, and the two shares of a step add up to 1.",
    ),
)
