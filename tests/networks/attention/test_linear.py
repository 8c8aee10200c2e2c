"""Linear attention: the quadratic formula, the parallel and the running form are one, outputs are means."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.measure import count_macs
from edukit.networks.attention import (
    LinearState,
    linear_attention,
    linear_weights,
    positive,
    softmax_attention,
    softmax_weights,
)

SHAPES = [((7, 4), (7, 4), (7, 3)), ((2, 3, 5, 8), (2, 3, 9, 8), (2, 3, 9, 6)), ((1, 1), (1, 1), (1, 1))]
KINDS = {"softmax": softmax_attention, "linear": linear_attention}
WEIGHTS = {"softmax": softmax_weights, "linear": linear_weights}


def qkv(shapes, scale=1.0, seed=0):
    random = torch.Generator().manual_seed(seed)
    return [scale * (2 * torch.rand(shape, generator=random) - 1) for shape in shapes]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("scale", [0.1, 3.0, 20.0])
def test_linear_attention_is_the_quadratic_formula_with_another_kernel(shapes, scale):
    q, k, v = qkv(shapes, scale)
    weights = (F.elu(q.double()) + 1) @ (F.elu(k.double()) + 1).transpose(-2, -1)
    expected = (weights / weights.sum(-1, keepdim=True)) @ v.double()
    torch.testing.assert_close(linear_attention(q, k, v).double(), expected, rtol=1e-4, atol=1e-5 * scale)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("causal", [False, True])
def test_the_weights_are_shares_and_give_the_output(kind, causal):
    q, k, v = qkv([(2, 9, 4), (2, 9, 4), (2, 9, 3)], scale=3.0)
    weights = WEIGHTS[kind](q, k, causal=causal)
    assert bool((weights >= 0).all()) and bool((weights.triu(1) == 0).all()) == causal
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 9))
    torch.testing.assert_close(weights @ v, KINDS[kind](q, k, v, causal=causal), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_parallel_and_running_causal_forms_are_equal(leading):
    q, k, v = qkv([(*leading, 11, 5), (*leading, 11, 5), (*leading, 11, 4)])
    state = LinearState.empty(*leading, d=5, e=4)
    running = torch.stack([state.step(q[..., i, :], k[..., i, :], v[..., i, :]) for i in range(11)], -2)
    torch.testing.assert_close(running, linear_attention(q, k, v, causal=True))
    torch.testing.assert_close(running[..., -1, :], linear_attention(q, k, v)[..., -1, :])  # the last one sees all


@pytest.mark.parametrize("attention", KINDS.values(), ids=KINDS)
def test_causal_means_that_the_future_does_not_matter(attention):
    q, k, v = qkv([(9, 4), (9, 4), (9, 3)])
    other = [torch.cat([t[:5], 9 * t[5:]]) for t in (q, k, v)]
    before, after = attention(q, k, v, causal=True), attention(*other, causal=True)
    torch.testing.assert_close(before[:5], after[:5])
    torch.testing.assert_close(before[0], v[0])
    assert not torch.allclose(before[5:], after[5:])


@pytest.mark.parametrize("attention", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_every_output_lies_among_the_values(attention, causal, scale):
    q, k, v = qkv([(3, 12, 6), (3, 12, 6), (3, 12, 5)], scale)
    y = attention(q, k, v, causal=causal)
    slack = 1e-5 * scale
    assert bool((y <= v.amax(-2, keepdim=True) + slack).all() and (y >= v.amin(-2, keepdim=True) - slack).all())
    torch.testing.assert_close(attention(q, k, torch.full_like(v, 7), causal=causal), torch.full_like(v, 7))


def test_the_feature_map_is_elu_plus_one_and_never_zero():
    x = torch.linspace(-80, 80, 999)
    torch.testing.assert_close(positive(x), F.elu(x) + 1, rtol=1e-5, atol=1e-7)
    assert bool((positive(x) > 0).all())
    slopes = torch.tensor([-3.0, 0.0, 2.0], requires_grad=True)
    positive(slopes).sum().backward()
    torch.testing.assert_close(slopes.grad[[0, 2]], torch.tensor([-3.0, 0.0]).exp())
    assert bool((slopes.grad > 0).all())
    q = torch.full((4, 3), -30.0)  # elu(-30) + 1 is 0 in float32, and 0 / 0 is NaN
    assert bool(torch.isfinite(linear_attention(q, q, torch.ones(4, 2))).all())


@pytest.mark.parametrize("low", [-30.0, -200.0, -1e6])
def test_a_query_that_is_low_everywhere_still_has_an_answer(low):
    """e^low is 0 in float32: in every form the query is lifted first."""
    q, k, v = qkv([(6, 4), (6, 4), (6, 3)])
    q, state = q + low, LinearState.empty(d=4, e=3)
    exact = ((q - low).double().exp() @ (F.elu(k.double()) + 1).T).tril()
    expected = (exact / exact.sum(-1, keepdim=True) @ v.double()).float()
    running = torch.stack([state.step(q[i], k[i], v[i]) for i in range(6)])
    for found in (running, linear_attention(q, k, v, causal=True), linear_weights(q, k, causal=True) @ v):
        torch.testing.assert_close(found, expected, rtol=0.1, atol=0.1 if low < -1e5 else 1e-4)


@pytest.mark.parametrize("N", [16, 64, 256])
def test_multiply_adds_are_those_of_the_formulas(N):
    d = 16

    class Alone(nn.Module):
        def __init__(self, attend):
            super().__init__()
            self.attend = attend

        def forward(self, x):
            return self.attend(x, x, x)

    assert count_macs(Alone(softmax_attention), (N, d)) == N * N * 2 * d
    assert count_macs(Alone(linear_attention), (N, d)) == 2 * N * d * d + N * d  # the last term: the denominators
