"""The KV cache and shared heads: torch as oracle, token by token equals all at once, what is stored is what is read."""

import pytest
import torch
from torch.nn import functional as F

from edukit.measure import count_parameters
from edukit.networks.attention import GroupedAttention, KVCache, grouped_attention, softmax_attention
from edukit.training import seeded


def random(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (4, 1), (6, 3), (1, 1)])
def test_grouped_attention_is_torchs(heads, kv_heads):
    q, k, v = random(2, heads, 7, 5), random(2, kv_heads, 7, 5, seed=1), random(2, kv_heads, 7, 3, seed=2)
    theirs = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
    torch.testing.assert_close(grouped_attention(q, k, v), theirs)


def test_one_kv_head_for_each_head_is_plain_causal_attention():
    q, k, v = random(3, 4, 9, 5)
    torch.testing.assert_close(grouped_attention(q, k, v), softmax_attention(q, k, v, causal=True))


@pytest.mark.parametrize("cut", [1, 4, 8])
def test_the_last_queries_see_what_they_would_see_in_the_whole_text(cut):
    q, k, v = random(3, 4, 9, 5)
    torch.testing.assert_close(grouped_attention(q[:, cut:], k, v), grouped_attention(q, k, v)[:, cut:])


@pytest.mark.parametrize("kv_heads", [4, 2, 1])
@pytest.mark.parametrize("steps", [(9,), (4, 5), (1,) * 9, (6, 1, 2)])
def test_token_by_token_with_a_cache_is_all_at_once(kv_heads, steps):
    with seeded(0):
        layer = GroupedAttention(16, heads=4, kv_heads=kv_heads)
    x, cache = random(2, 9, 16), KVCache()
    parts = [layer(part, cache) for part in x.split(steps, 1)]
    torch.testing.assert_close(torch.cat(parts, 1), layer(x))
    assert (cache.length, cache.numbers) == (9, 2 * 2 * kv_heads * 9 * 4)


def test_what_is_stored_is_what_is_read():
    cache = KVCache(stored=torch.round)
    k, v = random(2, 1, 3, 4)
    keys, values = cache.add(k, v)
    assert torch.equal(keys, k.round()) and torch.equal(values, v.round())
    again, _ = cache.add(k, v)
    assert torch.equal(again, torch.cat([k, k], -2).round())


def test_an_empty_cache_holds_nothing():
    assert (KVCache().length, KVCache().numbers) == (0, 0)


def test_fewer_kv_heads_are_fewer_weights():
    counts = [count_parameters(GroupedAttention(16, 4, g)) for g in (4, 2, 1)]
    assert counts == [4 * (16 * 16 + 16), 2 * (16 * 16 + 16) + 2 * (16 * 8 + 8), 2 * (16 * 16 + 16) + 2 * (16 * 4 + 4)]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="where G divides H, do not fit"):
        grouped_attention(random(4, 3, 2), random(3, 3, 2), random(3, 3, 2))
    with pytest.raises(ValueError, match="q must hold the last of the 2 tokens, got 3 queries"):
        grouped_attention(random(4, 3, 2), random(4, 2, 2), random(4, 2, 2))
    with pytest.raises(ValueError, match="do not fit: got"):
        grouped_attention(random(4, 3, 2), random(4, 3, 5), random(4, 3, 2))
    with pytest.raises(ValueError, match="heads must divide the features, and kv_heads the heads, got 16, 4 and 3"):
        GroupedAttention(16, 4, 3)
    with pytest.raises(ValueError, match="do not fit: got"):
        KVCache().add(random(1, 3, 4), random(1, 2, 4))
