"""Softmax attention: torch as oracle, whole and block by block; shapes that do not fit."""

import pytest
import torch
from torch.nn import functional as F

from edukit.networks.attention import (
    block_attention,
    linear_attention,
    softmax_attention,
)

SHAPES = [((7, 4), (7, 4), (7, 3)), ((2, 3, 5, 8), (2, 3, 9, 8), (2, 3, 9, 6)), ((1, 1), (1, 1), (1, 1))]
KINDS = {"softmax": softmax_attention, "block by block": block_attention, "linear": linear_attention}


def qkv(shapes, scale=1.0, seed=0):
    random = torch.Generator().manual_seed(seed)
    return [scale * (2 * torch.rand(shape, generator=random) - 1) for shape in shapes]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("scale", [0.1, 3.0, 40.0])
def test_softmax_attention_equals_torchs(shapes, causal, scale):
    q, k, v = qkv(shapes, scale)
    if causal and q.shape[-2] != k.shape[-2]:
        pytest.raises(ValueError, softmax_attention, q, k, v, causal=True)
        return
    expected = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    torch.testing.assert_close(softmax_attention(q, k, v, causal=causal), expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("attention", KINDS.values(), ids=KINDS)
def test_shapes_that_do_not_fit_are_refused(attention):
    for shapes in (
        [(7, 4), (7, 5), (7, 3)],
        [(7, 4), (7, 4), (6, 3)],
        [(4,), (7, 4), (7, 3)],
        [(7, 4), (0, 4), (0, 3)],
    ):
        with pytest.raises(ValueError, match="do not fit: got"):
            attention(*map(torch.zeros, shapes))
