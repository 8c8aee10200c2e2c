"""The parts of a supernet: their names, their shapes, and their sum beside the whole."""

import numpy as np
import pytest

from edukit.search import Supernet
from edukit.search.latency_table import EMPTY, LatencyTable, this_machine
from edukit.search.supernet_parts import measure_networks, measure_parts, opened, part_names, parts
from edukit.training import seeded


def supernet(**sizes) -> Supernet:
    with seeded(0):
        return Supernet(**sizes).eval()


def test_a_prediction_counts_each_part_once_and_the_call_once():
    prices = {EMPTY: 1.0, "stem": 3.0, "head": 2.0, "1 first k3 w2": 5.0, "1 later k3 w2": 7.0}
    table = LatencyTable(prices, this_machine())
    assert table.predict(part_names({"kernel1": 3, "width1": 2, "depth1": 1})) == 1 + 2 + 1 + 4
    assert table.predict(part_names({"kernel1": 3, "width1": 2, "depth1": 3})) == 1 + 2 + 1 + 4 + 6 + 6


def test_every_network_is_made_of_the_parts():
    net = supernet(channels=(8, 12, 20))
    assert {name for choice in net.space.enumerate() for name in part_names(choice)} == set(parts(net, 32))


def test_the_parts_are_those_of_the_networks():
    net = supernet(channels=(8, 12, 20), kernels=(3,), widths=(2, 3))
    found = parts(net, 32)
    assert found["1 first k3 w2"][1] == (8, 16, 16) and found["2 first k3 w3"][1] == (12, 8, 8)
    assert found["2 later k3 w3"][1] == (20, 4, 4) and found["head"][1] == (20, 4, 4)
    assert len(found) == 2 + 2 * 2 * 1 * 2


@pytest.mark.parametrize("runtime", ["onnxruntime", "torch"])
def test_the_sum_ranks_whole_networks_as_measuring_them_does(runtime):
    net = supernet()
    choices = [net.smallest_choice, net.largest_choice]
    times = measure_parts(net, runtime=runtime, repeats=20)
    small, large = (times.predict(part_names(choice)) for choice in choices)
    measured = measure_networks(net, choices, runtime=runtime, repeats=20)
    assert (small < large) == (measured[0] < measured[1])


@pytest.mark.parametrize("threads", [1, 2])
def test_a_session_answers_as_the_network_does(threads):
    net = supernet().cut(supernet().smallest_choice)
    x = np.random.default_rng(0).random((1, 3, 32, 32), np.float32)
    one, two = (opened(net, (3, 32, 32), runtime, threads)(x) for runtime in ("onnxruntime", "torch"))
    assert np.allclose(one, two, atol=1e-4)


def test_an_unknown_runtime_is_refused():
    with pytest.raises(ValueError, match="runtime must be onnxruntime or torch, got 'litert'"):
        measure_parts(supernet(), runtime="litert")
