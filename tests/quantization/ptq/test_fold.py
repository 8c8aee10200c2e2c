"""Batch norm folding: the same function with fewer layers."""

import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from unseen import NETWORKS, build

from edukit.graph import capture
from edukit.quantization import fold_batchnorm
from edukit.quantization.ptq.fold import BATCH_NORM, fold_graph

X = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))
TRACEABLE = [name for name in NETWORKS if "transformer" not in name]


def norms(model):
    return sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())


@pytest.mark.parametrize("name", TRACEABLE)
def test_the_folded_model_computes_the_same_without_norms(name):
    model = build(name)
    before, count = model(X), norms(model)
    folded = fold_batchnorm(model)
    # float32 reorders a product and a sum per layer: a few units in the sixth digit of values around 1
    torch.testing.assert_close(folded(X), before, rtol=1e-4, atol=1e-5)
    assert norms(folded) == 0 and norms(model) == count
    assert torch.equal(model(X), before)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_captured_graph_folds_likewise(name):
    model = build(name)
    graph = capture(model, X)
    fold_graph(graph)
    assert not [node for node in graph.graph.nodes if node.target is BATCH_NORM]
    torch.testing.assert_close(graph(X), model(X), rtol=1e-4, atol=1e-5)


def test_equals_torch():
    conv, norm = nn.Conv2d(3, 6, 3, groups=3), nn.BatchNorm2d(6).eval()
    nn.init.uniform_(norm.weight, 0.5, 2), nn.init.normal_(norm.bias), norm.running_var.uniform_(0.5, 2)
    oracle = fuse_conv_bn_eval(conv.eval(), norm)
    ours = fold_batchnorm(nn.Sequential(conv, norm))[0]
    torch.testing.assert_close(ours.weight, oracle.weight)
    torch.testing.assert_close(ours.bias, oracle.bias)


def test_a_norm_without_affine_parameters_and_one_behind_a_linear_layer_fold():
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6, affine=False))
    model(torch.rand(32, 4))
    model.eval()
    x = torch.rand(5, 4)
    torch.testing.assert_close(fold_batchnorm(model)(x), model(x), rtol=1e-4, atol=1e-5)


def _on_sequences(features, norm=nn.BatchNorm1d, steps=5):
    """A linear layer on (B, T, in), and a norm that has seen data; over T, though all look as if over features."""
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(8, features), norm(steps)), torch.rand(16, steps, 8)
    nn.init.uniform_(model[1].weight, 0.5, 2)
    for _ in range(20):
        model(x)
    return model.eval(), x


@pytest.mark.parametrize("features", [6, 5])  # 5: as many features as steps, so that no shape gives it away
def test_a_norm_over_the_steps_of_a_sequence_is_not_folded_into_a_linear_layer(features):
    model, x = _on_sequences(features)
    graph = capture(model, x)
    fold_graph(graph)
    assert [node for node in graph.graph.nodes if node.target is BATCH_NORM]
    torch.testing.assert_close(graph(x), model(x), rtol=1e-5, atol=1e-6)


def test_without_an_example_sequences_are_refused_or_left_alone_but_never_wrong():
    model, x = _on_sequences(6)
    assert torch.equal(fold_batchnorm(model)(x), model(x))
    model, x = _on_sequences(5)
    folded = fold_batchnorm(model)
    with pytest.raises(ValueError, match="x has 3 axes at 1, which was folded for 2"):
        folded(x)
    rows = x.flatten(0, 1)
    torch.testing.assert_close(folded(rows), model(rows), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(fold_batchnorm(folded)(rows), model(rows), rtol=1e-4, atol=1e-5)


def test_a_weight_that_is_read_elsewhere_as_well_keeps_its_norm():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.norm = nn.Linear(4, 4), nn.BatchNorm1d(4)

        def forward(self, x):
            return self.norm(self.fc(x)) @ self.fc.weight

    model, x = Tied(), torch.rand(32, 4)
    model(x)
    model.eval()
    assert torch.equal(fold_batchnorm(model)(x), model(x))


def test_a_computed_bias_is_not_lost():
    class Doubled(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b = nn.Parameter(torch.rand(4, 4)), nn.Parameter(torch.rand(4))
            self.norm = nn.BatchNorm1d(4)

        def forward(self, x):
            return self.norm(nn.functional.linear(x, self.w, 2 * self.b))

    model, x = Doubled(), torch.rand(32, 4)
    model(x)
    model.eval()
    graph = capture(model, x)
    fold_graph(graph)
    torch.testing.assert_close(graph(x), model(x))


def test_what_does_not_stand_behind_a_layer_stays():
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 1), nn.ReLU(), nn.BatchNorm2d(4)).eval()
    assert norms(fold_batchnorm(model)) == 2


