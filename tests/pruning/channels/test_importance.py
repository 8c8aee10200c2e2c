"""Scores from norms and data, on one small residual net whose channels were followed once."""

import copy
import functools
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from edukit.pruning.channels import importance
from edukit.pruning.channels.importance import activity_scores, batchnorm_scores, random_scores, taylor_scores
from edukit.pruning.channels.shrink import shrink
from edukit.pruning.channels.trace import Follower


class Net(nn.Module):
    """Norms named so that a name says nothing; a residual addition; a bottleneck behind ReLU6."""

    def __init__(self):
        super().__init__()
        self.first, self.zeta = nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4)
        self.inner, self.alpha = nn.Conv2d(4, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6)
        self.outer, self.beta = nn.Conv2d(6, 4, 1, bias=False), nn.BatchNorm2d(4)
        self.head = nn.Linear(4 * 4, 10)

    def forward(self, x):
        x = F.relu(self.zeta(self.first(x)))
        x = F.relu(x + self.beta(self.outer(F.relu6(self.alpha(self.inner(x))))))
        return self.head(F.max_pool2d(x, 2).flatten(1))


@functools.cache
def network():
    net, generator = Net(), np.random.default_rng(0)
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.from_numpy(generator.uniform(-0.6, 0.6, value.shape)))
    for norm in (net.zeta, net.alpha, net.beta):
        norm.running_var.abs_().add_(0.5)
    return net.eval()


X = torch.from_numpy(np.random.default_rng(1).uniform(-1, 1, (50, 1, 4, 4))).float()
SPLIT = SimpleNamespace(x=X, y=torch.from_numpy(np.random.default_rng(2).integers(0, 10, 50)))


@functools.cache
def followed():
    return Follower(network(), X[:2])


@pytest.fixture(autouse=True)
def followed_once(monkeypatch):
    monkeypatch.setattr(importance, "Follower", lambda model, example: followed())
    monkeypatch.setattr(importance, "follow", lambda model, example: followed().registry.groups())


def test_batchnorm_scores_are_gamma_wherever_the_norm_is_and_whatever_its_name():
    net, scores = network(), batchnorm_scores(network(), X)
    assert torch.allclose(scores["inner.weight"], net.alpha.weight.abs())
    both = net.zeta.weight.abs() + net.beta.weight.abs()  # one channel, made twice and scaled twice
    assert torch.allclose(scores["first.weight"], both) and torch.allclose(scores["outer.weight"], both)
    assert {name: len(s) for name, s in scores.items()} == {
        "first.weight": 4,
        "inner.weight": 6,
        "outer.weight": 4,
        "head.weight": 10,
    }


def test_apoz_is_one_minus_the_share_of_zeros_behind_the_relu():
    net = network()
    scores = activity_scores(net, X, batch_size=16)  # 50 is no multiple of it
    with torch.no_grad():
        a = F.relu(net.zeta(net.first(X)))
        inner = F.relu6(net.alpha(net.inner(a)))
        b = F.relu(a + net.beta(net.outer(inner)))
    share = [(y == 0).double().mean((0, 2, 3)) for y in (a, inner, b)]
    assert torch.allclose(scores["inner.weight"].double(), 1 - share[1])
    assert torch.allclose(scores["first.weight"].double(), 1 - (share[0] + share[2]) / 2)
    assert all(0 <= s.min() and s.max() <= 1 for s in scores.values())


def test_taylor_is_the_squared_slope_of_the_loss_in_a_gate_on_the_channel():
    """Numerically: multiply all that reads channel c by 1 ± h."""
    net, h = network(), 1e-4
    scores = taylor_scores(net, SPLIT, batch_size=50)["inner.weight"]
    for c in range(6):
        losses = []
        for gate in (1 + h, 1 - h):
            gated = copy.deepcopy(net).double()
            gated.outer.weight.data[:, c] *= gate
            losses.append(F.cross_entropy(gated(X.double()), SPLIT.y))
        slope = (losses[0] - losses[1]) / (2 * h)
        assert scores[c].item() == pytest.approx(slope.item() ** 2, rel=1e-3, abs=1e-9)


def test_taylor_equals_activation_times_gradient():
    """Molchanov et al. 2016: Σ a ∂L/∂a of the feature maps that the bottleneck sends on, in batches of 25."""
    net, expected = network(), torch.zeros(6)
    for rows in (slice(0, 25), slice(25, 50)):
        x = F.relu(net.zeta(net.first(X[rows])))
        a = F.relu6(net.alpha(net.inner(x)))
        a.retain_grad()
        y = F.relu(x + net.beta(net.outer(a)))
        F.cross_entropy(net.head(F.max_pool2d(y, 2).flatten(1)), SPLIT.y[rows]).backward()
        expected += (a * a.grad).sum((0, 2, 3)).detach() ** 2 / 2
    net.zero_grad()
    assert torch.allclose(taylor_scores(net, SPLIT, batch_size=25)["inner.weight"], expected, rtol=1e-4)


def test_a_channel_that_nobody_reads_has_no_taylor_score_and_goes_first():
    net = copy.deepcopy(network())
    net.outer.weight.data[:, 3] = 0
    scores = taylor_scores(net, SPLIT)
    assert scores["inner.weight"].argmin() == 3 and scores["inner.weight"][3] == 0


def test_random_is_drawn_by_its_seed_and_alike_for_all_makers_of_a_channel():
    one, again, other = (random_scores(network(), X, seed=seed) for seed in (1, 1, 2))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["inner.weight"], other["inner.weight"])
    assert torch.equal(one["first.weight"], one["outer.weight"])


@pytest.mark.parametrize(
    "scores", [batchnorm_scores, activity_scores, random_scores, lambda net, x: taylor_scores(net, SPLIT)]
)
def test_shrink_takes_all_of_them(scores, monkeypatch):
    monkeypatch.setattr(sys.modules[shrink.__module__], "channel_groups", lambda *_: followed().registry.groups())
    net, found = network(), scores(network(), X)
    smaller = shrink(net, X, 0.5, found)
    outer = sum(found[name] / found[name].mean() for name in ("first.weight", "outer.weight"))
    assert torch.equal(smaller.inner.weight, net.inner.weight[best(found["inner.weight"], 3)][:, best(outer, 2)])


def best(scores, count):
    return scores.double().argsort(stable=True)[-count:].sort().values


def test_the_model_is_not_changed():
    net = network()
    before, modes = copy.deepcopy(net.state_dict()), [m.training for m in net.modules()]
    for scores in (batchnorm_scores, activity_scores):
        scores(net, X)
    taylor_scores(net, SPLIT)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert modes == [m.training for m in net.modules()]


def test_where_there_is_nothing_to_look_at_the_maker_is_named(monkeypatch):
    net = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 2))
    found = Follower(net, torch.zeros(2, 3))
    monkeypatch.setattr(importance, "Follower", lambda model, example: found)
    monkeypatch.setattr(importance, "follow", lambda model, example: found.registry.groups())
    with pytest.raises(ValueError, match="^model: a channel made by 0.weight is scaled by no batch norm"):
        batchnorm_scores(net, torch.zeros(2, 3))
    with pytest.raises(ValueError, match="^model: a channel made by 0.weight meets no ReLU"):
        activity_scores(net, torch.zeros(2, 3))
    with pytest.raises(ValueError, match="^x is empty"):
        activity_scores(net, torch.zeros(0, 3))
