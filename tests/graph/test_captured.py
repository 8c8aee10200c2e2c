"""A captured graph computes what the model computes, names its weights, and leaves the model alone."""

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, build

from edukit.graph import Captured, capture, capture_each, has_rows, joined, watched
from edukit.quantization import (
    awq,
    convert,
    equalize,
    layer_errors,
    prepare_qat,
    quantize_dynamic,
    quantize_model,
    smoothquant,
)

X = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_graph_computes_the_same_for_any_batch_size(name):
    model = build(name)
    for example in (X, X[:1], X.numpy(), torch.rand(4, 4, 20, 20)[:, 1:, 4:, :16]):  # the last is a view
        graph = capture(model, example)
        torch.testing.assert_close(graph(X[:3]), model(X[:3]))


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


def test_a_captured_graph_is_captured_again_for_inputs_of_another_type():
    net = nn.Sequential(nn.Embedding(8, 4), nn.Linear(4, 2))
    tokens = torch.arange(8).reshape(2, 4)
    graph = capture(capture(net, tokens), tokens.int())
    assert graph.captured_for["input"][0] is torch.int32
    torch.testing.assert_close(graph(tokens.int()), net(tokens))
    assert [name for name, _ in graph.named_parameters()] == ["0.weight", "1.weight", "1.bias"]


