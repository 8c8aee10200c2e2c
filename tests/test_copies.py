"""Copies hold no tensor that has a history, and what computed a weight is replaced by the weight."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from edukit.copies import copied, with_stored_weights

X = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(3))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 4))


def pruned_twice(net):
    prune.l1_unstructured(net[0], "weight", amount=0.5)
    prune.ln_structured(net[0], "weight", amount=0.25, n=2, dim=0)
    prune.random_unstructured(net[4], "bias", amount=1)


def pruned_everywhere(net):
    chosen = [(net[0], "weight"), (net[4], "weight")]
    prune.global_unstructured(chosen, prune.L1Unstructured, amount=0.5)


@pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")
@pytest.mark.parametrize(
    "change",
    [
        lambda net: prune.l1_unstructured(net[0], "weight", amount=0.5),
        pruned_twice,
        pruned_everywhere,
        lambda net: weight_norm(net[0]),
        lambda net: spectral_norm(net[4]),
        lambda net: parametrizations.weight_norm(net[0]),
        lambda net: parametrizations.spectral_norm(net[0]),
        lambda net: parametrizations.orthogonal(net[4]),
    ],
)
@pytest.mark.parametrize("training", [True, False])
def test_computed_weights_are_stored_with_the_values_they_have_in_evaluation_mode(change, training):
    net = network()
    names = {name for name, _ in net.named_parameters()}
    change(net)
    net.train(training)
    before = copy.deepcopy(net.state_dict())
    plain = with_stored_weights(net)
    assert {name for name, _ in plain.named_parameters()} == names
    assert all(module.training is training for module in plain.modules())
    assert [type(layer) for layer in plain] == [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.Flatten, nn.Linear]
    expected = copied(net).eval()(X)
    assert torch.equal(plain.eval()(X), expected)
    with torch.no_grad():
        plain[0].weight.zero_()
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert torch.equal(copied(net).eval()(X), expected)  # torch's own removal would have changed the caller's class


def test_tensors_that_a_forward_pass_left_are_copied_without_their_history():
    class Remembers(nn.Linear):
        def forward(self, x):
            self.last, self.all = super().forward(x), [{"first": x * self.weight.sum()}]
            return self.last

    layer = Remembers(2, 2)
    layer(torch.ones(3, 2))
    again = copied(layer)
    assert torch.equal(again.last, layer.last) and again.last is not layer.last and again.last.is_leaf
    assert torch.equal(again.all[0]["first"], layer.all[0]["first"])
    assert layer.last.requires_grad and again.weight.requires_grad


def test_a_tied_weight_stays_tied():
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    plain = with_stored_weights(net)
    assert plain[0].weight is plain[1].weight is not net[0].weight
