"""Taking channels out of a model, or writing zeros in their place.

    removed model   no rows of these channels        smaller: less work, fewer bytes
    zeroed model    zeros in these rows              as large and as slow as before
    removed(x) = zeroed(x)   for every x

A channel's rows are the filter that makes it, its bias and norm, and the columns that read it. A sum does not change
when terms that are 0 are left out: that is all there is to prove.

Bound     |removed(x) - zeroed(x)| is float rounding, because shorter sums may be added in another order
Source    Li et al. 2017, https://arxiv.org/abs/1608.08710, section 3.1
In production  torch_pruning; torch.nn.utils.prune writes zeros only
"""

from collections import defaultdict
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from edukit.checked import checked
from edukit.copies import copied
from edukit.graph import tensors_of
from edukit.pruning.channels.groups import Channel
from edukit.refuse import check_model, shown


@checked
def remove_channels(model: nn.Module, channels: list[Channel]) -> nn.Module:
    """A copy of the model without the rows of these channels.

    channels   as in the groups of `channel_groups`, or from `weakest_channels`

    >>> first = {("0.weight", 0, "makes"): [0], ("0.bias", 0, "scales"): [0], ("1.weight", 1, "reads"): [0]}
    >>> remove_channels(nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 3)), [first])
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Linear(in_features=3, out_features=3, bias=True)
    )
    """
    check_model(model)
    _check(channels)
    smaller = copied(model)
    tensors = tensors_of(smaller)
    narrow = {}  # by identity of the old tensor: a tied weight has several owners, and stays tied
    for (name, axis), gone in _rows(channels).items():
        old = tensors[name]
        tensor = narrow.get(id(old), old).detach()
        kept = torch.tensor(sorted(set(range(tensor.shape[axis])) - gone), device=tensor.device)
        tensor = tensor.index_select(axis, kept)
        narrow[id(old)] = nn.Parameter(tensor, old.requires_grad) if isinstance(old, nn.Parameter) else tensor
    for module in smaller.modules():
        for name, tensor in [*module._parameters.items(), *module._buffers.items()]:
            if id(tensor) in narrow:
                setattr(module, name, narrow[id(tensor)])
        _restate_sizes(module)
    _restate_own_sizes(smaller, tensors, channels)
    for path, gone in _counts(channels).items():
        owner, _, name = path.rpartition(".")
        module = smaller.get_submodule(owner)
        setattr(module, name, getattr(module, name) - len(gone))
    return smaller


def zero_channels(model: nn.Module, channels: list[Channel]) -> nn.Module:
    """A copy of the model with zeros in the rows of these channels.

    Behind activations that keep 0 at 0, such as ReLU, the rows that make and scale would do: the others read zeros.

    >>> first = {("0.weight", 0, "makes"): [0], ("0.bias", 0, "scales"): [0], ("1.weight", 1, "reads"): [0]}
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 3))
    >>> zero_channels(net, [first])[1].weight[:, 0].tolist()
    [0.0, 0.0, 0.0]
    """
    check_model(model)
    zeroed = copied(model)
    tensors = tensors_of(zeroed)
    for (name, axis), gone in _rows(channels).items():
        tensors[name].detach().index_fill_(axis, torch.tensor(sorted(gone), device=tensors[name].device), 0)
    return zeroed


def _check(channels) -> None:
    for channel in channels:
        if not isinstance(channel, Mapping) or not all(isinstance(axis, tuple) and len(axis) == 3 for axis in channel):
            raise TypeError(f"channels must be dicts of axes, as from channel_groups, got {shown(channel)}")


def _rows(channels):
    """{(parameter, axis): the rows of all of these channels}"""
    rows = defaultdict(set)
    for channel in channels:
        for (parameter, axis, role), indices in channel.items():
            if role != "counts":
                rows[parameter, axis].update(indices)
    return rows


def _counts(channels):
    """{number of a module, such as "attention.heads": what it counts no longer}"""
    gone = defaultdict(set)
    for channel in channels:
        for (path, _, role), indices in channel.items():
            if role == "counts":
                gone[path].update(indices)
    return gone


def _restate_own_sizes(smaller, tensors, channels):
    """A module that is none of torch's may keep the number of its outputs, as GPT-2's Conv1D does in `nf`."""
    made = defaultdict(set)
    for channel in channels:
        for (parameter, axis, role), indices in channel.items():
            if role == "makes":
                made[parameter, axis].update(indices)
    for (parameter, axis), gone in made.items():
        module = smaller.get_submodule(parameter.rpartition(".")[0])
        if not type(module).__module__.startswith("torch.nn"):
            whole = tensors[parameter].shape[axis]
            for name in [name for name, number in vars(module).items() if type(number) is int and number == whole]:
                setattr(module, name, whole - len(gone))


def _restate_sizes(module):
    """Layers also state their sizes as attributes: read them again from the weights."""
    match module:
        case nn.Linear():
            module.out_features, module.in_features = module.weight.shape
        case _ConvTransposeNd():
            if module.groups > 1:
                module.groups = module.groups * len(module.weight) // module.in_channels
            module.in_channels = len(module.weight)
            module.out_channels = module.weight.shape[1] * module.groups
        case _ConvNd():
            if module.groups > 1:  # whole blocks went
                module.groups = module.groups * len(module.weight) // module.out_channels
            module.out_channels = len(module.weight)
            module.in_channels = module.weight.shape[1] * module.groups
        case _NormBase() if module.affine or module.track_running_stats:
            module.num_features = len(module.weight if module.affine else module.running_mean)
        case nn.GroupNorm() if module.affine:
            module.num_groups = module.num_groups * len(module.weight) // module.num_channels
            module.num_channels = len(module.weight)
        case nn.PReLU():
            module.num_parameters = len(module.weight)
