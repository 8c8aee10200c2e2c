"""Texts that copy back: triggers do, other tokens follow one table; a trained head leans on the start."""

import numpy as np
import pytest
import torch

from edukit.experiments.networks.back_copy import TRIGGERS, first_layer_weights, reader, texts
from edukit.networks.attention import window_mask
from edukit.networks.writer import START, bits_per_token


def test_after_a_trigger_comes_the_token_before_it():
    text = texts(50, seed=3).numpy()
    rows, columns = np.nonzero(np.isin(text[:, 2:-1], TRIGGERS))
    assert len(rows) > 100 and (text[rows, columns + 3] == text[rows, columns + 1]).all()
    assert (text[:, 0] == START).all() and text[:, 1:].max() < START


def test_seeds_give_other_texts_of_the_same_table():
    one, two = texts(400, seed=0).numpy(), texts(400, seed=1).numpy()
    assert not np.array_equal(one, two)
    follows = [np.zeros((17, 17)) for _ in range(2)]
    for table, text in zip(follows, (one, two), strict=True):
        np.add.at(table, (text[:, 1:-1].ravel(), text[:, 2:].ravel()), 1)
        table /= table.sum(1, keepdims=True)
    assert np.abs(follows[0] - follows[1])[:14].max() < 0.15


def test_a_window_without_the_start_costs_bits_and_one_sink_brings_them_back():
    model, unseen = reader(0, epochs=4), texts(100, seed=2)
    whole = bits_per_token(model, unseen)
    bare, kept = (bits_per_token(model, unseen, visible=window_mask(64, 4, sinks)) for sinks in (0, 1))
    assert bare - whole > 3 * abs(kept - whole) and bare - whole > 0.02
    weights = first_layer_weights(model, unseen)
    torch.testing.assert_close(weights.sum(-1), torch.ones(100, 1, 65))
    assert bool((weights.triu(1) == 0).all())
    seen = window_mask(65, 4, 1)
    assert bool((first_layer_weights(model, unseen, visible=seen)[:, 0, ~seen] == 0).all())


@pytest.mark.parametrize("count", [0, -1, 2.5])
def test_other_counts_are_refused(count):
    with pytest.raises(ValueError, match="count must be a whole number"):
        texts(count)
