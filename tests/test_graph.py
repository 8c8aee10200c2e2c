"""A captured graph computes what the model computes, names its weights, and leaves the model alone."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build

from edukit.graph import attach, capture, capture_each, layer_name, parameter

X = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_computes_the_same_for_any_batch_size(name):
    model = build(name)
    for example in (X, X[:1], X.numpy(), torch.rand(4, 4, 20, 20)[:, 1:, 4:, :16]):  # the last is a view
        graph = capture(model, example)
        torch.testing.assert_close(graph(X[:3]), model(X[:3]))


def test_every_weight_keeps_its_name():
    model = build("resnet")
    graph = capture(model, X)
    read = {node.target for node in graph.graph.nodes if node.op == "get_attr"}
    assert {name for name, _ in model.named_parameters()} <= read
    convolutions = [node for node in graph.graph.nodes if node.target is torch.ops.aten.conv2d.default]
    assert layer_name(convolutions[1]) == "3.conv1"
    assert torch.equal(parameter(graph, convolutions[1].args[1]), model[3].conv1.weight)
    assert parameter(graph, convolutions[1].args[0]) is None


def test_the_model_and_its_mode_stay():
    model = build("vgg").train()
    before = copy.deepcopy(model.state_dict())
    graph = capture(model, X)
    next(iter(graph.parameters())).data.zero_()
    assert model.training and all(
        torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_a_captured_graph_is_copied(name):
    model = build(name)
    graph = capture(model, X)
    again = capture(graph, X[:1])
    assert [node.name for node in again.graph.nodes] == [node.name for node in graph.graph.nodes]
    next(again.parameters()).data.zero_()
    torch.testing.assert_close(graph(X), model(X))


def test_a_captured_graph_is_captured_again_for_inputs_of_another_size():
    net, small = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), X[:, :, :8, :8]
    graph = capture(capture(net, X), small)
    (given,) = (node for node in graph.graph.nodes if node.op == "placeholder")
    assert given.meta["val"].shape[1:] == (3, 8, 8)
    torch.testing.assert_close(graph(small), net(small))
    assert [name for name, _ in graph.named_parameters()] == ["0.weight", "0.bias"]


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_one_kind_are_followed_once(name):
    models = [build(name), build(name)]
    with torch.no_grad():
        for tensor in [*models[1].parameters(), *models[1].buffers()]:
            tensor.copy_(1.5 * tensor)
    for graph, model in zip(capture_each(models, X), models, strict=True):
        torch.testing.assert_close(graph(X), model(X))
    assert capture_each([], X) == []


@pytest.mark.parametrize(
    "other",
    [nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU()), nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU()), nn.ReLU()],
    ids=["another function", "another shape", "no weights"],
)
def test_networks_that_differ_in_more_than_weights_are_refused(other):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    with pytest.raises(ValueError, match=r"models\[1\] differs"):
        capture_each([net, other], X)


def test_a_single_network_is_no_list_of_networks():
    with pytest.raises(TypeError, match="models must be a list of models, got Sequential"):
        capture_each(nn.Sequential(nn.ReLU()), X)


def test_several_inputs_and_attached_tensors():
    class Two(nn.Module):
        def forward(self, a, b):
            return a @ b

    graph = capture(Two(), (np.ones((2, 3, 4), np.float32), torch.ones(2, 4, 5)))
    assert graph(torch.ones(7, 3, 4), torch.ones(7, 4, 5)).shape == (7, 3, 5)
    with graph.graph.inserting_before(next(iter(graph.graph.nodes))):
        node = attach(graph, "scale", torch.ones(3))
    assert parameter(graph, node).tolist() == [1, 1, 1]


def test_a_model_that_depends_on_its_values_is_refused():
    class Wild(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ValueError, match="model cannot be traced"):
        capture(Wild(), X)
