"""What operations do with channel ids: layers make new ones and read those that arrive, norms scale those that pass.

    makes    conv, linear, x @ W      new ids for what it makes; the ids that arrive belong to its columns
    blocks   grouped conv, group_norm all channels of a block, in and out, become one
    scales   batch_norm, x * weight   the ids belong to the rows of the weight
    keeps    pooling, mean, padding   positions go, ids stay

Each function answers the ids of the result, or None where they cannot be followed.

Shapes    ids have the shape of the value they name; axis 1 holds the channels where an operation must know it
"""

from typing import NamedTuple

import torch
from torch.nn import functional as F
from torch.utils._pytree import tree_map

from edukit.pruning.channels.groups import ChannelIds, along, broadcast_along, varies

AXES = {  # (the axis of the value that holds channels, the axis of the weight with a row for each input)
    **dict.fromkeys(("linear",), (-1, 1)),
    **dict.fromkeys(("matmul", "mm"), (-1, 0)),
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), (1, 1)),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), (1, 0)),
}


class Weight(NamedTuple):
    """A stored tensor: its name in the model, and its shape."""

    name: str
    shape: tuple[int, ...]


def layer(registry: ChannelIds, operation: str, ids, shape, weights: list[Weight], groups: int = 1):
    """A convolution or a linear layer, whose result has this shape; its weight, and its bias if it has one.

    >>> from torch import nn
    >>> registry = ChannelIds(nn.Linear(2, 3))
    >>> layer(registry, "linear", registry.new(2)[None], (1, 3), [Weight("weight", (3, 2))]).tolist(), registry.made()
    ([[2, 3, 4]], {'weight': [2, 3, 4]})
    """
    axis, reads = AXES[operation]
    weight, *biases = weights
    arriving = along(ids, axis)
    outputs = shape[axis]
    if arriving is None or len(weight.shape) != (2 if axis == -1 else ids.ndim):
        return None
    if groups == 1:
        registry.attach(weight.name, reads, "reads", arriving)
        made = registry.attach(weight.name, 1 - reads, "makes", registry.new(outputs))
    else:  # a block of inputs and the outputs it feeds go together; depthwise: blocks of one
        blocks = arriving.reshape(groups, -1)
        registry.unite(blocks, blocks[:, :1])
        made = blocks[:, 0].repeat_interleave(outputs // groups)
        if reads == 0:  # transposed: the rows are the inputs, and a block has all of its outputs as columns
            registry.attach(weight.name, 0, "reads", arriving)
        else:
            made = registry.attach(weight.name, 0, "makes", made)
    for bias in biases:
        registry.attach(bias.name, 0, "scales", made)
    return broadcast_along(made, axis, shape)


def norm(registry: ChannelIds, ids: torch.Tensor, weights: list[Weight]):
    """Each channel by itself, with a row of each weight and statistic.

    >>> from torch import nn
    >>> norm(ChannelIds(nn.PReLU()), torch.tensor([[7, 8]]), [Weight("weight", (1,))]).tolist()
    [[7, 8]]
    """
    channels = along(ids, 1)
    if channels is None:
        return None
    for weight in weights:
        if weight.shape[0] == len(channels):  # PReLU may have one slope for all
            registry.attach(weight.name, 0, "scales", channels)
    return ids


def group_norm(registry: ChannelIds, ids: torch.Tensor, groups: int, weights: list[Weight]):
    """The channels of a group share a mean: a group goes as a whole, where there is more than one.

    >>> from torch import nn
    >>> registry = ChannelIds(nn.GroupNorm(2, 4))
    >>> _ = group_norm(registry, registry.new(4)[None], 2, [])
    >>> registry.channel_of(torch.arange(4))
    [0, 0, 2, 2]
    """
    channels = along(ids, 1)
    if channels is None or groups == 1:
        return None
    blocks = channels.reshape(groups, -1)
    registry.unite(blocks, blocks[:, :1])
    for weight in weights:
        registry.attach(weight.name, 0, "scales", channels)
    return ids


def scaled(registry: ChannelIds, ids: torch.Tensor, weight: Weight):
    """A weight added to, or multiplied with, named values: None where a row is not a single channel.

    >>> from torch import nn
    >>> scaled(ChannelIds(nn.Linear(2, 2)), torch.tensor([[1, 2], [3, 4]]), Weight("bias", (2,))) is None
    True
    """
    for own, size in enumerate(weight.shape):
        axis = own - len(weight.shape)
        if size > 1 and varies(ids, axis):
            if (channels := along(ids, axis)) is None:
                return None
            registry.attach(weight.name, own, "scales", channels)
    return ids


def window(ids: torch.Tensor, value):
    """Pooling and resizing mix only what lies within a channel.

    >>> window(torch.tensor([[[7, 7], [8, 8]]]), torch.zeros(1, 2, 1)).tolist()
    [[[7], [8]]]
    """
    channels = along(ids, 1)
    return None if channels is None else tree_map(lambda leaf: broadcast_along(channels, 1, leaf.shape), value)


def reduced(ids: torch.Tensor, axes=(), *, keepdim: bool = False):
    """A mean over positions keeps the channels; a mean over channels needs all of them.

    >>> reduced(torch.tensor([[7, 8], [7, 8]]), [0]).tolist(), reduced(torch.tensor([[7, 8], [7, 8]]), [1])
    ([7, 8], None)
    """
    return None if not axes or any(varies(ids, axis) for axis in axes) else ids.amax(axes, keepdim)


def padded(registry: ChannelIds, ids: torch.Tensor, shape, pads, mode: str = "constant"):
    """Positions around an image belong to its channels; channels of zeros, as in a shortcut, stay.

    >>> from torch import nn
    >>> padded(ChannelIds(nn.ReLU()), torch.tensor([[7, 7]]), (1, 4), [1, 1]).tolist()
    [[7, 7, 7, 7]]
    """
    for i, (low, high) in enumerate(zip(pads[::2], pads[1::2], strict=True)):
        axis = ids.ndim - 1 - i
        if not varies(ids, axis):
            grown = (*ids.shape[:axis], shape[axis], *ids.shape[axis + 1 :])
            ids = ids.narrow(axis, 0, 1).expand(grown)
        elif mode == "circular" or low < 0 or high < 0:
            return None
        elif low or high:
            ids = F.pad(ids, [0, 0] * i + [low, high], value=int(registry.constant("pad")))
    return ids
