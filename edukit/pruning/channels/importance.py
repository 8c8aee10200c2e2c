"""Scores of channels from the norm behind them, from their activations, and from their effect on the loss.

    batchnorm   s_c = Σ |γ|                            a small factor makes all that the channel sends small
    activity    s_c = share of y > 0 = 1 - APoZ        y behind the ReLU: a channel that is mostly 0 says little
    taylor      s_c = mean over batches of (Σ w ∂L/∂w)²   over the weights w that read the channel
    random      drawn at random                        the baseline

Removing a channel sets its readers' weights to 0, and L then changes by -Σ w ∂L/∂w to first order. By the chain rule
that sum is also Σ a ∂L/∂a over the channel's activations a, so no norm or ReLU in between matters.

Symbols   γ factor of a batch norm · y activation · L loss · c channel
Shapes    {maker: (filters,)}, one number for each filter and the same for all filters that make one channel; `shrink`
          takes it as its method. Filters that cannot go have 0
Bound     taylor is exact where the loss is linear in the channel's gate; 0 <= activity <= 1
Source    Liu et al. 2017, https://arxiv.org/abs/1708.06519 (γ); Hu et al. 2016, https://arxiv.org/abs/1607.03250
          (APoZ, the average percentage of zeros); Molchanov et al. 2016, https://arxiv.org/abs/1611.06440, and 2019,
          https://arxiv.org/abs/1906.10771
In production  torch_pruning's BNScaleImportance and GroupTaylorImportance
"""

import math
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from edukit.checked import checked
from edukit.copies import copied
from edukit.graph import watched
from edukit.inputs import as_inputs
from edukit.pruning.channels.groups import along, varies
from edukit.pruning.channels.trace import Follower, follow
from edukit.refuse import check_whole
from edukit.training import cross_entropy
from edukit.training.labelled import as_split
from edukit.turns import usual_settings

RECTIFIERS = {"relu", "relu6"}
LIMITS = {"hardtanh", "clamp", "clamp_min"}  # rectifiers where their lower limit is 0: nn.ReLU6 is hardtanh


@checked
def random_scores(model: nn.Module, example, *, seed: int = 0) -> dict[str, torch.Tensor]:
    """Drawn at random, another draw for each seed.

    >>> random_scores(nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1)), torch.zeros(1, 1))["0.weight"].shape
    torch.Size([2])
    """
    drawn = np.random.default_rng(seed)
    return _for_makers(model, follow(model, example), lambda channel: float(drawn.random()))


@checked
def batchnorm_scores(model: nn.Module, example) -> dict[str, torch.Tensor]:
    """The sum of |γ| over all batch and instance norms that scale the channel, found by following it.

    Raises ValueError where a channel that can go meets none.

    >>> net = nn.Sequential(nn.Linear(1, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Linear(2, 1))
    >>> net[1].weight.data = torch.tensor([0.25, -1.0])
    >>> batchnorm_scores(net, torch.zeros(1, 1))["0.weight"].tolist()
    [0.25, 1.0]
    """
    factors = {id(norm.weight) for norm in model.modules() if isinstance(norm, _NormBase) and norm.affine}
    size = {name: p.detach().abs() for name, p in model.named_parameters() if id(p) in factors}

    def score(channel):
        found = [size[axis.parameter][rows].sum() for axis, rows in channel.items() if axis.parameter in size]
        return float(sum(found)) if found else None

    return _for_makers(model, follow(model, example), score, "is scaled by no batch norm")


@checked
@usual_settings()
def activity_scores(model: nn.Module, x, *, batch_size: int = 256) -> dict[str, torch.Tensor]:
    """The share of positive values behind the ReLUs that follow, over all positions and images: 1 - APoZ.

    x   unlabelled inputs, or a tuple of them for a model of several inputs
    A channel that meets several ReLUs, as between residual blocks, gets their mean.
    Raises ValueError where a channel that can go meets no ReLU or ReLU6.

    >>> net = nn.Sequential(nn.Linear(1, 2, bias=False), nn.ReLU(), nn.Linear(2, 1))
    >>> net[0].weight.data = torch.tensor([[1.0], [-1.0]])
    >>> activity_scores(net, torch.tensor([[1.0], [2.0], [3.0], [-1.0]]))["0.weight"].tolist()
    [0.75, 0.25]
    """
    check_whole(batch_size, "batch_size")
    x = as_inputs(x, model, "x")
    if not x[0].ndim or not len(x[0]):
        raise ValueError("x is empty; a share of zeros needs at least one row")
    follower = Follower(model, tuple(part[:2] for part in x))
    with torch.no_grad():
        counting = _Counting(follower)
        for start in range(0, len(x[0]), batch_size):
            rows = tuple(part[start : start + batch_size] for part in x)
            watched(follower.module, rows, counting.count)
    shares = counting.shares(follower.registry)
    made = follower.registry.made()

    def score(channel):
        axis, rows = next((axis, rows) for axis, rows in channel.items() if axis.role == "makes")
        return shares.get(made[axis.parameter][rows[0]])

    return _for_makers(model, follower.registry.groups(), score, "meets no ReLU")


