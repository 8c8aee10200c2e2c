"""The balance of cost and accuracy: which models are worth a look, and which is small enough.

    dominated   another model costs no more and knows no less, and is better in one of the two
    front       the models that are not dominated
    choice      the cheapest model that loses at most p points against the first
    error       SE = √(a (1 - a) / N)

Symbols   a accuracy, a share of 0 to 1, measured on N images · p percentage points · cost in bytes, seconds or joules
Bound     two accuracies closer than about 2 SE say little about which model is better
Source    Breiman et al. 1984, Classification and Regression Trees, chapter 3: within one SE, take the smallest
In production  the same choice for each device, with the cost measured on the device itself
"""

import math

import numpy as np


def pareto_front(costs, accuracies) -> list[int]:
    """The indices of the models that no other dominates, in their own order; equal models stay together.

    costs, accuracies   equally long, finite; less cost and more accuracy are better

    >>> pareto_front([400, 100, 120], [0.99, 0.98, 0.97])
    [0, 1]
    """
    costs, accuracies = _checked(costs, accuracies)
    no_worse = (costs[:, None] <= costs) & (accuracies[:, None] >= accuracies)  # [i, j]: i is no worse than j
    better = (costs[:, None] < costs) | (accuracies[:, None] > accuracies)
    return np.flatnonzero(~(no_worse & better).any(0)).tolist()


def cheapest_within(costs, accuracies, points: float) -> int:
    """The index of the cheapest model that loses at most `points` against the first; of equal costs, the best.

    >>> cheapest_within([400, 100, 20], [0.99, 0.98, 0.90], points=2)
    1
    """
    costs, accuracies = _checked(costs, accuracies)
    allowed = [i for i, accuracy in enumerate(accuracies) if within_points(accuracies[0], accuracy, points)]
    return min(allowed, key=lambda i: (costs[i], -accuracies[i]))


def within_points(before: float, after: float, points: float) -> bool:
    """Whether `after` is at most `points` percentage points below `before`; shares of 0 to 1; better is fine.

    >>> within_points(0.852, 0.847, 0.5), 100 * (0.852 - 0.847) <= 0.5
    (True, False)
    """
    _check_points(points)
    return bool(round(100 * (before - after), 6) <= points)  # 0.5 must not become 0.5000000000000004


def standard_error(accuracy: float, images: int) -> float:
    """How far, typically, an accuracy measured on so many images lies from the one on all images of the world.

    accuracy   a share of 0 to 1; the result is one too

    >>> round(100 * standard_error(0.99, 500), 2)
    0.44
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be a share of 0 to 1, got {accuracy!r}")
    if images < 1:
        raise ValueError(f"images must be at least 1, got {images!r}")
    return math.sqrt(accuracy * (1 - accuracy) / images)


def _checked(costs, accuracies) -> tuple[np.ndarray, np.ndarray]:
    costs, accuracies = np.asarray(costs, float), np.asarray(accuracies, float)
    if costs.ndim != 1 or costs.shape != accuracies.shape or not len(costs):
        shapes = f"{costs.shape} and {accuracies.shape}"
        raise ValueError(f"costs and accuracies must be equally long lists of numbers, got shapes {shapes}")
    if not (np.isfinite(costs).all() and np.isfinite(accuracies).all()):
        raise ValueError("costs and accuracies must be finite, got NaN or infinity")
    return costs, accuracies


def _check_points(points) -> None:
    if not 0 <= points < math.inf:
        raise ValueError(f"points must be finite and not negative, got {points!r}")
