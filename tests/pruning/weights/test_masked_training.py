import copy

import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import apply_masks, magnitude_masks, n_m_masks
from edukit.training import accuracy, cross_entropy, fit, seeded

DATA = digits()
QUICK = dict(epochs=2, batch_size=100, learning_rate=0.01, progress=None)


def network(seed=0):
    with seeded(seed):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))


@pytest.mark.parametrize("masks", [lambda net: magnitude_masks(net, 0.75), lambda net: n_m_masks(net, 2, 4)])
def test_masks_survive_training_and_what_is_left_learns(masks):
    net = network()
    masks = masks(net)
    tuned = fine_tune(net, DATA.train, masks, **QUICK | {"epochs": 6})
    for name, stays in masks.items():
        assert torch.equal(tuned.get_parameter(name) != 0, stays)
    assert accuracy(tuned, DATA.validation) > accuracy(apply_masks(net, masks), DATA.validation) + 0.2


def test_no_loss_is_ever_computed_with_a_pruned_weight():
    """Without the masks in the loop, the first step of the optimizer brings every pruned weight back."""
    net, seen = network(), []
    masks = magnitude_masks(net, 0.75)

    def watching(model, x, y):
        seen.append((model[1].weight != 0).sum().item())
        return cross_entropy(model, x, y)

    fine_tune(net, DATA.calibration, masks, loss=watching, **QUICK)
    assert set(seen) == {int(masks["1.weight"].sum())}
    dense = fit(apply_masks(net, masks), DATA.calibration, loss=watching, **QUICK)
    assert (dense[1].weight != 0).sum() > 2 * masks["1.weight"].sum()  # all but those of pixels that are always 0


def test_masks_of_what_stays_whole_change_nothing():
    net = network()
    whole = magnitude_masks(net, 0.0)
    ours, plain = fine_tune(net, DATA.train, whole, **QUICK), fit(net, DATA.train, **QUICK)
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), plain.parameters(), strict=True))


def test_the_model_that_was_given_is_not_changed():
    net = network()
    before = copy.deepcopy(net.state_dict())
    fine_tune(net, DATA.calibration, magnitude_masks(net, 0.5), **QUICK)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_masks_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match="^masks must name parameters of the model, got '7.weight'"):
        fine_tune(network(), DATA.train, {"7.weight": torch.ones(1).bool()}, **QUICK)