def test_a_layer_that_is_called_twice_stays_right():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

        def forward(self, x):
            return self.norm(self.conv(self.conv(x)))

    model = Twice()
    model(X)
    model.eval()
    torch.testing.assert_close(fold_batchnorm(model)(X), model(X))


def test_a_layer_whose_result_is_read_twice_keeps_its_norm():
    class Fork(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

        def forward(self, x):
            y = self.conv(x)
            return y + self.norm(y)

    model = Fork()
    model(X)
    model.eval()
    graph = capture(model, X)
    fold_graph(graph)
    torch.testing.assert_close(graph(X), model(X))
    torch.testing.assert_close(fold_batchnorm(model)(X), model(X))


def test_a_model_that_cannot_be_traced_is_refused():
    class Wild(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(ValueError, match="model cannot be traced"):
        fold_batchnorm(Wild())


def with_statistics(model):
    """Norms that are far from doing nothing."""
    generator = torch.Generator().manual_seed(6)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._NormBase):
            for tensor in (module.running_mean, module.weight.data, module.bias.data):
                tensor.copy_(torch.randn(len(tensor), generator=generator))
            module.running_var.uniform_(0.5, 2, generator=generator)
    return model.eval()


class Rows(nn.Module):
    """LeViT's: a linear layer on a sequence, whose outputs are normalised as rows."""

    def __init__(self):
        super().__init__()
        self.linear, self.norm = nn.Linear(3, 6, bias=False), nn.BatchNorm1d(6)

    def forward(self, x):
        y = self.linear(x.flatten(2).transpose(1, 2))
        return self.norm(y.flatten(0, 1)).reshape_as(y)


class Sized(nn.Module):
    """A model whose Python asks for sizes, which torch.fx cannot follow."""

    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList([nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)) for _ in range(2)])

    def forward(self, x):
        return torch.cat([head(part) for head, part in zip(self.heads, x.chunk(2), strict=True) if len(x) < 99])


NOW_FOLDED = {
    "before a convolution": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3)),
    "before a convolution in groups": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 6, 3, groups=3, bias=False)),
    "before a linear layer": nn.Sequential(nn.Flatten(), nn.BatchNorm1d(768), nn.Linear(768, 4)),
    "behind an activation": nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 3)),
    "on both sides": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)),
    "behind a transposed convolution": nn.Sequential(nn.ConvTranspose2d(3, 4, 2, 2, bias=False), nn.BatchNorm2d(4)),
    "in groups": nn.Sequential(nn.Conv2d(3, 4, 1), nn.ConvTranspose2d(4, 6, 3, 2, groups=2), nn.BatchNorm2d(6)),
    "in one dimension": nn.Sequential(nn.Flatten(2), nn.ConvTranspose1d(3, 4, 2, 2), nn.BatchNorm1d(4)),
    "over rows": Rows(),
    "in a model that asks for sizes": Sized(),
}


@pytest.mark.parametrize("model", NOW_FOLDED.values(), ids=NOW_FOLDED)
def test_with_an_example_every_norm_of_these_goes(model):
    model = with_statistics(model)
    folded = fold_batchnorm(model, X)
    torch.testing.assert_close(folded(X), model(X), rtol=1e-4, atol=1e-4)
    assert not any(node.target is BATCH_NORM for node in folded.graph.nodes)


STAYS = {
    "before a convolution that pads": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3, padding=1)),
    "before one that pads by name": nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 3, padding="same")),
    "before an activation": nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 4, 3)),
    "before a linear layer on the last axis": nn.Sequential(nn.BatchNorm2d(3), nn.Linear(16, 4)),
}


@pytest.mark.parametrize("name", list(STAYS))
def test_what_would_compute_something_else_stays(name):
    model = with_statistics(STAYS[name])
    folded = fold_batchnorm(model, X)
    torch.testing.assert_close(folded(X), model(X))
    assert any(node.target is BATCH_NORM for node in folded.graph.nodes)


def test_what_torch_fx_cannot_follow_is_told_what_helps():
    with pytest.raises(
        ValueError, match="cannot be traced by torch.fx, give an example to follow its graph: TraceError"
    ) as told:
        fold_batchnorm(Sized())
    assert len(str(told.value)) < 200


def test_a_norm_behind_a_layer_with_a_hook_stays():
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4))
    net(X)
    net[0].register_forward_hook(lambda module, inputs, answer: 3 * answer)
    net.eval()
    found = fold_batchnorm(net)
    assert isinstance(found[1], nn.BatchNorm2d) and isinstance(found[3], nn.Identity)
    for folded in (found, fold_batchnorm(net, X)):
        torch.testing.assert_close(folded(X), net(X), rtol=0, atol=1e-5)
