"""Codebooks: weights share a few values, found by k-means, and each weight stores the number of its value.

    k-means       code = argmin_k |w - c_k|,  then  c_k = mean of the weights with code k,  until nothing changes
                  (a value that no weight has moves to the weight that is farthest from its own)
    fine-tuning   ∂loss/∂c_k = Σ ∂loss/∂w  over the weights with code k: the weights that share a value move together

n weights take b n + 32 · 2^b bits. A weight of exactly 0 was pruned, keeps code 0, and stays 0.

Symbols   w weights · c_k centroids, 2^b of them a layer · b bits of a code
Shapes    codes in the shape of w; centroids (2^b,), sorted at the start
Bound     no step of k-means makes Σ (w - c)² larger; where it ends depends on where it starts
Source    Han, Mao & Dally 2015, https://arxiv.org/abs/1510.00149, section 3: a linear start is best, since it places
          centroids among the few large weights; Arthur & Vassilvitskii 2007,
          https://theory.stanford.edu/~sergei/papers/kMeansPP-soda.pdf (k-means++)
In production  Core ML Tools calls it palettization. No integer unit multiplies codes: they are looked up first
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.func import functional_call

from edukit.copies import copied
from edukit.quantization.grid.affine import check_bits
from edukit.quantization.lowbit.patterns import finite
from edukit.refuse import check_model, check_real, check_whole

STARTS = ("linear", "k-means++")


@dataclass(frozen=True)
class Codebook:
    """Whole numbers, and the value that each of them stands for."""

    codes: np.ndarray
    centroids: np.ndarray

    @property
    def values(self) -> np.ndarray:
        """What is stored for each weight, float32."""
        return self.centroids[self.codes]


def kmeans(w, clusters: int, *, start: str = "linear", seed: int = 0, steps: int = 300) -> Codebook:
    """The codebook of `clusters` values that k-means finds for w, in at most `steps` steps.

    start   "linear": evenly from the least weight to the largest, the same every time
            "k-means++": weights drawn from `seed`, each with a chance that grows with its distance to those drawn
    Raises ValueError for an empty w, NaN, infinity, and clusters below 1.

    >>> book = kmeans(np.array([0.0, 0.1, 0.9, 1.1, 1.0]), 2)
    >>> book.codes.tolist(), book.centroids.round(2).tolist()
    ([0, 0, 1, 1, 1], [0.05000000074505806, 1.0])
    """
    clusters = check_whole(clusters, "clusters")
    steps = check_whole(steps, "steps", 0)
    check_real(w, "w")
    if start not in STARTS:
        raise ValueError(f"start must be one of {', '.join(STARTS)}, got {start!r}")
    w = finite(w)
    if not w.size:
        raise ValueError("w is empty; a codebook needs at least one weight")
    distinct = np.unique(w)
    if len(distinct) <= clusters:  # every weight has a value of its own
        centroids = np.pad(distinct, (0, clusters - len(distinct)), "edge")
    else:
        ordered = np.sort(w, axis=None)
        centroids = _lloyd(ordered, _start(ordered, clusters, start, seed), steps)
    return Codebook(np.searchsorted(_middles(centroids), w).astype(np.int32), centroids.astype(np.float32))


class SharedWeights(nn.Module):
    """A copy of a model whose weights come from codebooks, one for each parameter of two axes or more.

    Its own parameters are the centroids, and the model's biases and norms: `edukit.training.fit` fine-tunes it like
    any other model. Weights that are exactly 0 were pruned: they stay 0, and 2^bits - 1 values are left for the others.

    bits    2 to 8
    Raises ValueError for other bits, NaN in a weight, and a model without such weights.

    >>> shared = SharedWeights(nn.Linear(8, 4), bits=2)
    >>> sorted({tuple(p.shape) for p in shared.parameters() if p.requires_grad}), len(shared.plain().weight.unique())
    ([(4,)], 4)
    """

    def __init__(self, model: nn.Module, bits: int, *, start: str = "linear", seed: int = 0):
        super().__init__()
        check_model(model)
        bits = check_bits(bits, most=8)
        self.bits = bits
        self.model = copied(model)
        self.names = [name for name, w in self.model.named_parameters() if w.ndim > 1]
        if not self.names:
            raise ValueError(f"model has no weight of two axes or more to share, got {type(model).__name__}")
        self.centroids = nn.ParameterList()
        for number, name in enumerate(self.names):
            w = self.model.get_parameter(name).requires_grad_(False)
            codes, centroids = _shared(w.numpy(), bits, start, seed)
            self.register_buffer(f"codes_{number}", torch.from_numpy(codes))
            self.centroids.append(nn.Parameter(torch.from_numpy(centroids)))

    def forward(self, *inputs):
        return functional_call(self.model, self.weights(), inputs)

    def codes(self) -> dict[str, torch.Tensor]:
        """The code of each weight; 0 is a pruned one, the first centroid has code 1."""
        return {name: getattr(self, f"codes_{number}") for number, name in enumerate(self.names)}

    def weights(self) -> dict[str, torch.Tensor]:
        """The weights as they are looked up: 0, or a centroid."""
        zero = torch.zeros(1)
        books = zip(self.codes().items(), self.centroids, strict=True)
        return {name: torch.cat([zero.to(c), c])[codes.long()] for (name, codes), c in books}

    def plain(self) -> nn.Module:
        """A model like the first one, in evaluation mode, with the shared weights in place."""
        model = copied(self.model)
        for name, w in self.weights().items():
            model.get_parameter(name).data.copy_(w.detach())
        return model.requires_grad_(True).eval()


def _lloyd(ordered, centroids, steps) -> np.ndarray:
    """Centroids in order, where the weights in order are closest to the mean of their own."""
    sums = np.append(0, np.cumsum(ordered))  # so that the sum of a cluster is one subtraction
    for _ in range(steps):
        before = centroids
        edges = np.r_[0, np.searchsorted(ordered, _middles(centroids)), ordered.size]
        counts = np.diff(edges)
        centroids = np.diff(sums[edges]) / np.maximum(counts, 1)
        if empty := (counts == 0).sum():  # values that no weight has go where they are missed most
            distance = np.abs(ordered - np.repeat(before, counts))
            centroids[counts == 0] = ordered[np.argsort(distance, stable=True)[-empty:]]
            centroids.sort()
        if np.array_equal(centroids, before):
            break
    return centroids


def _shared(w, bits, start, seed):
    """Codes, 0 for what was pruned, and centroids for codes 1 and up."""
    codes = np.zeros(w.shape, np.uint16)
    kept = w != 0
    if not kept.any():
        return codes, np.zeros(1, np.float32)
    book = kmeans(w[kept], 2**bits - (not kept.all()), start=start, seed=seed)
    codes[kept] = book.codes + 1
    return codes, book.centroids


def _start(ordered, clusters, start, seed) -> np.ndarray:
    if start == "linear":
        return np.linspace(ordered[0], ordered[-1], clusters)
    rng = np.random.default_rng(seed)
    centroids = [rng.choice(ordered)]
    for _ in range(clusters - 1):
        distance = np.min([(ordered - c) ** 2 for c in centroids], 0)
        chances = np.cumsum(distance) / distance.sum() if distance.any() else np.ones(1)
        centroids.append(ordered[np.searchsorted(chances, rng.random())])
    return np.sort(centroids)


def _middles(centroids) -> np.ndarray:
    return (centroids[1:] + centroids[:-1]) / 2
