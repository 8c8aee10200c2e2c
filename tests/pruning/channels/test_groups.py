import pytest
import torch
from torch import nn

from edukit.pruning.channels.groups import Axis, Names, distinct, varies


@pytest.fixture
def names():
    return Names(nn.ModuleDict({layer: nn.Linear(4, 4) for layer in "abc"}))


def makers(names):
    return [(group.makers, len(group.channels), group.fixed_by) for group in names.groups()]


def test_names_that_meet_through_others_are_one_channel(names):
    a, b, c = (names.attach(f"{layer}.weight", 0, "makes", names.new(4)) for layer in "abc")
    names.unite(a, b)
    names.unite(c, b.flip(0))
    (group,) = names.groups()
    assert group.makers == ("a.weight", "b.weight", "c.weight")
    rows = [[channel[f"{layer}.weight", 0, "makes"] for layer in "abc"] for channel in group.channels]
    assert rows == [[[0], [0], [3]], [[1], [1], [2]], [[2], [2], [1]], [[3], [3], [0]]]


def test_every_row_is_in_exactly_one_channel(names):
    a = names.attach("a.weight", 0, "makes", names.new(4))
    names.unite(a[:1], a[1:2])
    names.fix(a[3:], "output")
    channels = [channel for group in names.groups() for channel in group.channels]
    assert sorted(sum((channel[Axis("a.weight", 0, "makes")] for channel in channels), [])) == [0, 1, 2, 3]
    assert makers(names) == [(("a.weight",), 2, ""), (("a.weight",), 1, "output")]


def test_a_layer_used_twice_unites_what_it_makes(names):
    first = names.attach("a.weight", 0, "makes", names.new(4))
    again = names.attach("a.weight", 0, "makes", names.new(4))
    assert torch.equal(first, again)
    x, y = names.attach("b.weight", 0, "makes", names.new(4)), names.attach("c.weight", 0, "makes", names.new(4))
    names.attach("a.weight", 1, "reads", x)
    names.attach("a.weight", 1, "reads", y)
    assert makers(names) == [(("a.weight",), 4, ""), (("b.weight", "c.weight"), 4, "")]


def test_what_meets_a_constant_stays_and_other_channels_do_not(names):
    a = names.attach("a.weight", 0, "makes", names.new(4))
    zero = names.constant("pad")
    names.unite(a[:2], zero)
    assert makers(names) == [(("a.weight",), 2, "pad"), (("a.weight",), 2, "")]


def test_a_weight_in_another_use_fixes_its_rows_even_those_attached_later(names):
    names.fix_parameter("a.weight", "embedding")
    names.attach("a.weight", 0, "makes", names.new(4))
    assert makers(names) == [(("a.weight",), 4, "embedding")]


def test_a_tensor_that_the_model_does_not_hold_fixes_what_it_meets(names):
    a = names.attach("a.weight", 0, "makes", names.new(4))
    names.attach("lifted_tensor_0", 0, "scales", a)
    assert makers(names) == [(("a.weight",), 4, "constant")]


def test_a_tied_weight_has_one_name():
    net = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)})
    net["b"].weight = net["a"].weight
    names = Names(net)
    made = names.attach("b.weight", 0, "makes", names.new(4))
    assert torch.equal(made, names.attach("a.weight", 0, "makes", names.new(4)))
    assert makers(names) == [(("a.weight",), 4, "")]


def test_repeated_axes_go_and_others_stay():
    names = torch.arange(3).reshape(1, 3, 1).expand(2, 3, 5)
    assert [varies(names, axis) for axis in range(3)] == [False, True, False]
    assert distinct(names).shape == (1, 3, 1)
    assert distinct(torch.tensor(7)).tolist() == 7
