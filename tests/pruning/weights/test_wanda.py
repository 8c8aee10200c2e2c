"""Wanda's scores: what an output loses, on linear layers and convolutions of every kind, and what they cannot score."""

import copy

import pytest
import torch
from torch import nn

from edukit.pruning.weights.model_masks import score_masks
from edukit.pruning.weights.wanda import wanda_scores

LAYERS = {
    "linear": (lambda: nn.Linear(6, 4), (9, 6)),
    "linear on a sequence": (lambda: nn.Linear(6, 4), (3, 5, 6)),
    "conv": (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1), (4, 2, 7, 6)),
    "depthwise": (lambda: nn.Conv2d(4, 4, 3, groups=4, padding=1), (2, 4, 5, 5)),
    "conv1d": (lambda: nn.Conv1d(2, 3, 3, dilation=2), (4, 2, 9)),
    "reflected": (lambda: nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), (2, 1, 5, 5)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_score_is_what_the_outputs_change_by_without_the_weight(name):
    torch.manual_seed(0)
    make, shape = LAYERS[name]
    layer, x = make(), torch.randn(shape)
    scores = wanda_scores(layer, x, batch_size=2)["weight"]
    for place in [0, 5, layer.weight.numel() - 1]:
        without = copy.deepcopy(layer)
        without.weight.data.view(-1)[place] = 0
        change = (layer(x) - without(x)).norm()
        assert torch.isclose(change, scores.view(-1)[place], rtol=1e-4, atol=1e-6)


def test_inputs_of_one_size_give_the_masks_of_magnitude_in_each_row():
    layer = nn.Linear(8, 5)
    masks = score_masks(wanda_scores(layer, torch.eye(8)), 0.5, scope="row")
    assert torch.equal(masks["weight"], score_masks({"weight": layer.weight.abs()}, 0.5, scope="row")["weight"])
    assert masks["weight"].sum(1).tolist() == 5 * [4]


def test_an_input_that_is_always_0_loses_its_weights_first():
    layer = nn.Linear(4, 2)
    layer.weight.data[:, 1] = 100
    x = torch.randn(20, 4)
    x[:, 1] = 0
    assert not score_masks(wanda_scores(layer, x), 0.25, scope="row")["weight"][:, 1].any()


def test_scores_are_those_of_evaluation_mode_and_the_model_stays_as_it_is():
    net = nn.Sequential(nn.Dropout(0.9), nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 2)).train()
    before = copy.deepcopy(net.state_dict())
    x = torch.randn(10, 4)
    first, again = (wanda_scores(net, part) for part in (x, x.double().numpy()))
    assert all(torch.allclose(first[name], again[name]) for name in ("1.weight", "3.weight"))
    assert net.training and all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert not any(module._forward_pre_hooks for module in net.modules())


def test_a_layer_that_is_called_twice_counts_both_inputs():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2, bias=False)

        def forward(self, x):
            return self.layer(x) + self.layer(2 * x)

    x = torch.tensor([[3.0, 0.0]])
    net = Twice()
    assert torch.allclose(wanda_scores(net, x)["layer.weight"][:, 0], net.layer.weight[:, 0].abs().detach() * 45**0.5)


@pytest.mark.parametrize("model", [nn.ConvTranspose2d(2, 2, 3), nn.LSTM(2, 2, batch_first=True)])
def test_layers_of_other_kinds_are_named(model):
    x = torch.zeros(1, 2, 3, 3) if isinstance(model, nn.ConvTranspose2d) else torch.zeros(1, 3, 2)
    with pytest.raises(ValueError, match=r"model: weight.*: no input of a convolution or linear layer"):
        wanda_scores(model, x)


def test_a_model_without_layers_and_bad_sizes_are_refused():
    with pytest.raises(ValueError, match="no convolution or linear layer"):
        wanda_scores(nn.ReLU(), torch.zeros(1, 2))
    with pytest.raises(ValueError, match="batch_size must be a whole number"):
        wanda_scores(nn.Linear(2, 2), torch.zeros(1, 2), batch_size=0)
