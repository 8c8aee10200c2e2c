"""Which channels go: the weakest of each group.

    score of a channel   s_c = Σ_f s_f / mean(|s| of f's layer)      over all filters f that make it
    removed              the round(r n) channels of each group with the lowest score

Of n channels n - round(r n) are kept, at least min_channels, rounded up so that every layer has a multiple of
`multiple`. A common mistake is to rank the layers of one group by their plain scores: the layer with large weights
then decides alone.

Symbols   r ratio, the share of each group that goes · n channels of the group · s_f the score of filter f
Source    Li et al. 2017, https://arxiv.org/abs/1608.08710, section 3.1
In production  torch_pruning.pruner.MagnitudePruner, whose default also ranks within each group
"""

import math
import zlib
from collections.abc import Mapping

import torch
from torch import nn

from edukit.pruning.channels.groups import Channel, Group
from edukit.pruning.score import METHODS, as_weights, filter_scores
from edukit.refuse import check_number, check_whole, shown


def choose(
    model: nn.Module,
    groups: list[Group],
    ratio,
    method="l1",
    *,
    min_channels: int = 1,
    multiple: int | None = 1,
    already=(),
) -> list[Channel]:
    """The weakest channels of each group that is not fixed; arguments as for `shrink`.

    already   channels of these groups that went before and are counted first

    >>> from edukit.pruning.channels.trace import follow
    >>> net = nn.Sequential(nn.Linear(1, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> gone = choose(net, follow(net, torch.zeros(1, 1)), 0.3, {"0.weight": [0.5, 0.1, 0.7]})
    >>> [channel["0.weight", 0, "makes"] for channel in gone]
    [[1]]
    """
    check_choice(ratio, method, min_channels, multiple)
    free = [group for group in groups if not group.fixed_by]
    if not free:
        raise ValueError(f"model has no channels that can go: {groups}")
    _check_names("ratio", ratio, {group.makers[0] for group in free})
    gone = []
    went = {id(channel) for channel in already}
    for group in free:
        share = ratio.get(group.makers[0], 0) if isinstance(ratio, Mapping) else ratio
        count = len(group.channels)
        step = step_of(group, multiple)
        kept = max(count - round(share * count), min_channels)
        kept = -(-kept // step) * step
        if kept < count:
            scores = channel_scores(model, group, method)
            order = weakest_first(scores, [id(channel) in went for channel in group.channels])
            gone += [group.channels[i] for i in order[: count - kept]]
    return gone


def weakest_first(scores: torch.Tensor, first=()) -> list[int]:
    """The channels' numbers, those with the lowest score first, and among equals in their order.

    first   truth values: these channels come before all others

    >>> weakest_first(torch.tensor([0.5, 0.1, 0.7])), weakest_first(torch.tensor([0.5, 0.1, 0.7]), [False, False, True])
    ([1, 0, 2], [2, 1, 0])
    """
    first = list(first) or [False] * len(scores)
    rank = [(not early, score) for early, score in zip(first, scores.tolist(), strict=True)]
    return sorted(range(len(rank)), key=rank.__getitem__)


def kept_numbers(group: Group, min_channels: int, multiple: int | None) -> list[int]:
    """How many channels a group may keep: all, then every smaller number that a step allows, down to the least.

    >>> from edukit.pruning.channels.groups import Axis
    >>> kept_numbers(Group(("w",), ({Axis("w", 0, "makes"): [0]},) * 20), 1, 8)
    [20, 16, 8]
    """
    count = len(group.channels)
    step = step_of(group, multiple)
    least = -(-min_channels // step) * step
    return [count, *range((count - 1) // step * step, least - 1, -step)]


def step_of(group: Group, multiple: int | None) -> int:
    """By how many channels the number kept can change, so that each layer that makes them has a multiple of filters.

    multiple   None: 8, but 4 below 16 filters, and 1 up to 4, where no step of 4 is left

    >>> from edukit.pruning.channels.groups import Axis
    >>> [step_of(Group(("w",), ({Axis("w", 0, "makes"): [0]},) * n), None) for n in (3, 6, 20)]
    [1, 4, 8]
    """
    rows = [len(rows) for axis, rows in group.channels[0].items() if axis.role == "makes"]
    if multiple is None:
        filters = len(group.channels) * max(rows)
        multiple = next((step for step, least in ((8, 16), (4, 5)) if filters >= least), 1)
    return multiple // math.gcd(multiple, *rows)


def channel_scores(model: nn.Module, group: Group, method="l1") -> torch.Tensor:
    """One score for each channel of a group: those of its filters, each relative to its layer's mean, added up.

    method   a method of `filter_scores`, or ready-made scores {maker: (filters,)}, one number for each filter

    >>> from edukit.pruning.channels.trace import follow
    >>> net = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1))
    >>> channel_scores(net, follow(net, torch.zeros(1, 1))[0], {"0.weight": [3, 1]}).tolist()
    [1.5, 0.5]
    """
    total = torch.zeros(len(group.channels), dtype=torch.float64)
    for axis in group.channels[0]:
        if axis.role == "makes":
            filters = model.get_parameter(axis.parameter).movedim(axis.axis, 0)
            scores = _layer_scores(filters, axis.parameter, method).double().cpu()
            scores = scores / scores.abs().mean().clamp(min=torch.finfo(torch.float64).tiny)
            total += torch.stack([scores[channel[axis]].sum() for channel in group.channels])
    return total


def all_scores(model: nn.Module, groups: list[Group], method="l1") -> dict[str, torch.Tensor]:
    """Ready-made scores of all layers of groups that are not fixed: to choose several times and score once.

    >>> from edukit.pruning.channels.trace import follow
    >>> net = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1))
    >>> list(all_scores(net, follow(net, torch.zeros(1, 1))))
    ['0.weight']
    """
    makers = {axis for group in groups if not group.fixed_by for axis in group.channels[0] if axis.role == "makes"}
    filters = {axis.parameter: model.get_parameter(axis.parameter).movedim(axis.axis, 0) for axis in makers}
    return {maker: _layer_scores(w, maker, method) for maker, w in filters.items()}


def check_choice(ratio, method, min_channels: int, multiple: int | None) -> None:
    """Raise a ValueError that names the argument unless all of them say what goes.

    >>> check_choice(1.5, "l1", 1, 1)
    Traceback (most recent call last):
    ValueError: ratio must be 0 to below 1, got 1.5
    """
    for name, share in ratio.items() if isinstance(ratio, Mapping) else [("", ratio)]:
        check_number(share, "ratio")
        if not 0 <= share < 1:
            raise ValueError(f"ratio must be 0 to below 1, got {share!r}{name and f' for {name}'}")
    if not isinstance(method, Mapping) and not (isinstance(method, str) and method in METHODS):
        names = ", ".join(METHODS)
        raise ValueError(f"method must be one of {names}, or scores {{maker: (filters,)}}, got {shown(method)}")
    check_whole(min_channels, "min_channels")
    if multiple is not None:
        check_whole(multiple, "multiple")


def _layer_scores(filters, maker, method):
    if not isinstance(method, Mapping):
        return filter_scores(filters, method, seed=zlib.crc32(maker.encode()))  # of "random": another draw each layer
    if maker not in method:
        raise ValueError(f"method must hold scores for {maker}, got scores for {', '.join(method) or 'nothing'}")
    scores = torch.as_tensor(as_weights(method[maker], f"method: {maker}"))
    if scores.shape != (len(filters),):
        expected = f"one number for each filter, shape ({len(filters)},)"
        raise ValueError(f"method: {maker} must hold {expected}, got shape {tuple(scores.shape)}")
    return scores


def _check_names(argument, named, known):
    if isinstance(named, Mapping) and (unknown := set(named) - known):
        raise ValueError(f"{argument} must name groups that can shrink, {', '.join(sorted(known))}, got {min(unknown)}")