class ToItsOwnSize(nn.Module):
    """Upsamples to the size of its input, and divides by its places."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 2, 1)

    def forward(self, x):
        y = F.interpolate(self.b(F.relu(self.a(x))), size=x.shape[2:], mode="bilinear")
        return y / (x.shape[2] * x.shape[3])


SAID = r"x has the shape \(4, 3, 32, 32\); this model was captured for \(N, 3, 16, 16\)"


def test_a_graph_refuses_sizes_it_was_not_captured_for_however_it_is_copied_or_run():
    model, other = ToItsOwnSize().eval(), torch.rand(4, 3, 32, 32)
    graph = capture(model, X)
    for run in (graph, copy.deepcopy(graph), capture(graph, X), Captured(graph, graph.graph), nn.Sequential(graph)):
        torch.testing.assert_close(run(X[:3]), model(X[:3]))
        with pytest.raises(ValueError, match=SAID):
            run(other)
    for run in (
        lambda: graph(x=other),
        lambda: watched(graph, (other,), print),
        lambda: capture(graph, other),
    ):
        with pytest.raises(ValueError, match=SAID):
            run()
    with pytest.raises(ValueError, match=r"x has the shape \(3, 16, 16\)"):
        graph(X[0])


def test_whatever_keeps_a_graph_refuses_other_sizes():
    model, other = ToItsOwnSize().eval(), torch.rand(4, 3, 32, 32)
    qat = prepare_qat(model, X)
    kept = [
        quantize_model(model, X),
        quantize_dynamic(model, example=X),
        equalize(model, X),
        smoothquant(model, X),
        awq(model, X),
        qat,
        convert(qat),
    ]
    for graph in kept:
        assert graph(X[:2]).shape == (2, 2, 16, 16)
        with pytest.raises(ValueError, match=SAID):
            graph(other)
    with pytest.raises(ValueError, match=SAID):
        quantize_model(model, [X, other])


def test_a_batch_that_python_has_looked_at_is_part_of_the_sizes():
    class Loops(nn.Module):
        def forward(self, x):
            return torch.stack([row.sum() for row in x])

    class Branches(nn.Module):
        def forward(self, x):
            return x * 2 if x.shape[0] > 3 else x

    graph = capture(Loops(), X)
    assert torch.equal(graph(X), X.sum((1, 2, 3)))
    with pytest.raises(ValueError, match=r"shape \(3, 3, 16, 16\); this model was captured for \(4, 3, 16, 16\)"):
        graph(X[:3])
    graph = capture(Branches(), X)
    assert torch.equal(graph(torch.cat([X, X])), 2 * torch.cat([X, X]))
    with pytest.raises(ValueError, match=r"captured for \(4 or more, 3, 16, 16\)"):
        graph(X[:3])


class Normalises(nn.Module):
    def __init__(self, in_place):
        super().__init__()
        self.in_place, self.c, self.f = in_place, nn.Conv2d(3, 8, 3), nn.Linear(8, 4)

    def forward(self, x):
        x = x.sub_(0.5).div_(0.25) if self.in_place else (x - 0.5) / 0.25
        return self.f(F.relu(self.c(x)).mean((2, 3)))


def test_a_model_that_works_in_place_is_captured_as_one_that_does_not():
    torch.manual_seed(0)
    in_place, plain = Normalises(True).eval(), Normalises(False).eval()
    plain.load_state_dict(in_place.state_dict())
    expected, x = plain(X), X.clone()
    graph, other = capture(in_place, x), capture(plain, x)
    assert [node.target for node in graph.graph.nodes] == [node.target for node in other.graph.nodes]
    assert torch.equal(graph(x), expected) and torch.equal(graph(x), expected) and torch.equal(x, X)
    assert torch.equal(capture_each([in_place], x)[0](x), expected) and torch.equal(x, X)
    for change in (quantize_model, prepare_qat, layer_errors):
        change(in_place, x)
        assert torch.equal(x, X)
    ours, theirs = (layer_errors(model, x)["c"].activations for model in (in_place, plain))
    assert ours == theirs


@pytest.mark.parametrize("first", [nn.ReLU(inplace=True), nn.Hardswish(inplace=True), nn.Dropout(inplace=True)])
def test_a_model_that_begins_in_place(first):
    net, x = nn.Sequential(first, nn.Conv2d(3, 4, 1)).eval(), X - 0.5
    expected, before = net(x.clone()), x.clone()
    torch.testing.assert_close(capture(net, x)(x), expected)
    assert torch.equal(x, before)
    assert [row.precision for row in quantize_model(net, x).report if row.operation == "conv2d"] == ["int8"]


def test_graphs_are_captured_by_one_thread_after_the_other():
    with ThreadPoolExecutor(4) as pool:
        graphs = list(pool.map(lambda seed: capture(build("resnet"), X), range(4)))
    for graph in graphs:
        assert graph(X).shape == graphs[0](X).shape


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


def test_a_model_that_depends_on_its_values_is_refused():
    class Wild(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ValueError, match="model decides in Python by the values that it computes"):
        capture(Wild(), X)


def test_rows_of_several_batches_are_joined_and_a_mask_is_taken_once():
    class Masked(nn.Module):
        def forward(self, x, mask, t):
            return x * mask * t

    graph = capture(Masked(), (torch.rand(4, 5, 2), torch.rand(5, 2), torch.tensor(2.0)))
    assert has_rows(graph) == [True, False, False]
    x, mask, t = torch.rand(6, 5, 2), torch.rand(5, 2), torch.tensor(3.0)
    both = joined(graph, [(x[:4], mask, t), (x[4:], mask, t)])
    assert all(torch.equal(a, b) for a, b in zip(both, (x, mask, t), strict=True))


def test_parts_of_a_model_may_have_any_name():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            names = ("joined", "check", "has_rows", "batched", "captured", "sizes")
            for name in names:
                setattr(self, name, nn.Sequential(nn.Linear(2, 2)))

        def forward(self, x):
            return self.joined(self.check(self.has_rows(self.batched(self.captured(self.sizes(x))))))

    model = Named()
    x = torch.rand(4, 2)
    assert torch.equal(capture(model, x)(x), model(x))


def test_inputs_are_taken_by_name_and_checked():
    graph = capture(nn.Linear(2, 3), torch.rand(4, 2))
    assert torch.equal(graph(input=torch.ones(5, 2)), graph(torch.ones(5, 2)))
    with pytest.raises(ValueError, match="input has the shape"):
        graph(input=torch.ones(5, 3))
    with pytest.raises(TypeError, match="argument"):
        graph(images=torch.ones(5, 2))
