"""The search on the device: within its budget, other machines choose otherwise, impossible budgets are named."""

import math

import numpy as np
import pytest
import torch

from edukit.data import Split, shapes
from edukit.search import Supernet, search_here
from edukit.search.latency_table import EMPTY, LatencyTable, this_machine
from edukit.search.search_here import differences, fast_enough, look
from edukit.search.supernet_parts import parts
from edukit.training import seeded


def supernet() -> Supernet:
    with seeded(0):
        net = Supernet().eval()
    net.calibration = torch.rand(8, 3, 32, 32)
    return net


def by_size(choice: dict) -> float:
    """An accuracy that grows with the sizes of a network."""
    return sum(choice.values()) / 26


def times(price, runtime="onnxruntime") -> LatencyTable:
    """A machine on which a block costs what the function of its kernel and width says."""
    blocks = [name for name in parts(supernet(), 32) if name not in ("stem", "head")]
    found = {name: price(*(int(word[1:]) for word in name.split()[2:])) for name in blocks}
    return LatencyTable(found | {EMPTY: 1.0, "stem": 1.0, "head": 1.0}, this_machine(), 1, runtime)


def test_what_is_found_keeps_the_budget_and_runs():
    found = search_here(supernet(), 0.01, accuracy_of=by_size, looks=20)
    assert found.predicted_s <= 0.01 and found.measured_s > 0 and found.looked_at == 20
    assert found.network(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert found.accuracy == by_size(found.choice) and found.times.runtime == "onnxruntime"


def test_without_a_table_of_accuracies_it_measures_them():
    images = shapes(train=1, calibration=1, validation=20, test=1).validation
    found = search_here(supernet(), 1.0, split=images, looks=3)
    assert found.looked_at == 3 and 0 <= found.accuracy <= 1 and found.fitting == 144


def test_other_prices_choose_other_networks():
    """Where each operator costs the same, kernels and widths are free and depth is dear; and the other way round."""
    space = supernet().space
    even = fast_enough(space, times(lambda kernel, width: 3.0), 6.0)
    by_work = fast_enough(space, times(lambda kernel, width: 1.0 + width / 4), 6.0)
    assert {choice["depth1"] + choice["depth2"] for choice in even} == {2} and len(even) == 36
    assert max(choice["depth1"] + choice["depth2"] for choice in by_work) == 4
    chosen = [max(choices, key=by_size) for choices in (even, by_work)]
    assert chosen[0] != chosen[1] and chosen[0]["width1"] == 6


def test_neighbours_find_the_best_of_a_smooth_space_sooner_than_chance():
    space = supernet().space
    choices = list(space.enumerate())
    reached = [max(look(space, choices, by_size, 30, math.inf, seed).values()) for seed in range(20)]
    assert np.mean(np.array(reached) == 1.0) > 0.9  # 30 of 144 by chance alone: one in five


def test_no_network_is_looked_at_twice_and_time_ends_the_search():
    space, asked = supernet().space, []
    known = look(space, list(space.enumerate()), lambda choice: asked.append(choice) or 0.0, 144, math.inf)
    assert len(known) == len(asked) == 144
    assert len(look(space, list(space.enumerate()), by_size, 144, until=0.0)) == 1


def test_a_space_too_large_to_list_is_sampled():
    with seeded(0):
        net = Supernet(channels=(8, 8, 8, 8, 8), kernels=(3, 5, 7))
    found = {name: 1.0 for name in [EMPTY, *parts(net, 32)]}
    assert net.space.count() == 104_976
    assert len(fast_enough(net.space, LatencyTable(found, this_machine()), 1.0)) == 5000


def test_a_budget_that_nothing_keeps_is_refused_with_the_smallest_time():
    with pytest.raises(ValueError, match="budget_s must be at least 4, the fastest network on torch with 1 thread"):
        fast_enough(supernet().space, times(lambda kernel, width: width / 2 + 1.5, "torch"), 3.5)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (dict(budget_s=0), "budget_s must be above 0"),
        (dict(budget_s=math.nan), "budget_s must be above 0"),
        (dict(budget_s=1.0, looks=0), "looks must be a whole number"),
        (dict(budget_s=1.0, runtime="litert"), "runtime must be onnxruntime or torch"),
    ],
)
def test_bad_arguments_are_refused_by_name(given, words):
    with pytest.raises(ValueError, match=words):
        search_here(supernet(), **given)


def test_differences_count_choices():
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 2}) == 0
    assert isinstance(shapes(train=1, calibration=1, validation=2, test=1).validation, Split)
