"""Softmax block by block: torch as oracle for any block, the numbers of a hand calculation, no N² numbers in memory."""

import math

import pytest
import torch
from torch.nn import functional as F

from edukit.networks.attention import BlockState, block_attention, softmax_attention

SHAPES = [((7, 4), (7, 4), (7, 3)), ((2, 3, 5, 8), (2, 3, 9, 8), (2, 3, 9, 6)), ((1, 1), (1, 1), (1, 1))]


def qkv(shapes, scale=1.0):
    random = torch.Generator().manual_seed(0)
    return [scale * (2 * torch.rand(shape, generator=random) - 1) for shape in shapes]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("block", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("scale", [0.1, 3.0, 40.0])
def test_every_block_gives_what_torch_gives(shapes, block, scale):
    q, k, v = qkv(shapes, scale)
    expected = F.scaled_dot_product_attention(q, k, v)
    torch.testing.assert_close(block_attention(q, k, v, block=block), expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("block", [1, 2, 5, 12, 13])
def test_causal_blocks_give_what_torch_gives(block):
    q, k, v = qkv([(2, 12, 4), (2, 12, 4), (2, 12, 3)], 5.0)
    expected = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    torch.testing.assert_close(block_attention(q, k, v, block=block, causal=True), expected, rtol=1e-4, atol=1e-5)


def test_the_running_numbers_are_those_of_the_hand_calculation():
    """Weights 1, 2, 4, 1 and values 8, 4, 2, 0 in two blocks: the mean is 24 / 8."""
    scores = torch.tensor([[1.0, 2.0, 4.0, 1.0]]).log()
    values = torch.tensor([[8.0], [4.0], [2.0], [0.0]])
    state = BlockState.empty(torch.zeros(1, 1), e=1)
    seen = []
    for keys in (slice(0, 2), slice(2, 4)):
        state.see(scores[:, keys], values[keys])
        seen.append((state.maximum.item(), state.total.item(), state.values.item()))
    assert seen == [pytest.approx((math.log(2), 1.5, 8)), pytest.approx((math.log(4), 2, 6))]
    assert state.output.item() == pytest.approx(3)


def test_a_block_of_hidden_keys_changes_nothing():
    state = BlockState.empty(torch.zeros(2, 4), e=1)
    hidden = torch.full((2, 3), -torch.inf)
    for scores in (hidden, torch.zeros(2, 3), hidden):
        state.see(scores, torch.tensor([[1.0], [2.0], [3.0]]))
    assert state.total.tolist() == [3, 3] and state.output.flatten().tolist() == [2, 2]


def test_scores_beyond_every_exponential_still_have_a_mean():
    q, k, v = qkv([(6, 4), (6, 4), (6, 2)], 400.0)
    torch.testing.assert_close(block_attention(q, k, v, block=2), softmax_attention(q, k, v))


def test_nan_is_not_hidden():
    q, k, v = qkv(SHAPES[0])
    k[3, 0] = torch.nan
    assert bool(block_attention(q, k, v, block=2).isnan().all())


def test_gradients_are_those_of_the_whole_softmax():
    one, two = ([t.clone().requires_grad_() for t in qkv(SHAPES[0])] for _ in range(2))
    block_attention(*one, block=2, causal=True).square().sum().backward()
    softmax_attention(*two, causal=True).square().sum().backward()
    for a, b in zip(one, two, strict=True):
        torch.testing.assert_close(a.grad, b.grad)


def test_no_tensor_on_the_way_has_n_times_n_numbers():
    largest = []

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, arguments=(), options=None):
            result = function(*arguments, **(options or {}))
            largest.append(result.numel() if isinstance(result, torch.Tensor) else 0)
            return result

    q, k, v = qkv([(200, 4), (200, 4), (200, 4)])
    with Watch():
        block_attention(q, k, v, block=10)
    assert max(largest) == 200 * 4  # the output


@pytest.mark.parametrize("block", [0, -1, 1.5, True])
def test_other_blocks_are_refused(block):
    with pytest.raises(ValueError, match="block must be a whole number"):
        block_attention(*qkv(SHAPES[0]), block=block)
