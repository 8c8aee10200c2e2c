"""Where a graph is quantized: behind fused activations, around joins, not inside what stays float."""

import torch
from torch import nn
from unseen import followed

from edukit.graph import capture
from edukit.quantization.ptq.fold import fold_graph
from edukit.quantization.ptq.placement import is_activation, moved_from, observed, why_float

X = torch.rand(2, 3, 16, 16)


def points(model, x=X):
    graph = capture(model, x)
    fold_graph(graph)
    return graph, [node.name.rstrip("_0123456789") for node in observed(graph)]


def test_a_fused_activation_is_quantized_once_behind_it():
    _, names = points(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 1)))
    assert names == ["input", "relu", "conv2d"]


def test_a_value_that_is_also_read_without_its_activation_is_quantized_on_both_sides():
    class TwoReaders(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 1)

        def forward(self, x):
            y = self.first(x)
            return self.second(y.relu() + y)

    _, names = points(TwoReaders())
    assert names == ["x", "conv2d", "relu", "add", "conv2d"]


def test_an_activation_with_no_integer_form_is_quantized_on_both_sides():
    _, names = points(nn.Sequential(nn.Conv2d(3, 4, 1), nn.Hardswish(), nn.Conv2d(4, 4, 1)))
    assert names == ["input", "conv2d", "hardswish", "conv2d"]


def test_a_residual_addition_is_quantized_and_no_layer_reads_float():
    graph, names = points(followed("resnet"))
    assert "add" not in names  # each addition is followed by its ReLU, which is the quantized value
    quantized = set(observed(graph))
    for node in graph.graph.nodes:
        if why_float(node) is None:
            assert node.args[0] in quantized


def test_the_mean_of_a_layer_is_quantized_where_it_is_the_answer():
    classes = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    assert points(classes)[1] == ["input", "relu", "adaptive_avg_pool2d"]
    assert "adaptive_avg_pool2d" not in points(nn.Sequential(*classes, nn.Softmax(1)))[1]  # read as floats
    assert "adaptive_avg_pool2d" not in points(nn.Sequential(classes[0], nn.Hardswish(), *classes[2:]))[1]


def test_moved_values_know_where_they_came_from():
    graph, _ = points(followed("shuffle"))
    parts = [node for node in graph.graph.nodes if node.name.startswith("getitem") and moved_from(node) is not None]
    assert len(parts) == 4 and all(is_activation(moved_from(part)) for part in parts)


def test_softmax_and_norms_stay_float_with_a_reason():
    graph, names = points(followed("transformer"))
    assert "add" not in names  # what a norm reads stays float
    norms = [node for node in graph.graph.nodes if node.name.startswith("layer_norm")]
    assert [why_float(node) for node in norms] == ["no integer operator for layer_norm"] * 4


def test_a_computed_weight_stays_float_with_a_reason():
    class Computed(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.rand(4, 3))

        def forward(self, x):
            return nn.functional.linear(x, self.weight / self.weight.norm())

    graph, names = points(Computed(), torch.rand(2, 3))
    linear = next(node for node in graph.graph.nodes if node.name == "linear")
    assert names == [] and why_float(linear) == "its weight is computed"
