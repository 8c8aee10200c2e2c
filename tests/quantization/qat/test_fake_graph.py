"""The graph that trains: what each layer reads, where the fakes stand, and that nothing else has changed."""

import torch
from torch import nn
from torch.nn import functional as F
from unseen import followed

from edukit.graph import capture
from edukit.quantization import QParams, fake_quantize
from edukit.quantization.ptq.fold import BATCH_NORM
from edukit.quantization.ptq.standard_form import as_linear_layers
from edukit.quantization.qat.fake import BatchNorm, QuantizedLayer
from edukit.quantization.qat.fake_graph import (
    Reads,
    answer_with_a_tensor,
    fake_activation,
    fake_layer,
    layers_of,
    make_trainable,
    origins,
)

X = torch.rand(8, 3, 16, 16, generator=torch.Generator().manual_seed(1))
GRID = QParams(torch.tensor(0.02), torch.tensor(3, dtype=torch.int32), 0, 255)


def node(graph, name):
    return next(n for n in graph.graph.nodes if n.name == name)


def test_a_layer_reads_its_weight_its_bias_and_the_norm_behind_it():
    graph = capture(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, eps=0.1), nn.Conv2d(4, 2, 1, bias=False)), X)
    first, second = layers_of(graph).values()
    norm = [f"1.{name}" for name in ("weight", "bias", "running_mean", "running_var")]
    assert first.names == ["0.weight", "0.bias", *norm] and first.norm.epsilon == 0.1
    assert second == Reads(["2.weight", None], None)
    assert torch.equal(first.tensors(graph)[5], graph.get_buffer("1.running_var"))


def test_a_weight_that_is_read_the_other_way_round_is_turned_each_time():
    class Product(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.rand(3, 2))

        def forward(self, x):
            return x @ self.w

    graph = capture(Product(), torch.rand(4, 3))
    as_linear_layers(graph)
    (reads,) = layers_of(graph).values()
    assert reads.names == ["w", None] and torch.equal(reads.tensors(graph)[0], graph.w.T)


def test_a_layer_whose_weight_is_computed_is_none_of_them():
    class Computed(nn.Linear):
        def forward(self, x):
            return F.linear(x, self.weight / self.weight.norm())

    assert layers_of(capture(Computed(3, 2), torch.rand(2, 3))) == {}


def test_what_was_only_moved_takes_the_grid_of_what_it_was():
    graph = capture(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 2, 1)), X)
    names = {point.name: origin.name for point, origin in origins(graph).items()}
    assert names == {"input_1": "input_1", "relu": "relu", "max_pool2d": "relu", "conv2d_1": "conv2d_1"}


def test_every_reader_of_a_value_gets_its_fake():
    class Twice(nn.Module):
        def forward(self, x):
            y = x.relu()
            return y + y.sigmoid()

    graph = capture(Twice(), X)
    fake_activation(graph, node(graph, "relu"), GRID, 8, learned=False).eval()
    graph.recompile()
    y = fake_quantize(X.relu(), GRID)
    assert torch.equal(graph(X), y + y.sigmoid())


def test_a_layer_becomes_a_module_that_the_graph_calls_with_its_own_tensors():
    layer = nn.Conv2d(3, 4, 3, stride=2, padding=1)
    graph = capture(nn.Sequential(layer), X)
    reads = layers_of(graph)["conv2d"]
    fake = fake_activation(graph, node(graph, "input_1"), GRID, 8, learned=False)
    fake_layer(graph, node(graph, "conv2d"), reads, fake, bits=8)
    graph.recompile()
    assert [m.bits for m in graph.modules() if isinstance(m, QuantizedLayer)] == [8]
    with torch.no_grad():
        expected = F.conv2d(fake_quantize(X, GRID), layer.weight, layer.bias, 2, 1)
        # a weight is off by at most half a step of 1/127 of its channel's largest, in 27 products
        assert (graph.eval()(X) - expected).norm() < 0.01 * expected.norm()


def test_norms_and_views_that_training_needs_are_replaced_and_the_answer_stays():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(768, 2))
    model(X)
    graph = capture(model, X)
    make_trainable(graph)
    graph.graph.eliminate_dead_code()
    graph.recompile()
    assert [type(m) for m in graph.modules() if isinstance(m, BatchNorm)] == [BatchNorm]
    targets = {n.target for n in graph.graph.nodes}
    assert not targets & {BATCH_NORM, torch.ops.aten.view.default}
    with torch.no_grad():
        torch.testing.assert_close(graph.eval()(X), model.eval()(X))


def test_a_single_output_is_no_tree():
    graph = followed("vgg")
    answer = graph(X)
    answer_with_a_tensor(graph)
    assert isinstance(graph.graph.output_node().args[0], torch.fx.Node) and torch.equal(graph(X), answer)
