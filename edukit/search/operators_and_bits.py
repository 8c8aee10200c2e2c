"""Operators and bits: choose them together, or one after the other?

    one after the other   the front of all networks in float → each of these with all bits → the front of that
    together              every network with all bits → the front

The second looks at everything that the first looks at, and at more: on the images that choose, it cannot lose. On
other images it can: it has picked among more candidates, and the luckiest of many is luckier than the luckiest of few.

Symbols   bits (b_1, b_2): of the weights of each stage, per channel; stem and classifier have 8; activations stay float
Error     a weight moves by half a step at most: max|w| / (2^b - 2)
Cost      candidates = networks · pairs of bits, instead of networks of the float front · pairs of bits
Source    Wang et al. 2020 (APQ), https://arxiv.org/abs/2006.08509: architecture and bits searched together;
          Wang et al. 2019 (HAQ), https://arxiv.org/abs/1811.08886: bits of each layer, of a network that is given
In production  searches for accelerators with mixed precision; most phones know 8 bits only
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from edukit.copies import copied
from edukit.deployment.tradeoff import pareto_front
from edukit.quantization import choose_qparams, fake_quantize
from edukit.search.supernet import SubNetwork

ENDS = 8  # bits of the stem and the classifier, which are small and sensitive


@dataclass(frozen=True)
class Candidate:
    """A network with bits for each stage, None where it stays in float, its bytes and its accuracy, 0 to 1."""

    choice: tuple
    bits: tuple | None
    size_bytes: float
    accuracy: float


def rounded_to(net: SubNetwork, bits: Sequence[int]) -> nn.Module:
    """A copy whose weights lie on grids of so many bits, one for each channel out; still in float, so that it runs.

    A norm behind a convolution only scales its channels, and each channel has its own grid: so it is all the same
    whether one rounds before folding the norm or after.
    """
    _check(net, bits)
    small = copied(net)
    with torch.no_grad():
        for name, weight in small.named_parameters():
            if weight.ndim > 1:
                weight.copy_(_rounded(weight, _bits_of(name, bits)))
    return small


def stored_bytes(net: SubNetwork, bits: Sequence[int] | None) -> float:
    """Bytes of the network in a file: its weights at their bits, a scale of 2 and a bias of 4 bytes for each channel.

    bits   None: everything in float32, a bias for each channel

    >>> from edukit.search import Supernet
    >>> net = Supernet().sub(Supernet().smallest_choice)
    >>> stored_bytes(net, None), stored_bytes(net, (8, 8)), stored_bytes(net, (4, 4))
    (24616.0, 7404.0, 4868.0)
    """
    total = 0.0
    for name, weight in net.named_parameters():
        if weight.ndim > 1:
            b = 32 if bits is None else _bits_of(name, bits)
            total += weight.numel() * b / 8 + len(weight) * (4 if bits is None else 6)
    return total


def together(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The front of all candidates with bits: accuracy against bytes."""
    return front([candidate for candidate in candidates if candidate.bits is not None])


def one_after_the_other(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The networks of the float front first, then the front of these with all bits."""
    candidates = list(candidates)
    chosen = {c.choice for c in front([c for c in candidates if c.bits is None])}
    return front([c for c in candidates if c.bits is not None and c.choice in chosen])


def front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that no other beats in bytes and accuracy, the smallest first.

    >>> front([Candidate((0,), None, 9, 0.9), Candidate((1,), None, 4, 0.8), Candidate((2,), None, 5, 0.7)])[0].choice
    (1,)
    """
    kept = pareto_front([c.size_bytes for c in candidates], [c.accuracy for c in candidates])
    return sorted((candidates[i] for i in kept), key=lambda c: c.size_bytes)


def best_within(candidates: Sequence[Candidate], limit_bytes: float) -> Candidate:
    """The most accurate candidate that is small enough, of equal ones the smallest; ValueError where none is."""
    small = [c for c in candidates if c.size_bytes <= limit_bytes]
    if not small:
        least = min(c.size_bytes for c in candidates)
        raise ValueError(f"limit_bytes must be at least {least:,.0f}, the smallest candidate, got {limit_bytes!r}")
    return max(small, key=lambda c: (c.accuracy, -c.size_bytes))


def _rounded(weight: torch.Tensor, bits: int) -> torch.Tensor:
    peak = weight.abs().flatten(1).amax(1).reshape(-1, *[1] * (weight.ndim - 1))
    return fake_quantize(weight, choose_qparams(-peak, peak, bits, symmetric=True))


def _bits_of(name: str, bits: Sequence[int]) -> int:
    """`stages.1.0.body.3.weight` is a weight of the second stage."""
    room, _, rest = name.partition(".")
    return bits[int(rest.partition(".")[0])] if room == "stages" else ENDS


def _check(net, bits) -> None:
    if not isinstance(net, SubNetwork):
        raise TypeError(f"net must be a network of a supernet, got {type(net).__name__}")
    if len(bits) != len(net.stages):
        raise ValueError(f"bits must be {len(net.stages)} numbers, one for each stage, got {tuple(bits)}")
