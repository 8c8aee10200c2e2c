import numpy as np
import pytest
import torch
from torch import nn

from edukit.pruning.channels.choose import all_scores, channel_scores, check_choice, choose
from edukit.pruning.channels.groups import Axis, Group
from edukit.pruning.score import filter_scores

NET = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 2))


def group(count=10, makers=("0.weight",), rows=1):
    """Channels made by `rows` filters of each maker."""
    places = [list(range(rows * i, rows * i + rows)) for i in range(count)]
    return Group(makers, tuple({Axis(maker, 0, "makes"): place for maker in makers} for place in places))


def numbers(gone):
    return sorted(channel["0.weight", 0, "makes"][0] for channel in gone)


def test_a_channel_that_went_is_counted_first():
    scores, one = {"0.weight": torch.arange(10.0)}, group()
    strong = [one.channels[9], one.channels[7]]
    assert numbers(choose(NET, [one], 0.4, scores, already=strong)) == [0, 1, 7, 9]
    assert numbers(choose(NET, [one], 0.4, scores)) == [0, 1, 2, 3]


def test_scores_of_several_filters_add_up_relative_to_the_mean_of_their_layer():
    w = torch.from_numpy(np.random.default_rng(0).normal(size=(10, 3)))
    net = nn.Sequential(nn.Linear(3, 10))
    net[0].weight.data = w
    l1 = filter_scores(w)
    assert torch.allclose(channel_scores(net, group(5, rows=2)), (l1[0::2] + l1[1::2]) / l1.mean())


def test_negative_scores_keep_their_order():
    assert channel_scores(NET, group(), {"0.weight": torch.arange(10.0) - 20}).argsort().tolist() == [*range(10)]


def test_a_multiple_is_one_of_filters():
    """Channels of 2 filters: 3 channels are 6 filters, a multiple of 2 already; a multiple of 4 needs 4 channels."""
    assert len(choose(NET, [group(5, rows=2)], 0.4, multiple=2)) == 2
    assert len(choose(NET, [group(5, rows=2)], 0.4, multiple=4)) == 1


def test_random_draws_differ_between_layers_of_one_size():
    net = nn.Sequential(nn.Linear(3, 10), nn.Linear(10, 10), nn.Linear(10, 2))
    scores = all_scores(net, [group(), group(makers=("1.weight",))], "random")
    assert not torch.equal(scores["0.weight"], scores["1.weight"])


def test_fixed_groups_have_no_scores_and_nothing_to_choose_is_said():
    fixed = Group(("0.weight",), group().channels, "output")
    assert all_scores(NET, [fixed]) == {}
    with pytest.raises(ValueError, match="^model has no channels that can go"):
        choose(NET, [fixed], 0.5)


@pytest.mark.parametrize("arguments, message", [
    ((1.0, "l1", 1, 1), "ratio must be 0 to below 1, got 1.0"),
    (({"a": -0.5}, "l1", 1, 1), "ratio must be 0 to below 1, got -0.5 for a"),
    ((0.5, "L1", 1, 1), "method must be one of l1, l2, geometric_median, random, or scores"),
    ((0.5, "l1", 0, 1), "min_channels"),
    ((0.5, "l1", 1, 2.0), "multiple"),
])  # fmt: skip
def test_bad_choices_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        check_choice(*arguments)
