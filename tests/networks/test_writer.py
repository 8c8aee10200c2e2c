"""The writer: with a cache and without it writes the same, later tokens do not matter, bits are those of the counts."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from edukit.measure import count_parameters
from edukit.networks.attention import window_mask
from edukit.networks.writer import PIXELS, START, Writer, as_tokens, bits_per_token, next_token_loss, write
from edukit.training import seeded

with seeded(0):
    MODEL = Writer(kv_heads=2).eval()
IMAGES = np.random.default_rng(0).integers(0, 17, (3, 1, 8, 8)).astype(np.float32) / 16
TOKENS = as_tokens(IMAGES)


def test_a_text_is_the_start_and_the_pixels_row_by_row():
    assert TOKENS.shape == (3, 65) and bool((TOKENS[:, 0] == START).all())
    assert np.array_equal(TOKENS[:, 1:].reshape(3, 1, 8, 8), 16 * IMAGES)


@pytest.mark.parametrize("steps", [(65,), (33, 32), (1,) * 65])
def test_token_by_token_gives_the_scores_of_all_at_once(steps):
    caches = MODEL.caches()
    with torch.no_grad():
        parts = [MODEL(part, caches) for part in TOKENS.split(steps, 1)]
        torch.testing.assert_close(torch.cat(parts, 1), MODEL(TOKENS), rtol=1e-4, atol=1e-5)
    assert [cache.length for cache in caches] == [65, 65]


@pytest.mark.parametrize("prompt", [1, 33, 64])
def test_a_cache_changes_nothing_that_is_written(prompt):
    one, two = (write(MODEL, TOKENS[:, :prompt], cached=cached, seed=3) for cached in (True, False))
    assert torch.equal(one, two) and torch.equal(one[:, :prompt], TOKENS[:, :prompt])
    assert one.shape == (3, PIXELS + 1) and int(one[:, 1:].max()) < START


def test_later_tokens_do_not_matter():
    other = TOKENS.clone()
    other[:, 40:] = 0
    torch.testing.assert_close(MODEL(TOKENS)[:, :40], MODEL(other)[:, :40])


def test_bits_are_minus_log2_of_the_probability_of_the_right_token():
    with torch.no_grad():
        chance = MODEL(TOKENS[:, :-1]).softmax(-1).gather(-1, TOKENS[:, 1:, None])
    assert bits_per_token(MODEL, TOKENS) == pytest.approx(-chance.log2().mean().item(), rel=1e-5)
    loss = next_token_loss(MODEL, TOKENS[:, :-1], TOKENS[:, 1:]).item()
    assert loss / math.log(2) == pytest.approx(bits_per_token(MODEL, TOKENS), rel=1e-5)


def test_a_window_as_long_as_the_text_and_caches_that_round_nothing_change_no_bit():
    whole = bits_per_token(MODEL, TOKENS)
    assert bits_per_token(MODEL, TOKENS, visible=window_mask(64, 64)) == pytest.approx(whole, rel=1e-6)
    assert bits_per_token(MODEL, TOKENS, caches=MODEL.caches()) == pytest.approx(whole, rel=1e-6)
    assert bits_per_token(MODEL, TOKENS, caches=MODEL.caches(torch.round)) != pytest.approx(whole, rel=1e-6)


def test_fewer_kv_heads_have_fewer_weights_and_other_sizes_are_refused():
    counts = [count_parameters(Writer(kv_heads)) for kv_heads in (4, 2, 1)]
    assert counts == sorted(counts, reverse=True) and len(set(counts)) == 3
    with pytest.raises(ValueError, match="kv_heads"):
        Writer(3)
    with pytest.raises(ValueError, match="tokens of the prompt"):
        write(MODEL, torch.zeros(1, 0, dtype=torch.long))
    assert isinstance(MODEL, nn.Module)
