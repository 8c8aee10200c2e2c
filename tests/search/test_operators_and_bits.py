"""Operators and bits: rounded weights, bytes by hand, and which search sees more."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.measure import count_parameters
from edukit.quantization import fold_batchnorm
from edukit.search import Supernet
from edukit.search.operators_and_bits import (
    Candidate,
    best_within,
    front,
    one_after_the_other,
    rounded_to,
    stored_bytes,
    together,
)
from edukit.training import seeded


def network() -> nn.Module:
    with seeded(0):
        net = Supernet().eval()
        sub = net.sub(net.space.sample(0), torch.rand(8, 3, 32, 32))
    return sub


def drawn(count: int, seed: int = 0) -> list[Candidate]:
    """Candidates of 10 networks in float and with two bits each, of random bytes and accuracies."""
    draw = np.random.default_rng(seed)
    options = [None, (4, 4), (8, 8)]
    return [Candidate((i,), b, *draw.uniform(1, 2, 2)) for i in range(count) for b in options]


@pytest.mark.parametrize("bits", [(2, 8), (4, 3)])
def test_each_channel_has_at_most_so_many_values_and_errors_of_half_a_step(bits):
    net = network()
    small = rounded_to(net, bits)
    for stage, b in enumerate(bits):
        pairs = zip(net.stages[stage].parameters(), small.stages[stage].parameters(), strict=True)
        for before, after in ((w, q) for w, q in pairs if w.ndim == 4):
            step = before.abs().flatten(1).amax(1) / (2 ** (b - 1) - 1)
            assert (((before - after).abs().flatten(1).amax(1)) <= step / 2 + 1e-6).all()
            assert max(len(channel.unique()) for channel in after.detach()) <= 2**b - 1
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), network().parameters(), strict=True))


def test_rounding_before_or_after_folding_the_norm_is_the_same():
    net = network()
    small = rounded_to(net, (4, 4)).stages[0][0].body[:2]
    folded = fold_batchnorm(nn.Sequential(*net.stages[0][0].body[:2]))
    weight = next(p for p in folded.parameters() if p.ndim == 4)
    norm = small[1]
    ours = small[0].weight * (norm.weight / (norm.running_var + norm.eps).sqrt())[:, None, None, None]
    step = weight.abs().flatten(1).amax(1) / 7
    codes = (weight.flatten(1) / step[:, None]).round()
    assert torch.allclose(ours.flatten(1), codes * step[:, None], atol=1e-5)


def test_bytes_by_hand():
    net = network()
    layers = [module for module in net.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    channels = sum(layer.weight.shape[0] for layer in layers)
    weights = sum(layer.weight.numel() for layer in layers)
    assert stored_bytes(net, None) == 4 * (weights + channels)
    assert stored_bytes(net, (8, 8)) == weights + 6 * channels
    inner = sum(p.numel() for p in net.stages.parameters() if p.ndim == 4)
    assert stored_bytes(net, (8, 8)) - stored_bytes(net, (4, 4)) == inner / 2
    assert count_parameters(net) == weights + 2 * (channels - 10) + 10


@pytest.mark.parametrize("seed", range(20))
def test_where_they_choose_searching_together_is_never_behind(seed):
    candidates = drawn(10, seed)
    both, after = together(candidates), one_after_the_other(candidates)
    for candidate in after:
        assert best_within(both, candidate.size_bytes).accuracy >= candidate.accuracy


def test_the_front_rises_with_the_bytes():
    kept = front(drawn(30))
    assert all(a.size_bytes < b.size_bytes and a.accuracy < b.accuracy for a, b in zip(kept, kept[1:], strict=False))


def test_one_after_the_other_knows_no_network_off_the_float_front():
    candidates = [
        Candidate((0,), None, 100, 0.9),
        Candidate((1,), None, 110, 0.9),  # beaten in float, but it stands more rounding
        Candidate((0,), (4, 4), 20, 0.5),
        Candidate((1,), (4, 4), 22, 0.89),
    ]
    assert [c.choice for c in one_after_the_other(candidates)] == [(0,)]
    assert [c.choice for c in together(candidates)] == [(0,), (1,)]


def test_a_limit_that_nothing_keeps_is_refused_with_the_smallest_size():
    with pytest.raises(ValueError, match="limit_bytes must be at least 20"):
        best_within([Candidate((0,), None, 20, 0.5)], 19)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="bits must be 2 numbers, one for each stage"):
        rounded_to(network(), (8,))
    with pytest.raises(TypeError, match="net must be a network of a supernet, got Linear"):
        rounded_to(nn.Linear(2, 2), (8, 8))
    with pytest.raises(ValueError, match="bits"):
        rounded_to(network(), (1, 8))
