"""The picture of live memory: each bar is the layer's kilobytes with one byte a value, the largest one is named."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.networks.memory import CHIP, MemoryPlot

NETS = {"small": {"a": 4_000, "b": 400_000}, "large": {"a": 4_000_000, "b": 8_000_000, "c": 40_000}}


@pytest.fixture(scope="module")
def plot():
    return MemoryPlot(Figure(figsize=(8.5, 3)), NETS)


@pytest.mark.parametrize("net", NETS)
def test_bars_are_kilobytes_of_int8(plot, net):
    said = plot.update(net)
    tops = [segment[1][1] for segment in plot.bars.get_segments()]
    assert np.allclose(tops, [count / 4000 for count in NETS[net].values()])
    assert f"at most {max(tops):,.0f} kB" in said and f"{sum(top > CHIP for top in tops)} do not" in said
    assert f"layer {int(np.argmax(tops)) + 1}" in plot.words.get_text()


def test_the_chips_memory_is_in_the_picture_even_for_small_networks():
    plot = MemoryPlot(Figure(figsize=(8.5, 3)), {"small": NETS["small"]})
    assert plot.axes.get_ylim()[1] > CHIP
