"""Right answers in other words pass: with the package, with torch, with lists and with ranges."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.checks import networks as check
from edukit.networks.attention import KVCache, grouped_attention, window_mask
from edukit.networks.language_model import LanguageModel


def with_the_package(keys, values, q, k, v):
    cache = KVCache()
    if len(keys):
        cache.add(torch.from_numpy(keys)[None], torch.from_numpy(values)[None])
    kept = cache.add(*(torch.from_numpy(part)[None, None] for part in (k, v)))
    y = grouped_attention(torch.from_numpy(q)[None, None], *kept)
    return [y[0, 0].numpy(), *(part[0].numpy() for part in kept)]


def with_torch(keys, values, q, k, v):
    keys, values = np.vstack([keys, k]), np.vstack([values, v])
    y = F.scaled_dot_product_attention(*(torch.from_numpy(part)[None] for part in (q[None], keys, values)))
    return y[0, 0].numpy(), keys, values


def of_a_model(layers, kv_heads, features, tokens, bits):
    return LanguageModel(layers, 8, kv_heads, kv_heads, features, 8).cache_bytes(tokens, bits)


def of_the_last_row(tokens, window, sinks):
    return np.flatnonzero(window_mask(tokens, window, sinks)[-1].numpy())


def with_a_set(tokens, window, sinks):
    return sorted({*range(min(sinks, tokens)), *range(max(0, tokens - window), tokens)})


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.cached_step, with_the_package),
        (check.cached_step, with_torch),
        (check.cache_bytes, of_a_model),
        (check.cache_bytes, lambda L, g, d, n, bits: L * g * n * d * bits // 4),
        (check.kept_tokens, of_the_last_row),
        (check.kept_tokens, with_a_set),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_a_step_that_writes_into_the_old_cache_is_told_so():
    def in_place(keys, values, q, k, v):
        keys += 0 * k + 1
        return check.cached_step.solve(keys, values, q, k, v)

    assert "changed its input" in check.cached_step(in_place).line


def test_a_cache_of_another_shape_is_told_the_shape():
    def flat(keys, values, q, k, v):
        y, keys, values = check.cached_step.solve(keys, values, q, k, v)
        return y, keys.ravel(), values

    assert "keys has the shape (1, 2), yours has (2,)" in check.cached_step(flat).line


@pytest.mark.parametrize("exercise", [check.cached_step, check.step])
def test_text_and_a_generator_are_refused_and_float32_is_not(exercise):
    assert not exercise(lambda *question: tuple(part.astype(str) for part in exercise.solve(*question)))
    assert not exercise(lambda *question: (part for part in exercise.solve(*question)))
    assert exercise(lambda *question: [np.float32(part) for part in exercise.solve(*question)])
