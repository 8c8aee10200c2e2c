import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.pruning.weights.mask import random_mask
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import magnitude_masks
from edukit.pruning.weights.ticket import same_share, winning_ticket
from edukit.training import accuracy, fit, seeded

DATA = digits()
QUICK = dict(batch_size=100, learning_rate=0.01, progress=None)


def network(seed=0):
    with seeded(seed):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def test_the_ticket_has_the_first_weights_and_late_masks():
    net = network()
    ticket = winning_ticket(net, DATA.train, 0.8, rounds=2, epochs=2, **QUICK)
    zeros = sum(int((~stays).sum()) for stays in ticket.masks.values())
    assert zeros == round(0.8 * (64 * 32 + 32 * 10))
    for name, stays in ticket.masks.items():
        assert torch.equal(ticket.model.get_parameter(name), net.get_parameter(name) * stays)
    assert any(
        not torch.equal(a, b) for a, b in zip(ticket.masks.values(), magnitude_masks(net, 0.8).values(), strict=True)
    )


def test_rewinding_goes_back_to_an_early_epoch_and_not_to_the_start():
    net = network()
    ticket = winning_ticket(net, DATA.train, 0.5, rounds=1, epochs=1, rewind_epochs=1, **QUICK)
    early = fit(net, DATA.train, epochs=1, **QUICK)
    stays = ticket.masks["1.weight"]
    assert torch.equal(ticket.model[1].weight, early[1].weight * stays)
    assert torch.equal(ticket.model[1].bias, early[1].bias)


def test_each_round_takes_the_same_share_of_what_is_left():
    left = [1 - same_share(step, 4, 0.9) for step in range(5)]
    assert [b / a for a, b in zip(left, left[1:], strict=False)] == pytest.approx([0.1**0.25] * 4)
    assert same_share(4, 4, 0.9) == 0.9


def test_a_ticket_learns_more_than_as_many_weights_drawn_at_random():
    """At 90 %: the same first weights and training, other places."""
    net = network()
    ticket = winning_ticket(net, DATA.train, 0.9, rounds=3, epochs=8, **QUICK)
    drawn = {name: random_mask(stays, 0.9, seed=1) for name, stays in ticket.masks.items()}
    won = accuracy(fine_tune(ticket.model, DATA.train, ticket.masks, epochs=8, **QUICK), DATA.validation)
    lost = accuracy(fine_tune(net, DATA.train, drawn, epochs=8, **QUICK), DATA.validation)
    assert won > lost + 0.1


@pytest.mark.parametrize("arguments, name", [
    ({"final": 1.0}, "final"),
    ({"rounds": 0}, "steps"),
    ({"epochs": 0}, "epochs"),
    ({"rewind_epochs": -1}, "rewind_epochs"),
    ({"scope": "all"}, "scope"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        winning_ticket(network(), DATA.calibration, **{"final": 0.5, "epochs": 1, **QUICK} | arguments)
