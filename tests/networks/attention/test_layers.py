"""Attention layers: torch's own layer as oracle, equal parameters, heads that divide."""

import pytest
import torch
from torch import nn

from edukit.measure import count_parameters
from edukit.networks.attention import (
    LinearAttention,
    SoftmaxAttention,
)
from edukit.training import seeded


def qkv(shapes, scale=1.0, seed=0):
    random = torch.Generator().manual_seed(seed)
    return [scale * (2 * torch.rand(shape, generator=random) - 1) for shape in shapes]


@pytest.mark.parametrize("layer", [SoftmaxAttention, LinearAttention])
def test_layers_have_the_shape_of_their_input_and_equal_parameters(layer):
    assert layer(12, heads=3)(torch.zeros(2, 5, 12)).shape == (2, 5, 12)
    assert count_parameters(layer(12, heads=3)) == 4 * (12 * 12 + 12)


def test_the_softmax_layer_equals_torchs_multi_head_attention():
    with seeded(0):
        ours = SoftmaxAttention(12, heads=3)
    theirs = nn.MultiheadAttention(12, 3, batch_first=True)
    parts = (ours.query, ours.key, ours.value)
    theirs.load_state_dict(
        {
            "in_proj_weight": torch.cat([part.weight for part in parts]),
            "in_proj_bias": torch.cat([part.bias for part in parts]),
            "out_proj.weight": ours.out.weight,
            "out_proj.bias": ours.out.bias,
        }
    )
    (x,) = qkv([(2, 7, 12)])
    torch.testing.assert_close(ours(x), theirs(x, x, x, need_weights=False)[0])


def test_heads_must_divide_the_features():
    for heads in (0, 5, 1.5):
        with pytest.raises(ValueError, match="heads must divide the 12 features"):
            LinearAttention(12, heads)
