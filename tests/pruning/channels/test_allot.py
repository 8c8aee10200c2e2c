from collections import Counter

import numpy as np
import pytest
import torch
from torch import nn

from edukit.pruning.channels.allot import CHOICES, Choice, allot, menu_by_score
from edukit.pruning.channels.trace import follow
from edukit.pruning.channels.work import Work

NET = nn.Sequential(nn.Linear(10, 8), nn.Linear(8, 10, bias=False))  # 80 MACs and 80
X = torch.zeros(1, 10)


def choices(*losses, name="0.weight"):
    return [Choice([{}] * i, Counter({(name, 0): i}), loss) for i, loss in enumerate(losses)]


def allotted(menu, share):
    work = Work(NET, X, 160)
    return allot(menu, work, share), work.left


def test_the_group_that_loses_least_for_the_macs_it_saves_goes_first():
    menu = {"a": choices(0, 1, 2, 3), "b": choices(0, 0.5, 1, 1.5, name="1.weight")}
    assert allotted(menu, 144 / 160) == ({"a": 0, "b": 2}, 144)  # 10 MACs a row in a, 8 in b


def test_a_loss_that_pays_only_later_is_seen():
    menu = {"a": choices(0, 9, 9, 9, 9), "b": choices(0, 4, 8, 12, 16, name="1.weight")}
    assert allotted(menu, 120 / 160)[0] == {"a": 4, "b": 0}


def test_what_is_left_over_is_given_back():
    """The last step of 60 MACs leaves room for the first ones."""
    large = [Choice([], Counter(), 0.0), Choice([{}], Counter({("0.weight", 0): 6}), 6.0)]
    assert allotted({"large": large, "small": choices(0, 0.1, 0.2, name="1.weight")}, 100 / 160)[1] == 100


def test_all_stays_where_all_may_stay_and_a_share_out_of_reach_is_refused():
    assert allotted({"a": choices(0, 1)}, 1.0) == ({"a": 0}, 160)
    with pytest.raises(ValueError, match="^share must be at least 0.938"):
        allotted({"a": choices(0, 1)}, 0.5)


def test_losses_rise_ever_faster_and_another_unit_changes_nothing():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 100), nn.Linear(100, 1))
    menu = menu_by_score(net, follow(net, torch.zeros(1, 4)), "l1", 1, 1)["0.weight"]
    losses = [choice.loss for choice in menu]
    steps = np.diff(losses)
    assert losses[0] == 0 and (steps > 0).all() and steps[-1] > 10 * steps[0]
    assert losses[-1] > np.log(50)  # one of a hundred stays, the largest
    assert len(menu) == CHOICES and [len(menu[0].gone), len(menu[-1].gone)] == [0, 99]
    net[0].weight.data *= 1000
    scaled = menu_by_score(net, follow(net, torch.zeros(1, 4)), "l1", 1, 1)["0.weight"]
    assert [choice.loss for choice in scaled] == pytest.approx(losses)
