import pytest
import torch
from torch import nn

from edukit.pruning.channels.groups import Axis, ChannelIds, distinct, varies


@pytest.fixture
def ids():
    return ChannelIds(nn.ModuleDict({layer: nn.Linear(4, 4) for layer in "abc"}))


def makers(ids):
    return [(group.makers, len(group.channels), group.fixed_by) for group in ids.groups()]


def test_names_that_meet_through_others_are_one_channel(ids):
    a, b, c = (ids.attach(f"{layer}.weight", 0, "makes", ids.new(4)) for layer in "abc")
    ids.unite(a, b)
    ids.unite(c, b.flip(0))
    (group,) = ids.groups()
    assert group.makers == ("a.weight", "b.weight", "c.weight")
    rows = [[channel[f"{layer}.weight", 0, "makes"] for layer in "abc"] for channel in group.channels]
    assert rows == [[[0], [0], [3]], [[1], [1], [2]], [[2], [2], [1]], [[3], [3], [0]]]


def test_every_row_is_in_exactly_one_channel(ids):
    a = ids.attach("a.weight", 0, "makes", ids.new(4))
    ids.unite(a[:1], a[1:2])
    ids.fix(a[3:], "output")
    channels = [channel for group in ids.groups() for channel in group.channels]
    assert sorted(sum((channel[Axis("a.weight", 0, "makes")] for channel in channels), [])) == [0, 1, 2, 3]
    assert makers(ids) == [(("a.weight",), 2, ""), (("a.weight",), 1, "output")]


def test_a_layer_used_twice_unites_what_it_makes(ids):
    first = ids.attach("a.weight", 0, "makes", ids.new(4))
    again = ids.attach("a.weight", 0, "makes", ids.new(4))
    assert torch.equal(first, again)
    x, y = ids.attach("b.weight", 0, "makes", ids.new(4)), ids.attach("c.weight", 0, "makes", ids.new(4))
    ids.attach("a.weight", 1, "reads", x)
    ids.attach("a.weight", 1, "reads", y)
    assert makers(ids) == [(("a.weight",), 4, ""), (("b.weight", "c.weight"), 4, "")]


def test_what_meets_a_constant_stays_and_other_channels_do_not(ids):
    a = ids.attach("a.weight", 0, "makes", ids.new(4))
    zero = ids.constant("pad")
    ids.unite(a[:2], zero)
    assert makers(ids) == [(("a.weight",), 2, "pad"), (("a.weight",), 2, "")]


def test_a_weight_in_another_use_fixes_its_rows_even_those_attached_later(ids):
    ids.fix_parameter("a.weight", "embedding")
    ids.attach("a.weight", 0, "makes", ids.new(4))
    assert makers(ids) == [(("a.weight",), 4, "embedding")]


def test_a_tensor_that_the_model_does_not_hold_fixes_what_it_meets(ids):
    a = ids.attach("a.weight", 0, "makes", ids.new(4))
    ids.attach("lifted_tensor_0", 0, "scales", a)
    assert makers(ids) == [(("a.weight",), 4, "a tensor in the code, which is no parameter and no buffer")]


def test_a_tied_weight_has_one_name():
    net = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)})
    net["b"].weight = net["a"].weight
    ids = ChannelIds(net)
    made = ids.attach("b.weight", 0, "makes", ids.new(4))
    assert torch.equal(made, ids.attach("a.weight", 0, "makes", ids.new(4)))
    assert makers(ids) == [(("a.weight",), 4, "")]


def test_repeated_axes_go_and_others_stay():
    ids = torch.arange(3).reshape(1, 3, 1).expand(2, 3, 5)
    assert [varies(ids, axis) for axis in range(3)] == [False, True, False]
    assert distinct(ids).shape == (1, 3, 1)
    assert distinct(torch.tensor(7)).tolist() == 7
