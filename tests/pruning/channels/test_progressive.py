import copy
import functools
import sys

import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.pruning.channels.progressive import channel_masks, shrink_gradually
from edukit.pruning.channels.trace import follow
from edukit.training import accuracy, cross_entropy, seeded

DATA = digits()
QUICK = dict(batch_size=100, learning_rate=0.01, progress=None)


@functools.cache
def network():
    with seeded(0):
        layers = nn.Linear(64, 20), nn.BatchNorm1d(20), nn.ReLU(), nn.Linear(20, 12), nn.ReLU(), nn.Linear(12, 10)
        return nn.Sequential(nn.Flatten(), *layers)


@functools.cache
def groups():
    return follow(network(), torch.zeros(2, 1, 8, 8))


@pytest.fixture(autouse=True)
def followed_once(monkeypatch):
    monkeypatch.setattr(sys.modules[shrink_gradually.__module__], "channel_groups", lambda *_: groups())


def numbers(gone, maker):
    return {rows[0] for channel in gone for axis, rows in channel.items() if axis == (maker, 0, "makes")}


def test_half_in_five_steps_is_half_of_every_group_in_its_first_numbers():
    """An article multiplied shares of what was left, and gave numbers of channels in a layer that had shrunk."""
    seen = []

    def watching(net, x, y):
        seen.append({i for i, filter in enumerate(net[1].weight) if not filter.any()})
        return cross_entropy(net, x, y)

    small, gone = shrink_gradually(network(), DATA.calibration, 0.5, schedule="linear", loss=watching, **QUICK)
    assert (small[1].out_features, small[4].out_features) == (10, 6)
    first = numbers(gone, "1.weight")
    assert len(first) == 10 and len(numbers(gone, "4.weight")) == 6
    assert [len(zeros) for zeros in seen] == [2, 4, 6, 8, 10]
    assert all(before <= after for before, after in zip(seen, seen[1:], strict=False)) and seen[-1] == first


def test_what_is_removed_at_the_end_was_zero_in_training():
    small, gone = shrink_gradually(network(), DATA.train, 0.5, steps=2, epochs_per_step=5, **QUICK)
    assert accuracy(small, DATA.validation) > 0.5
    assert small[2].num_features == 10 and small[4].in_features == 10


def test_a_method_may_be_a_function_that_scores_anew_in_each_step():
    asked = []

    def method(model):
        asked.append(model)
        return {"1.weight": torch.arange(20.0), "4.weight": -torch.arange(12.0)}

    gone = shrink_gradually(network(), DATA.calibration, 0.25, method=method, steps=2, **QUICK).gone
    assert len(asked) == 2
    assert (numbers(gone, "1.weight"), numbers(gone, "4.weight")) == ({0, 1, 2, 3, 4}, {9, 10, 11})


def test_masks_cover_every_row_of_a_channel_and_nothing_else():
    masks = channel_masks(network(), [groups()[0].channels[3]])
    assert set(masks) == {"1.weight", "1.bias", "2.weight", "2.bias", "4.weight"}
    assert not masks["1.weight"][3].any() and masks["1.weight"].sum() == 19 * 64
    assert not masks["4.weight"][:, 3].any() and masks["4.weight"].sum() == 12 * 19


def test_the_model_that_was_given_is_not_changed():
    net = network()
    before = copy.deepcopy(net.state_dict())
    shrink_gradually(net, DATA.calibration, 0.5, steps=1, multiple=4, **QUICK)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


@pytest.mark.parametrize("arguments, name", [
    ({"final": 1.0}, "ratio must be 0 to below 1"),
    ({"steps": 0}, "steps"),
    ({"schedule": "fast"}, "schedule"),
    ({"method": "best"}, "method"),
    ({"epochs_per_step": 0}, "epochs_per_step"),
    ({"min_channels": 0}, "min_channels"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        shrink_gradually(**{"model": network(), "split": DATA.calibration, "final": 0.5, **QUICK} | arguments)
