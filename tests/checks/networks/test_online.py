"""Right answers in other words pass; a softmax that holds all scores is told so, however right its numbers are."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.checks import networks as check
from edukit.networks.attention import BlockState


def with_lists(q, k, v, block):
    """Key by key, in plain Python: a block of one is a block as well."""
    m, total, mean = float("-inf"), 0.0, [0.0] * v.shape[1]
    for key, value in zip(k, v, strict=True):
        score = float(key @ q) / len(q) ** 0.5
        new = max(m, score)
        total = total * np.exp(m - new) + np.exp(score - new)
        mean = [a * np.exp(m - new) + np.exp(score - new) * b for a, b in zip(mean, value, strict=True)]
        m = new
    return [a / total for a in mean]


def always_normalised(q, k, v, block):
    """Holds the mean itself instead of a sum of values."""
    m, total, mean = -np.inf, 0.0, np.zeros(v.shape[1])
    for i in range(0, len(k), block):
        s = k[i : i + block] @ q / np.sqrt(len(q))
        new = max(m, s.max())
        w = np.exp(s - new)
        held = total * np.exp(m - new)
        mean = (held * mean + w @ v[i : i + block]) / (held + w.sum())
        total = held + w.sum()
        m = new
    return mean


def with_the_package(q, k, v, block):
    q, k, v = map(torch.from_numpy, map(np.asarray, (q, k, v)))
    state = BlockState.empty(q[None], e=v.shape[1])
    for i in range(0, len(k), block):
        state.see((k[i : i + block] @ q / len(q) ** 0.5)[None], v[i : i + block])
    return state.output[0].numpy()


def by_sdpa(q, k, v, block):
    """Torch's own, which goes block by block as well."""
    q, k, v = map(torch.from_numpy, map(np.asarray, (q[None], k, v)))
    return F.scaled_dot_product_attention(q, k, v)[0].numpy()


@pytest.mark.parametrize("answer", [always_normalised, with_the_package, by_sdpa, with_lists])
def test_other_right_ways_to_write_it_pass(answer):
    assert check.online_softmax(answer), check.online_softmax(answer)


def test_all_scores_at_once_are_refused_though_the_numbers_are_right():
    def whole(q, k, v, block):
        scores = k @ q / np.sqrt(len(q))
        weights = np.exp(scores - scores.max())
        return weights / weights.sum() @ v

    assert "all N scores stood in memory" in check.online_softmax(whole).line


def test_all_scores_at_once_are_refused_in_torch_too():
    def whole(q, k, v, block):
        q, k, v = map(torch.from_numpy, map(np.asarray, (q, k, v)))
        return ((k @ q / len(q) ** 0.5).softmax(0) @ v).numpy()

    assert "an array of 2,000 numbers" in check.online_softmax(whole).line


def test_two_passes_over_the_keys_hold_little_and_pass():
    def twice(q, k, v, block):
        parts = [slice(i, i + block) for i in range(0, len(k), block)]
        largest = max((k[part] @ q).max() for part in parts) / np.sqrt(len(q))
        weights = [
            np.exp(k[part] @ q / np.sqrt(len(q)) - largest) @ np.c_[v[part], np.ones(len(v[part]))] for part in parts
        ]
        *sums, total = sum(weights)
        return np.array(sums) / total

    assert check.online_softmax(twice)


@pytest.mark.parametrize("start", [0.0, -100.0, -1000.0])
def test_a_maximum_that_starts_at_a_number_is_refused(start):
    def answer(q, k, v, block):
        largest, total, mean = start, 0.0, 0.0
        for at in range(0, len(k), block):
            scores = k[at : at + block] @ q / len(q) ** 0.5
            before, largest = largest, max(largest, scores.max())
            weights = np.exp(scores - largest)
            total = np.exp(before - largest) * total + weights.sum()
            mean = np.exp(before - largest) * mean + weights @ v[at : at + block]
        return mean / total

    assert not check.online_softmax(answer)


def test_the_size_of_a_block_is_a_plain_number_for_the_large_question_too():
    def in_torch(q, k, v, block):
        q, k, v = (torch.as_tensor(part) for part in (q, k, v))
        largest, total, mean = torch.tensor(-torch.inf, dtype=q.dtype), 0.0, 0.0
        for keys, values in zip(k.split(block), v.split(block), strict=True):
            scores = keys @ q / len(q) ** 0.5
            before, largest = largest, torch.maximum(largest, scores.max())
            weights = torch.exp(scores - largest)
            total = torch.exp(before - largest) * total + weights.sum()
            mean = torch.exp(before - largest) * mean + weights @ values
        return mean / total

    assert check.online_softmax(in_torch), check.online_softmax(in_torch)
