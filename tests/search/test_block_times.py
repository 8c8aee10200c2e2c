"""Times of blocks: the sum of the parts, on made-up prices exactly and on this machine nearly."""

import numpy as np
import pytest

from edukit.search import Supernet
from edukit.search.block_times import BlockTimes, measure_blocks, measure_networks, opened, parts
from edukit.training import seeded


def supernet(**sizes) -> Supernet:
    with seeded(0):
        return Supernet(**sizes).eval()


def test_a_prediction_counts_each_part_once_and_the_call_once():
    prices = {"call": 1.0, "stem": 3.0, "head": 2.0, (1, "first", 3, 2): 5.0, (1, "later", 3, 2): 7.0}
    times = BlockTimes(prices, "onnxruntime", 1)
    assert times.predict({"kernel1": 3, "width1": 2, "depth1": 1}) == 1 + 2 + 1 + 4
    assert times.predict({"kernel1": 3, "width1": 2, "depth1": 3}) == 1 + 2 + 1 + 4 + 6 + 6
    assert BlockTimes(prices | {"head": 0.5}, "torch", 1).predict({"kernel1": 3, "width1": 2, "depth1": 1}) == 7


def test_the_parts_are_those_of_the_networks():
    net = supernet(channels=(8, 12, 20), kernels=(3,), widths=(2, 3))
    found = parts(net, 32)
    assert found[1, "first", 3, 2][1] == (8, 16, 16) and found[2, "first", 3, 3][1] == (12, 8, 8)
    assert found[2, "later", 3, 3][1] == (20, 4, 4) and found["head"][1] == (20, 4, 4)
    assert len(found) == 3 + 2 * 2 * 1 * 2


@pytest.mark.parametrize("runtime", ["onnxruntime", "torch"])
def test_the_sum_ranks_whole_networks_as_measuring_them_does(runtime):
    net = supernet()
    choices = [net.smallest_choice, net.largest_choice]
    times = measure_blocks(net, runtime=runtime, repeats=20)
    small, large = (times.predict(choice) for choice in choices)
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
        measure_blocks(supernet(), runtime="litert")
