"""Where a model splits its channels (chunks, shuffles, heads): matching channels of all parts go together.

    chunk    x.chunk(2, dim=1)            the halves must stay equal: channel i of each half goes, or none
    groups   x.view(B, g, C // g, H, W)   a shuffle: channel i of each of the g groups
    picture  x.view(B, C, H, W)           a decoder, x (B, C·H·W) of a linear layer: the H · W places of a channel
    heads    x.view(B, N, h, d)           attention: all d features of a head, in queries, keys and values, the columns
                                          that read them, and 1 of the number h that the module keeps

A graph shows the cut and not what the code means by it. A part is taken for heads where the module has a whole number
of that value whose name says "head"; everything else for groups. Wrong guesses are found by `channel_groups`, which
tries every group.

Cost      after every chunk and shuffle channels depend on each other in larger sets: a ShuffleNetV2 stage of 48
          channels and three such units has 3 sets of 16 that can go, one of 116 channels none
Source    heads: Michel et al. 2019, https://arxiv.org/abs/1905.10650; groups: Fang et al. 2023 (DepGraph),
          https://arxiv.org/abs/2301.12900
In production  torch_pruning's `num_heads` argument, which is told the heads of each layer
"""

from collections.abc import Callable
from math import prod

import torch

from edukit.pruning.channels.groups import ChannelIds, along, varies


def chunk(registry: ChannelIds, parts) -> bool:
    """Equal parts: what is at the same place in each is one channel. False where they are not equal.

    >>> from torch import nn
    >>> registry = ChannelIds(nn.Linear(2, 4))
    >>> chunk(registry, registry.attach("weight", 0, "makes", registry.new(4)).chunk(2)), registry.made()
    (True, {'weight': [0, 1, 0, 1]})
    """
    if len({part.shape for part in parts}) > 1:
        return False
    for part in parts[1:]:
        registry.unite(part, parts[0])
    return True


def cut(
    registry: ChannelIds, ids: torch.Tensor, shape, count_of_heads: Callable[[int], str], *, picture: bool = False
) -> torch.Tensor:
    """The ids in another shape. Axes may merge (flatten); where one is cut, channels of its parts go together.

    count_of_heads   tells the name of the number that counts parts of this size as heads, or ""
    picture          whether the new axis 1 holds the channels, and not the last of those that an axis is cut into

    >>> from torch import nn
    >>> registry = ChannelIds(nn.Linear(2, 6))
    >>> ids = registry.attach("weight", 0, "makes", registry.new(6))
    >>> cut(registry, ids, (2, 3), lambda size: "heads" if size == 2 else "").tolist(), registry.made()
    ([[0, 0, 0], [3, 3, 3]], {'weight': [0, 0, 0, 3, 3, 3]})
    """
    borders = [prod(shape[k:]) for k in range(len(shape) + 1)]  # where the new shape starts a new row
    result = ids.reshape(shape)
    for axis in range(ids.ndim):
        inner = prod(ids.shape[axis + 1 :])
        outer = inner * ids.shape[axis]
        if not any(inner < border < outer for border in borders) or not varies(ids, axis):
            continue
        if inner not in borders or outer not in borders:
            registry.fix(ids, "view")  # the cut goes through what is no whole axis
            continue
        first = max(k for k, border in enumerate(borders) if border == outer)
        last = borders.index(inner)
        axes = list(range(first, last))
        if picture:
            first = _first_place(result, axes[1:])
            registry.unite(result, first)
            result = first.expand(result.shape)
            continue
        result = _together(registry, result, axes, count_of_heads)
    return result


def heads_meet(registry: ChannelIds, inputs, shape) -> torch.Tensor | None:
    """A product of queries, keys, values or their weights, head by head: None where it sums over channels.

    >>> from torch import nn
    >>> ids = torch.tensor([7, 8]).reshape(1, 2, 1, 1)
    >>> heads_meet(ChannelIds(nn.ReLU()), [ids.expand(1, 2, 5, 3), ids.expand(1, 2, 3, 5)], (1, 2, 5, 5)).shape
    torch.Size([1, 2, 5, 5])
    """
    if any(ids is None or ids.ndim != len(shape) or varies(ids, -1) or varies(ids, -2) for ids in inputs):
        return None
    heads = [ids[..., :1, :1] for ids in inputs]
    for ids in heads[1:]:
        registry.unite(heads[0], ids)
    return heads[0].expand(shape)


def says_heads(name: str) -> bool:
    """Whether a number of this name counts heads.

    >>> [says_heads(name) for name in ("heads", "num_heads", "head_dim", "stride")]
    [True, True, False, False]
    """
    return "head" in name and "dim" not in name and "size" not in name


def _first_place(ids, axes):
    for axis in axes:
        ids = ids.narrow(axis, 0, 1)
    return ids


def _together(registry, ids, axes, count_of_heads):
    """The parts of one axis, now the axes `axes`: heads are whole, of groups all have one channel less."""
    counted = next((axis for axis in axes if count_of_heads(ids.shape[axis])), None)
    first = _first_place(ids, axes[:-1] if counted is None else [axis for axis in axes if axis != counted])
    registry.unite(ids, first)
    if counted is None:
        return ids
    if (heads := along(first, counted)) is None:
        registry.fix(ids, "view")
    else:
        registry.attach(count_of_heads(ids.shape[counted]), 0, "counts", heads)
    return first.expand(ids.shape)
