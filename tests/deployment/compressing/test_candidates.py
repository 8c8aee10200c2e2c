"""Candidates: made the same way by any process, judged in all precisions, and refused with a reason."""

import json
import pickle

import pytest
import torch
from torch import nn

from edukit.deployment.compressing.candidates import Networks, Settings, tried
from edukit.deployment.compressing.examples import as_examples
from edukit.deployment.compressing.steps import PRECISIONS
from edukit.measure import count_macs


def test_a_share_is_judged_in_every_precision(networks):
    row = tried(networks, "model", 0.5)
    assert list(row["precisions"]) == list(PRECISIONS) and json.loads(json.dumps(row)) == row
    sizes = [size for size, _ in row["precisions"].values()]
    assert sizes == sorted(sizes, reverse=True)
    assert row["quality"] == row["precisions"]["float32"][1] >= row["untrained"]
    assert row["macs"] <= 0.5 * count_macs(networks.starts["model"], (1, 8, 8))


def test_another_process_finds_the_same(networks):
    sent = pickle.loads(pickle.dumps(networks))
    assert not sent._made
    assert tried(sent, "model", 0.5) == tried(networks, "model", 0.5)
    one, other = (n.finished("model", 0.5, "int4").state_dict() for n in (networks, sent))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_the_original_is_not_trained_and_not_cut(networks):
    made = networks.made("model", 1.0)
    assert not made.is_trained and made.quality == made.untrained == networks.quality.original
    assert networks.quality.original > 0.9


def test_a_share_that_cannot_be_has_a_reason(networks):
    row = tried(networks, "model", 1e-6)
    assert list(row) == ["why"] and "share must be at least" in row["why"]


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_what_is_larger_than_what_was_found_is_not_trained(model, pictures, share):
    own = Networks({"model": model}, as_examples(pictures, model), Settings(steps=10**6))
    row = tried(own, "model", share, 100)
    assert list(row) == ["why"] and "larger in 4 bits" in row["why"]


def test_training_that_breaks_leaves_the_network_as_it_was(model, pictures):
    examples = as_examples(pictures, model)
    made = Networks({"model": model}, examples, Settings(steps=10, learning_rate=1e30)).made("model", 0.5)
    assert not made.is_trained and made.why and made.quality == made.untrained


def test_rows_that_the_code_fixes_are_named():
    class Fixed(nn.Module):
        def forward(self, x):
            return x * torch.ones(len(x), 1)

    examples = as_examples(torch.rand(40, 3), nn.Linear(3, 3))
    with pytest.raises(ValueError, match=r"write x\.shape\[0\]"):
        Networks({"model": Fixed()}, examples, Settings()).made("model", 1.0)
