"""A search that runs on the device: this machine's own times, the supernet's weights, no training, half a minute.

    blocks timed here → networks that are fast enough → some at random, then neighbours of the best → the best

A laboratory trains the supernet once. Each device then chooses for itself: its runtime, its number of threads and its
caches decide which blocks are cheap, and only the device knows them.

Cost      one measurement of 26 parts, and for each network looked at one pass over two small sets of images
Bound     predicted <= budget_s; the network itself is measured as well, and may lie above it where blocks do not add up
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791, section 3.4
In production  the same steps on a server, with a latency table for each model of phone
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import nn

from edukit.data import shapes
from edukit.refuse import check_positive, check_whole
from edukit.search.latency_table import LatencyTable
from edukit.search.space import SearchSpace, generator
from edukit.search.supernet import Supernet
from edukit.search.supernet_parts import measure_networks, measure_parts, part_names
from edukit.training import accuracy
from edukit.turns import Bar

MOST = 5000  # networks whose time is predicted; of a larger space as many are drawn


@dataclass(frozen=True)
class Found:
    """The network that this machine chose, and why.

    accuracy      on the images that chose it, so it flatters: look at test images once
    predicted_s   the sum of its parts · measured_s: the network itself
    looked_at     networks whose accuracy was measured · fitting: that are fast enough
    """

    choice: dict
    network: nn.Module
    accuracy: float
    predicted_s: float
    measured_s: float
    looked_at: int
    fitting: int
    times: LatencyTable


def search_here(
    supernet: Supernet,
    budget_s: float = 0.002,
    *,
    split=None,
    size: int = 32,
    runtime: str = "onnxruntime",
    threads: int = 1,
    accuracy_of: Callable[[dict], float] | None = None,
    looks: int = 40,
    seconds: float = 25.0,
    seed: int = 0,
) -> Found:
    """The most accurate network found that this machine runs within the budget; nothing is trained.

    budget_s      seconds for one image
    split         labelled images that choose, size x size; by default validation images of `edukit.data.shapes()`
    runtime       "onnxruntime" or "torch", on so many threads
    accuracy_of   a function of a choice that knows accuracies already, so that nothing needs to run; None: it runs
    looks         networks whose accuracy is measured at most; fewer where the seconds are over
    Raises ValueError for a budget that no network keeps, with the smallest time there is.
    """
    check_positive(budget_s, "budget_s")
    check_whole(looks, "looks")
    until = time.monotonic() + seconds
    times = measure_parts(supernet, size, runtime=runtime, threads=threads)
    fitting = fast_enough(supernet.space, times, budget_s, seed)
    if accuracy_of is None:
        split = shapes(train=1, calibration=1, test=1).validation if split is None else split
        accuracy_of = partial(_accuracy, supernet, split)
    known = look(supernet.space, fitting, accuracy_of, looks, until, seed)
    best = fitting[max(known, key=lambda i: (known[i], -times.predict(part_names(fitting[i]))))]
    (measured_s,) = measure_networks(supernet, [best], size, runtime=runtime, threads=threads)
    return Found(
        choice=best,
        network=supernet.sub(best),
        accuracy=max(known.values()),
        predicted_s=times.predict(part_names(best)),
        measured_s=measured_s,
        looked_at=len(known),
        fitting=len(fitting),
        times=times,
    )


def fast_enough(space: SearchSpace, times: LatencyTable, budget_s: float, seed: int = 0) -> list[dict]:
    """The choices whose predicted time keeps the budget; ValueError where there are none."""
    draw = generator(seed)
    every = list(space.enumerate()) if space.count() <= MOST else [space.sample(draw) for _ in range(MOST)]
    seconds = [times.predict(part_names(choice)) for choice in every]
    if min(seconds) > budget_s:
        raise ValueError(
            f"budget_s must be at least {min(seconds):.3g}, the fastest network on {times.runtime} with "
            f"{times.threads} thread{'s' * (times.threads > 1)} here, got {budget_s!r}"
        )
    return [choice for choice, s in zip(every, seconds, strict=True) if s <= budget_s]


def look(space: SearchSpace, choices: list[dict], accuracy_of: Callable, looks: int, until: float, seed=0) -> dict:
    """{index: accuracy}: half of the looks at random, the others at neighbours of the best so far.

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice("a", range(8)), LayerChoice("b", range(8))])
    >>> known = look(space, list(space.enumerate()), lambda choice: choice["a"] + choice["b"], 24, float("inf"))
    >>> len(known), max(known.values())
    (24, 14)
    """
    order = np.random.default_rng(seed).permutation(len(choices))
    known: dict[int, float] = {}
    for turn in Bar(range(min(looks, len(choices))), desc="search", delay=2):
        if known and time.monotonic() > until:
            break
        unknown = [int(i) for i in order if i not in known]
        if turn >= looks // 2:
            best = choices[max(known, key=known.__getitem__)]
            unknown = [i for i in unknown if differences(best, choices[i]) == 1] or unknown
        known[unknown[0]] = accuracy_of(choices[unknown[0]])
    return known


def _accuracy(supernet: Supernet, split, choice: dict) -> float:
    return accuracy(supernet.sub(choice), split)


def differences(one: dict, other: dict) -> int:
    """In how many choices two networks differ.

    >>> differences({"kernel": 3, "width": 2}, {"kernel": 5, "width": 2})
    1
    """
    return sum(one[name] != other[name] for name in one)