@checked
@usual_settings()
def taylor_scores(
    model: nn.Module, split, *, loss: Callable = cross_entropy, batch_size: int = 32
) -> dict[str, torch.Tensor]:
    """How much the loss of a batch changes when the channel goes, to first order, squared; the mean over all batches.

    split   labelled rows, such as `digits().train`; the model runs in evaluation mode
    loss    as `fit` takes it

    >>> from edukit.data import digits
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    >>> net[3].weight.data[:, 5] = 0  # nobody listens to neuron 5
    >>> taylor_scores(net, digits().calibration)["1.weight"][5].item()
    0.0
    """
    check_whole(batch_size, "batch_size")
    split = as_split(split)
    x, y = torch.as_tensor(split.x), torch.as_tensor(split.y)
    groups = follow(model, x[:2])
    tried = copied(model).eval().requires_grad_(True)
    channels = [channel for group in groups for channel in group.channels]
    squares = torch.zeros(len(channels))
    batches = math.ceil(len(x) / batch_size)
    for rows in torch.arange(len(x)).tensor_split(batches):
        tried.zero_grad()
        value = loss(tried, x[rows], y[rows])
        (sum(value.values()) if isinstance(value, dict) else value).backward()
        squares += torch.stack([_change(tried, channel) for channel in channels]) ** 2
    scores = iter((squares / batches).tolist())
    return _for_makers(model, groups, lambda channel: next(scores))


def _change(model, channel) -> torch.Tensor:
    """Σ w ∂L/∂w over the weights that read the channel: what the loss loses, to first order, when they become 0."""
    total = torch.zeros(())
    for axis, rows in channel.items():
        if axis.role == "reads":
            weight = model.get_parameter(axis.parameter)
            total = total + (weight * weight.grad).detach().movedim(axis.axis, 0)[rows].sum()
    return total


class _Counting:
    """Counts, behind each rectifier of a graph, how many values of each channel are above 0."""

    def __init__(self, follower: Follower):
        self.channels = {}
        self.above = defaultdict(int)
        self.seen = defaultdict(int)
        for node, ids in follower.ids.items():
            axes = [axis for axis in range(ids.ndim) if varies(ids, axis)] if _rectifies(node) else []
            if len(axes) == 1:
                self.channels[node] = axes[0], along(ids, axes[0])

    def count(self, node, value) -> None:
        if node in self.channels:
            flat = value.movedim(self.channels[node][0], 0).flatten(1)
            self.above[node] += (flat > 0).sum(1).double()
            self.seen[node] += flat.shape[1]

    def shares(self, registry) -> dict[int, float]:
        """{number of a channel: its share of values above 0, the mean over its rectifiers}"""
        found = defaultdict(list)
        for node, (_, ids) in self.channels.items():
            for channel, above in zip(
                registry.channel_of(ids), (self.above[node] / self.seen[node]).tolist(), strict=True
            ):
                found[channel].append(above)
        return {channel: sum(shares) / len(shares) for channel, shares in found.items()}


def _rectifies(node) -> bool:
    operation = getattr(node.target, "_opname", "")
    return operation in RECTIFIERS or (operation in LIMITS and node.args[1:2] == (0,))


def _for_makers(model, groups, score, fault=""):
    """{maker: (filters,)}: what `score` says of each channel, for all filters that make it; 0 where it says None."""
    scores = {}
    for group in groups:
        for channel in group.channels:
            value = score(channel)
            if value is None and not group.fixed_by and len(group.channels) > 1:
                raise ValueError(f"model: a channel made by {', '.join(group.makers)} {fault}")
            for axis, rows in channel.items():
                if axis.role == "makes":
                    filters = model.get_parameter(axis.parameter).shape[axis.axis]
                    scores.setdefault(axis.parameter, torch.zeros(filters))[rows] = value or 0.0
    return scores
