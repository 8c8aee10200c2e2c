"""Pairs on networks never seen: found where a factor may pass, and only there."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, followed

from edukit.graph import capture
from edukit.quantization.ptq.fold import fold_graph
from edukit.quantization.ptq.pairs import equalizable_pairs

X = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))
FOUND = {
    "vgg": [("0", "2"), ("2", "8")],
    "resnet": [("3.conv1", "3.conv2"), ("4.conv1", "4.conv2")],
    "inverted residual": [],  # ReLU6 between, an addition behind
    "shuffle": [("3.branch.0", "3.branch.3"), ("4.branch.0", "4.branch.3")],
    "fire": [("0", "3.squeeze"), ("3.squeeze", "3.one", "3.three"), ("5.squeeze", "5.one", "5.three")],
    "transformer": [(f"encoder.layers.{i}.linear1", f"encoder.layers.{i}.linear2") for i in (0, 1)],
    "pre-norm transformer": [(f"encoder.layers.{i}.linear1", f"encoder.layers.{i}.linear2") for i in (0, 1)],
    "shared module": [],  # its weight is read twice
}


def pairs(model, x=X, **options):
    graph = capture(model, x)
    fold_graph(graph)
    return equalizable_pairs(graph, x, **options)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_pairs_of_networks_never_seen(name):
    assert [pair.names for pair in pairs(followed(name))] == FOUND[name]


def test_norms_lead_pairs_where_nothing_else_reads_them():
    first = [pair.names[0] for pair in pairs(followed("pre-norm transformer"), norms=True)]
    assert first == [f"encoder.layers.{i}.{name}" for i in (0, 1) for name in ("norm1", "norm2", "linear1")]
    post = [pair.names for pair in pairs(followed("transformer"), norms=True)]  # a residual reads the others
    assert [names for names in post if "norm" in names[0]] == [("encoder.layers.1.norm2", "head")]


class Between(nn.Module):
    """conv → f → linear."""

    def __init__(self, f, features):
        super().__init__()
        self.conv, self.f, self.fc = nn.Conv2d(3, 4, 3, padding=1), f, nn.Linear(features, 2)

    def forward(self, x):
        return self.fc(self.f(self.conv(x)))


FLAT = list(range(4)) * 256
PASSES = {
    "flatten": (lambda y: F.relu(y).flatten(1), 1024, sorted(FLAT)),
    "channels last": (lambda y: y.permute(0, 2, 3, 1).flatten(1), 1024, FLAT),
    "tokens": (lambda y: F.leaky_relu(y).flatten(2).transpose(1, 2), 4, [0, 1, 2, 3]),
    "mean": (lambda y: F.avg_pool2d(F.relu(y), 4).mean((2, 3)), 4, [0, 1, 2, 3]),
    "shuffled": (lambda y: F.max_pool2d(y, 16).view(-1, 2, 2).transpose(1, 2).reshape(-1, 4), 4, [0, 2, 1, 3]),
    "half of them": (lambda y: F.max_pool2d(y, 16).flatten(1)[:, 1:3], 2, [1, 2]),
}
BLOCKS = {
    "ReLU6": (lambda y: F.relu6(y).mean((2, 3)), 4),
    "clamp": (lambda y: y.clamp(0, 1).mean((2, 3)), 4),
    "GELU": (lambda y: F.gelu(y).mean((2, 3)), 4),
    "sigmoid": (lambda y: y.sigmoid().mean((2, 3)), 4),
    "an offset": (lambda y: (y + 1).mean((2, 3)), 4),
    "addition": (lambda y: (y + y.flip(0)).mean((2, 3)), 4),
    "a product": (lambda y: (y * y).mean((2, 3)), 4),
    "concatenation": (lambda y: torch.cat([y, y], 1).mean((2, 3)), 8),
    "a mean of channels": (lambda y: y.mean(1).flatten(1), 256),
    "the largest of neighbouring channels": (lambda y: F.max_pool1d(y.mean((2, 3)).unsqueeze(1), 2).flatten(1), 2),
    "channels on another axis": (lambda y: y.flatten(2), 256),
    "a padded mean": (lambda y: F.avg_pool2d(y, 3, 16, 1).flatten(1), 4),
}


@pytest.mark.parametrize("name", PASSES)
def test_a_factor_passes(name):
    f, features, source = PASSES[name]
    (pair,) = pairs(Between(f, features))
    assert pair.names == ("conv", "fc") and [s.tolist() for s in pair.readers.values()] == [source]


@pytest.mark.parametrize("name", BLOCKS)
def test_no_factor_passes(name):
    assert pairs(Between(*BLOCKS[name])) == []


def test_a_value_that_is_also_returned_or_read_elsewhere_blocks():
    class Both(nn.Module):
        def __init__(self, also):
            super().__init__()
            self.a, self.b, self.also = nn.Linear(3, 4), nn.Linear(4, 4), also

        def forward(self, x):
            y = F.relu(self.a(x))
            return self.also(self.b(y), y)

    x = torch.rand(2, 3)
    assert pairs(Both(lambda z, y: z), x)
    for also in (lambda z, y: (z, y), lambda z, y: z + y, lambda z, y: z * y.softmax(-1)):
        assert pairs(Both(also), x) == []


def test_a_norm_that_could_not_be_folded_blocks():
    assert pairs(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.BatchNorm2d(4), nn.Conv2d(4, 2, 3, padding=1))) == []


def test_a_tied_weight_blocks():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
    net[2].weight = net[0].weight
    assert pairs(net, torch.rand(2, 4)) == []


def test_a_computed_weight_blocks():
    class Computed(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.w = nn.Linear(3, 4), nn.Parameter(torch.rand(2, 4))

        def forward(self, x):
            return F.linear(F.relu(self.a(x)), self.w.softmax(1))

    assert pairs(Computed(), torch.rand(2, 3)) == []


def test_a_computed_weight_with_a_bias_of_its_own_blocks():
    """The bias is stored, and must not be taken for the weight."""

    class Normed(nn.Linear):
        def forward(self, x):
            return F.linear(x, F.normalize(self.weight, dim=1), self.bias)

    net = nn.Sequential(Normed(3, 4), nn.ReLU(), Normed(4, 4), nn.ReLU(), nn.Linear(4, 2))
    assert pairs(net, torch.rand(2, 3)) == []


def test_a_weight_that_torch_parametrizes_is_a_weight():
    normed = nn.utils.parametrizations.weight_norm
    net = nn.Sequential(normed(nn.Linear(3, 4)), nn.ReLU(), normed(nn.Linear(4, 4)), nn.ReLU(), nn.Linear(4, 2))
    assert [pair.names for pair in pairs(net, torch.rand(2, 3))] == [("0", "2"), ("2", "4")]


def test_packed_attention_can_be_followed():
    """Its views rely on how values lie in memory; colours must lie there as well."""

    class Packed(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.qkv, self.out = nn.LayerNorm(16), nn.Linear(16, 48), nn.Linear(16, 16)

        def forward(self, x):
            B, T, C = x.shape
            q, k, v = self.qkv(self.norm(x)).reshape(B, T, 3, 2, 8).permute(2, 0, 3, 1, 4).unbind(0)
            return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, C))

    assert [pair.names for pair in pairs(Packed(), torch.rand(2, 7, 16), norms=True)] == [("norm", "qkv")]


def test_grouped_convolutions_and_sequences():
    chain = nn.Sequential(
        nn.Conv1d(3, 6, 3), nn.ReLU(), nn.Conv1d(6, 12, 3, groups=3), nn.ReLU(), nn.Conv1d(12, 12, 1, groups=12)
    )
    found = pairs(chain, torch.rand(2, 3, 9))
    assert [pair.names for pair in found] == [("0", "2"), ("2", "4")]
    assert [source.tolist() for pair in found for source in pair.readers.values()] == [[*range(6)], [*range(12)]]


def test_many_channels_keep_their_colours_apart():
    (pair,) = pairs(nn.Sequential(nn.Linear(2, 4096), nn.ReLU(), nn.Linear(4096, 2)), torch.rand(2, 2))
    assert pair.readers.popitem()[1].tolist() == list(range(4096))
