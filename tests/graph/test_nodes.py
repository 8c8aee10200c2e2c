"""Nodes: every weight keeps its name, and what is attached can be read."""

import numpy as np
import torch
from torch import nn
from unseen import build

from edukit.graph import attach, capture, layer_name, parameter, tensors_of

X = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def test_every_weight_keeps_its_name():
    model = build("resnet")
    graph = capture(model, X)
    read = {node.target for node in graph.graph.nodes if node.op == "get_attr"}
    assert {name for name, _ in model.named_parameters()} <= read
    convolutions = [node for node in graph.graph.nodes if node.target is torch.ops.aten.conv2d.default]
    assert layer_name(convolutions[1]) == "3.conv1"
    assert torch.equal(parameter(graph, convolutions[1].args[1]), model[3].conv1.weight)
    assert parameter(graph, convolutions[1].args[0]) is None


def test_several_inputs_and_attached_tensors():
    class Two(nn.Module):
        def forward(self, a, b):
            return a @ b

    graph = capture(Two(), (np.ones((2, 3, 4), np.float32), torch.ones(2, 4, 5)))
    assert graph(torch.ones(7, 3, 4), torch.ones(7, 4, 5)).shape == (7, 3, 5)
    with graph.graph.inserting_before(next(iter(graph.graph.nodes))):
        node = attach(graph, "scale", torch.ones(3))
    assert parameter(graph, node).tolist() == [1, 1, 1]


def test_what_is_shared_stands_once_or_under_all_its_names():
    layer = nn.Linear(2, 2)
    twice = nn.Sequential(layer, nn.BatchNorm1d(2), layer)
    once, every = tensors_of(twice), tensors_of(twice, shared_once=False)
    assert "2.weight" not in once and every["2.weight"] is every["0.weight"] is once["0.weight"]
    assert {"1.running_mean", "1.running_var", "1.num_batches_tracked"} <= set(once)
