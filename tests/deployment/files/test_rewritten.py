"""Rewritten networks answer as before."""

import numpy as np
import pytest
import torch
from mobile_networks import IMAGES, NAMES, data, quantized
from torch import nn
from torch.nn import functional as F

from edukit.deployment.files.rewritten import rewritten
from edukit.graph import capture, parameter
from edukit.quantization import quantize_model

aten = torch.ops.aten
X = torch.from_numpy(IMAGES)


@pytest.mark.parametrize("name", NAMES)
def test_a_quantized_network_gives_the_same_codes(name):
    before, x = quantized(name).network, torch.from_numpy(data(name))
    state = {key: value.clone() for key, value in before.state_dict().items()}
    for ours, theirs in zip(as_tuple(before(x)), as_tuple(rewritten(before)(x)), strict=True):
        assert (ours == theirs).flatten(1).all(1).float().mean() > 0.9  # torch averages in another order: ties
    assert all(torch.equal(value, state[key]) for key, value in before.state_dict().items())


def as_tuple(answers):
    return answers if isinstance(answers, tuple | list) else (answers,)


class Shortcut(nn.Module):
    def __init__(self, pads, strides=(2, 2)):
        super().__init__()
        self.pads, self.strides = pads, strides

    def forward(self, x):
        return F.pad(x[:, :, :: self.strides[0], :: self.strides[1]], self.pads)


@pytest.mark.parametrize("pads, strides", [((0, 0, 0, 0, 2, 3), (2, 2)), ((0, 0, 0, 0, 0, 1), (1, 3))])
def test_a_shortcut_becomes_a_convolution(pads, strides):
    before = capture(Shortcut(pads, strides), X[:, :, :15])
    after = rewritten(before)
    assert [node.target for node in after.graph.nodes if node.target is aten.conv2d.default]
    torch.testing.assert_close(after(X[:, :, :15]), before(X[:, :, :15]), rtol=0, atol=0)


@pytest.mark.parametrize("pads", [(1, 1, 0, 0, 0, 0), (0, 0, 0, 0, -1, 1), (0, 1)])
def test_other_padding_stays(pads):
    before = capture(Shortcut(pads), X)
    assert not [node for node in rewritten(before).graph.nodes if node.target is aten.conv2d.default]


@pytest.mark.parametrize(
    "pool, name",
    [(nn.AvgPool2d(16), "mean_dim"), (nn.AdaptiveAvgPool2d((1, 1)), "mean_dim"), (nn.AvgPool2d(8), "avg_pool2d")],
)
def test_only_an_average_over_the_whole_map_is_a_mean(pool, name):
    before = capture(pool, X)
    after = rewritten(before)
    assert [node.name for node in after.graph.nodes if node.op == "call_function"] == [name]
    torch.testing.assert_close(after(X), before(X))


def test_parts_of_a_concatenation_are_on_the_grid_of_the_whole():
    after = rewritten(quantized("fire").network)
    cats = [node for node in after.graph.nodes if node.target is aten.cat.default]
    convolved = rewritten(quantized("fire").network, convolve_parts=True)
    assert torch.equal(after(X), convolved(X))
    grids = [{float(parameter(after, part.args[1])) for part in cat.args[0]} for cat in cats]
    assert len(cats) == 2 and all(len(grid) == 1 for grid in grids)


def test_a_sequence_goes_through_its_linear_layer_whole():
    tokens = np.random.default_rng(0).random((8, 5, 6), np.float32)
    before = quantize_model(nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3)), tokens).network
    after = rewritten(before)
    assert not [node for node in after.graph.nodes if node.target in (aten.view.default, aten.flatten.using_ints)]
    assert torch.equal(after(torch.from_numpy(tokens)), before(torch.from_numpy(tokens)))
