"""Which model is the best one? A score that weighs accuracy against latency and size.

    score = 100 · accuracy - w_latency · log2(latency) - w_size · log2(bytes)

The weights are prices: how many points of accuracy a doubling of latency, or of size, may cost. In other units every
score moves by the same amount, and no score depends on the other candidates: the order stays.

    reciprocals = w_a · accuracy + w_l / latency + w_s / bytes       milliseconds or seconds decide who wins
    ranges      = w_a · a' + w_l · (1 - l') + w_s · (1 - s')         a', l', s' from 0 to 1 over the candidates: adding
                                                                     a model that never wins can change who does

Source    Arrow 1951, Social Choice and Individual Values: the order of two should not hang on a third;
          Tan et al. 2019, https://arxiv.org/abs/1807.11626, equation 2: accuracy times a power of latency
In production  limits first (latency on the device, bytes), then accuracy: prices are hard to agree on
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edukit.refuse import check_positive


@dataclass(frozen=True)
class Weights:
    """How many points of accuracy a doubling may cost; ValueError for a negative or infinite one.

    >>> Weights(latency=2.0)
    Weights(latency=2.0, size=0.5)
    """

    latency: float = 1.0
    size: float = 0.5

    def __post_init__(self):
        for name, value in vars(self).items():
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} must be finite and not negative, got {value!r}")


def score(accuracy: float, latency_s: float, size_bytes: float, weights: Weights | None = None) -> float:
    """Points of accuracy, less what latency and size cost; more is better.

    accuracy   a share of 0 to 1; latency_s and size_bytes above 0, or ValueError

    >>> round(score(0.99, 0.004, 4e6) - score(0.98, 0.002, 2e6), 2)  # 1 point more, twice as slow, twice as large
    -0.5
    """
    weights = weights or Weights()
    _check(accuracy, latency_s, size_bytes)
    return 100 * accuracy - weights.latency * math.log2(latency_s) - weights.size * math.log2(size_bytes)


def best(models: Mapping[str, tuple], weights: Weights | None = None) -> str:
    """The name with the highest score; of equal ones the first. ValueError where there is none.

    models   {name: (accuracy, latency in seconds, bytes)}

    >>> best({"large": (0.99, 0.010, 10e6), "small": (0.985, 0.002, 1e6), "tiny": (0.90, 0.001, 5e5)})
    'small'
    """
    if not models:
        raise ValueError("models must hold at least one model, got none")

    def scored(name):
        accuracy, latency_s, size_bytes = models[name]
        return score(accuracy, latency_s, size_bytes, weights)

    return max(models, key=scored)


def reciprocal_scores(models: Mapping[str, tuple], weights: Sequence[float] = (0.5, 0.3, 0.2)) -> dict[str, float]:
    """Scores that add accuracy, 1 / latency and 1 / bytes, as many programs do: the units decide.

    >>> models = {"good": (0.99, 20, 10), "bad": (0.60, 10, 5)}  # milliseconds, megabytes
    >>> scores = reciprocal_scores(models)
    >>> in_seconds = reciprocal_scores({name: (a, ms / 1000, mb) for name, (a, ms, mb) in models.items()})
    >>> max(scores, key=scores.get), max(in_seconds, key=in_seconds.get)
    ('good', 'bad')
    """
    for costs in models.values():
        _check(*costs)
    w_accuracy, w_latency, w_size = weights
    return {name: w_accuracy * a + w_latency / latency + w_size / size for name, (a, latency, size) in models.items()}


def range_scores(models: Mapping[str, tuple], weights: Sequence[float] = (0.5, 0.3, 0.2)) -> dict[str, float]:
    """Scores of 0 to 1 from each figure's place between the worst and the best candidate.

    >>> range_scores({"good": (0.99, 20, 10), "bad": (0.60, 10, 5)})
    {'good': 0.5, 'bad': 0.5}
    """
    for costs in models.values():
        _check(*costs)
    columns = list(zip(*models.values(), strict=True))
    lows = [min(column) for column in columns]
    spans = [max(column) - low or 1 for column, low in zip(columns, lows, strict=True)]

    def place(costs):
        accuracy, latency, size = ((c - low) / span for c, low, span in zip(costs, lows, spans, strict=True))
        return weights[0] * accuracy + weights[1] * (1 - latency) + weights[2] * (1 - size)

    return {name: place(costs) for name, costs in models.items()}


def _check(accuracy, latency, size) -> None:
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be a share of 0 to 1, got {accuracy!r}")
    for name, value in (("latency", latency), ("size", size)):
        check_positive(value, name)
