"""Gumbel: the noise draws with the chances of the softmax, gradients flow, and price and accuracy decide."""

import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.search.strategies.gumbel import RATE, MixedChoice, differentiable_search, gumbel_softmax
from edukit.training import seeded

RECIPE = dict(epochs=3, learning_rate=0.02, batch_size=50, progress=None)


class Silent(nn.Module):
    """Answers zero, whatever comes: nothing can be learned through it."""

    def forward(self, x):
        return x[:, :1].repeat(1, 8, 1, 1) * 0


def network(costs=None, options=None):
    with seeded(0):
        options = options or {"silent": Silent(), "conv": nn.Conv2d(1, 8, 3, padding=1)}
        choice = MixedChoice(options, costs)
        return nn.Sequential(choice, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 16, 10))


def test_the_largest_is_drawn_with_the_chances_of_the_softmax():
    preferences = torch.tensor([0.0, 1.0, 2.0])
    with seeded(0):
        drawn = torch.stack([gumbel_softmax(preferences, 1.0) for _ in range(4000)])
    chances = torch.softmax(preferences, 0)
    found = torch.bincount(drawn.argmax(1), minlength=3) / 4000
    assert (found - chances).abs().max() < 4 * 0.5 / 4000**0.5
    torch.testing.assert_close(drawn.sum(1), torch.ones(4000))


def test_a_low_temperature_leaves_one():
    with seeded(1):
        cold = torch.stack([gumbel_softmax(torch.zeros(4), 0.01).max() for _ in range(200)])
        hot = torch.stack([gumbel_softmax(torch.zeros(4), 100.0).max() for _ in range(200)])
    assert cold.median() > 0.999 and hot.max() < 0.3


def test_gradients_reach_preferences_and_all_options():
    choice = MixedChoice({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}, [1.0, 3.0])
    (choice(torch.ones(3, 2)).sum() + choice.expected_cost()).backward()
    assert all(weight.grad.abs().sum() > 0 for weight in choice.parameters())


def test_evaluation_runs_the_preferred_option_alone():
    choice = MixedChoice({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)})
    with torch.no_grad():
        choice.preferences[1] = 1.0
    x = torch.randn(5, 2)
    assert choice.chosen == "b"
    assert torch.equal(choice.eval()(x), choice.options[1](x))
    torch.testing.assert_close(choice.chances(), torch.softmax(torch.tensor([0.0, RATE]), 0))
    assert choice.expected_cost() == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_learns_is_chosen(seed):
    model = network()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    chosen, trained = differentiable_search(model, digits().train, seed=seed, **RECIPE)
    assert chosen == {"0": "conv"} and trained[0].chosen == "conv"
    assert trained[0].temperature < 0.5
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_a_high_price_makes_the_cheap_one_win_and_the_same_seed_the_same():
    costs = [0.0, 1.0]
    chosen, first = differentiable_search(network(costs), digits().train, price=100.0, **RECIPE)
    _, second = differentiable_search(network(costs), digits().train, price=100.0, **RECIPE)
    assert chosen == {"0": "silent"}
    assert torch.equal(first[0].preferences, second[0].preferences)


def test_what_is_refused():
    with pytest.raises(ValueError, match="at least two"):
        MixedChoice({"a": nn.Linear(2, 2)})
    with pytest.raises(TypeError, match="option b"):
        MixedChoice({"a": nn.Linear(2, 2), "b": 3})
    with pytest.raises(ValueError, match="costs must be as many"):
        MixedChoice({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}, [1.0])
    with pytest.raises(ValueError, match="temperature"):
        gumbel_softmax(torch.zeros(2), 0)
    with pytest.raises(ValueError, match="MixedChoice"):
        differentiable_search(nn.Linear(2, 2), digits().train, **RECIPE)
    with pytest.raises(ValueError, match="price"):
        differentiable_search(network(), digits().train, price=-1, **RECIPE)
