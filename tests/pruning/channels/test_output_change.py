import copy

import pytest
import torch
from torch import nn

from edukit.pruning.channels.allot import menu_by_score
from edukit.pruning.channels.output_change import menu_by_output
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.trace import follow

X = torch.rand(32, 8, generator=torch.Generator().manual_seed(0))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 3)).eval()


def menu_of(net, x=X, multiple=1):
    return menu_by_score(net, follow(net, x[:2]), "l1", 1, multiple)


def test_the_loss_is_the_relative_squared_change_after_new_statistics():
    net = network()
    choices = menu_by_output(net, X, menu_of(net, multiple=6))["0.weight"]
    assert len(choices) == 2
    smaller = reestimate_batchnorm(remove_channels(net, choices[1].gone), X)
    for norm in (m for m in smaller if isinstance(m, nn.BatchNorm1d)):
        norm.running_var *= (len(X) - 1) / len(X)  # a batch is divided by n, running statistics by n - 1
    with torch.no_grad():
        expected = (smaller(X) - net(X)).square().sum() / net(X).square().sum()
    assert choices[1].loss == pytest.approx(float(expected), rel=1e-4)


def test_losses_never_fall_and_the_model_stays_as_it_was():
    net = network()
    before = copy.deepcopy(net.state_dict())
    losses = [choice.loss for choice in menu_by_output(net, X, menu_of(net))["0.weight"]]
    assert losses == sorted(losses) and losses[0] == 0 < losses[-1]
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_a_model_of_two_inputs_and_two_outputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Linear(8, 6), nn.Linear(8, 6), nn.Linear(6, 2)

        def forward(self, x, y):
            h = self.a(x).relu() + self.b(y).relu()
            return self.c(h), {"sum": h.sum(1), "class": self.c(h).argmax(1)}

    net = Two().eval()
    menu = menu_by_score(net, [g for g in follow(net, (X[:2], X[:2])) if len(g.channels) == 6], "l1", 1, 1)
    assert all(choices[-1].loss >= 0 for choices in menu_by_output(net, (X, X), menu).values())


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match='^example must hold at least 16 rows with scope "output", got 15'):
        menu_by_output(network(), X[:15], {})
