import copy

import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.pruning.weights.model_masks import layer_weights
from edukit.pruning.weights.movement import Movement, prune_by_movement
from edukit.training import accuracy, fit, seeded

DATA = digits()
QUICK = dict(batch_size=100, learning_rate=0.01, progress=None)


def network(seed=0):
    with seeded(seed):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def test_a_score_is_positive_where_a_step_makes_the_weight_larger():
    net = nn.Linear(6, 1, bias=False)
    net.weight.data = torch.tensor([[1.0, 1.0, -1.0, -1.0, 2.0, 0.5]])
    moving = Movement(net, lambda model, x, y: model(x).sum())
    moving(net, torch.tensor([[1.0, -1.0, 1.0, -1.0, -3.0, 0.0]]), None).backward()
    before = net.weight.detach().abs()
    after = (net.weight - 0.01 * net.weight.grad).abs()
    assert torch.equal(moving.scores["weight"] > 0, after > before)
    assert torch.equal(moving.scores["weight"], -net.weight.detach() * net.weight.grad)


def test_scores_add_up_over_batches_also_of_masked_weights_which_keep_their_number():
    """∂L/∂w' at w' = 0 for the masked one: straight through the mask."""
    net = nn.Linear(2, 1, bias=False)
    net.weight.data = torch.tensor([[3.0, 4.0]])
    moving = Movement(net, lambda model, x, y: (model(x) ** 2).sum() / 2)
    moving.masks = {"weight": torch.tensor([[True, False]])}
    x = torch.tensor([[1.0, 2.0]])
    for _ in range(2):
        moving(net, x, None).backward()
    y = 3.0  # the masked weight adds nothing
    assert moving.scores["weight"].tolist() == [[-2 * 3 * y * 1, -2 * 4 * y * 2]]
    assert net.weight.tolist() == [[3.0, 4.0]] and net.weight.grad[0, 1] == 0


def test_a_loss_under_no_grad_collects_nothing():
    net = nn.Linear(2, 1)
    moving = Movement(net, lambda model, x, y: model(x).sum())
    with torch.no_grad():
        moving(net, torch.ones(1, 2), None)
    assert not moving.scores["weight"].any()


def test_it_reaches_the_sparsity_learns_and_leaves_the_model_as_it_was():
    net = network()
    before = copy.deepcopy(net.state_dict())
    pruned = prune_by_movement(net, DATA.train, 0.7, steps=3, epochs_per_step=2, **QUICK)
    weights = layer_weights(pruned).values()
    assert sum(int((w == 0).sum()) for w in weights) == round(0.7 * (64 * 32 + 32 * 10))
    assert accuracy(pruned, DATA.validation) > 0.6
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_what_moves_towards_zero_goes_even_if_it_is_large():
    net = fit(network(), DATA.train, epochs=2, **QUICK)
    net[1].weight.data[5] = 1.0  # a large neuron
    net[3].weight.data[:, 5] = 1.0  # that adds the same to all classes, right or wrong
    moving = Movement(net)
    fit(net, DATA.train, epochs=1, loss=moving, **QUICK)
    scores = moving.scores["3.weight"]
    assert scores[:, 5].sum() < scores.sum(0).median()


@pytest.mark.parametrize("arguments, name", [
    ({"final": 1.0}, "final"),
    ({"steps": 0}, "steps"),
    ({"schedule": "slow"}, "schedule"),
    ({"epochs_per_step": 0}, "epochs_per_step"),
    ({"model": nn.ReLU()}, "model has no convolution or linear layer"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        prune_by_movement(**{"model": network(), "split": DATA.calibration, "final": 0.5, **QUICK} | arguments)
