"""Channel groups: which rows and columns of which weights are the same channel, and must be removed together.

A channel is more than one row. A filter makes it, its bias and its norm scale it, and the next layer reads it with
one column of its weights; a residual addition ties two filters to one channel:

    conv1.weight[3]   bn1.weight[3]   conv2.weight[:, 3]   fc.weight[:, 48:64]

To find this in any model, `trace/` runs it once on ids instead of numbers: every layer gives each channel it
makes a name, a whole number. This module keeps the registry: two ids that meet become one channel (union-find), ids
that arrive at a layer belong to its columns, and ids that something else needs are fixed.

Shapes    ids have the shape of the tensor whose channels they name
Cost      near one step for each name: union-find with path halving
Source    Fang et al. 2023 (DepGraph), https://arxiv.org/abs/2301.12900; union-find: Tarjan 1975
In production  torch_pruning.DependencyGraph, which groups whole layers where this groups rows
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn


class Axis(NamedTuple):
    """An axis of a parameter or buffer, and what a row along it does with a channel: "makes", "scales" or "reads".

    A fourth role, "counts", ids no tensor but a whole number of a module, such as "attention.heads": it falls by one.

    >>> Axis("conv2.weight", 1, "reads")
    Axis(parameter='conv2.weight', axis=1, role='reads')
    """

    parameter: str
    axis: int
    role: str


Channel = dict[Axis, list[int]]  # every row of one channel, such as {Axis("conv2.weight", 1, "reads"): [3], ...}


@dataclass(frozen=True)
class Group:
    """Channels with the same makers.

    makers     the weights that make each of them, such as ("conv1.weight", "shortcut.weight")
    channels   the rows of each, {Axis: [index, ...]}
    fixed_by   "" where channels may go, else what needs all of them, such as "output" or "layer_norm"

    >>> Group(("fc.weight",), ({Axis("fc.weight", 0, "makes"): [0]},), "output")
    Group(1 channels made by fc.weight, fixed by output)
    """

    makers: tuple[str, ...]
    channels: tuple[Channel, ...]
    fixed_by: str = ""

    def __repr__(self):
        fate = f", fixed by {self.fixed_by}" if self.fixed_by else ""
        return f"Group({len(self.channels)} channels made by {', '.join(self.makers)}{fate})"


class ChannelIds:
    """The registry: whose rows a name belongs to, which ids are one channel, and which must stay.

    >>> ids = ChannelIds(nn.Linear(2, 2))
    >>> made = ids.attach("weight", 0, "makes", ids.new(2))
    >>> ids.unite(made, ids.new(2))
    >>> ids.groups()
    [Group(2 channels made by weight)]
    """

    def __init__(self, model: nn.Module):
        self._parent = []  # union-find: name -> a name of the same channel, itself for the root
        self._rows = {}  # (parameter, axis) -> (role, the name of each row)
        self._fixed_by = {}  # name -> the operation that needs its channel
        self._constants = {}  # name of what no layer made -> the operation it comes from
        self._in_other_use = {}  # parameter -> an operation that uses it in a way that is not followed
        tensors = [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]
        first = {id(tensor): name for name, tensor in reversed(tensors)}
        self._first_name = {name: first[id(tensor)] for name, tensor in tensors}  # a tied weight has several

    def new(self, count: int) -> torch.Tensor:
        """ChannelIds for new channels."""
        start = len(self._parent)
        self._parent += range(start, start + count)
        return torch.arange(start, start + count)

    def constant(self, operation: str) -> torch.Tensor:
        """A name for what an operation gives and no layer makes, such as the model's input: it stays."""
        name = self.new(1)[0]
        self._constants[int(name)] = operation
        return name

    def knows(self, parameter: str) -> bool:
        """Whether the model has this parameter or buffer; a tensor made in its code has no rows to remove."""
        return parameter in self._first_name

    def attach(self, parameter: str, axis: int, role: str, ids: torch.Tensor) -> torch.Tensor:
        """The rows along this axis have these ids; rows that had ids already, in a layer used twice, unite."""
        if role != "counts" and not self.knows(parameter):
            self.fix(ids, "a tensor in the code, which is no parameter and no buffer")
            return ids
        _, known = self._rows.setdefault((self._first_name.get(parameter, parameter), axis), (role, ids))
        self.unite(known, ids)
        return known

    def unite(self, a: torch.Tensor, b: torch.Tensor) -> None:
        """What meets on one place is one channel; what meets something that no layer made must stay."""
        a, b = torch.broadcast_tensors(a, b)
        if torch.equal(a, b):
            return
        for pair in distinct(torch.stack([a, b], -1)).reshape(-1, 2).unique(dim=0):
            one, other = pair.tolist()
            if operation := self._constants.get(one) or self._constants.get(other):
                self.fix(pair, operation)
            else:
                self._parent[self._root(one)] = self._root(other)

    def fix(self, ids: torch.Tensor, operation: str) -> None:
        """The operation needs all of these channels."""
        for name in distinct(ids).unique().tolist():
            self._fixed_by.setdefault(name, operation)

    def fix_parameter(self, parameter: str, operation: str) -> None:
        """The operation needs all rows of this parameter, now and whatever is attached later."""
        self._in_other_use[self._first_name.get(parameter)] = operation

    def channel_of(self, ids: torch.Tensor) -> list[int]:
        """A number for each name: the same for ids of one channel."""
        return [self._root(name) for name in ids.tolist()]

    def made(self) -> dict[str, list[int]]:
        """{weight: a number for each channel it makes, the same for rows of one channel}"""
        makers = {key: ids for key, (role, ids) in self._rows.items() if role == "makes"}
        return {parameter: self.channel_of(ids) for (parameter, _), ids in makers.items()}

    def groups(self) -> list[Group]:
        """The rows with one root are a channel; the channels with the same makers are a group."""
        for (parameter, _), (_, ids) in self._rows.items():
            if parameter in self._in_other_use:
                self.fix(ids, self._in_other_use[parameter])
        fixed = {self._root(name): operation for name, operation in reversed(self._fixed_by.items())}
        channels = defaultdict(lambda: defaultdict(list))
        for (parameter, number), (role, ids) in self._rows.items():
            axis = Axis(parameter, number, role)
            for row, name in enumerate(ids.tolist()):
                if name not in self._constants:
                    channels[self._root(name)][axis].append(row)
        groups = defaultdict(list)
        for root, channel in channels.items():
            makers = tuple(axis.parameter for axis in channel if axis.role == "makes")
            groups[makers, fixed.get(root, "")].append(dict(channel))
        return [Group(makers, tuple(members), operation) for (makers, operation), members in groups.items()]

    def _root(self, name):
        while self._parent[name] != name:
            self._parent[name] = name = self._parent[self._parent[name]]
        return name


def varies(ids: torch.Tensor, axis: int) -> bool:
    """Whether the ids differ along this axis: then it holds channels, else only positions.

    >>> varies(torch.tensor([[1, 2], [1, 2]]), axis=0)
    False
    """
    return bool((ids != ids.narrow(axis, 0, 1)).any())


def distinct(ids: torch.Tensor) -> torch.Tensor:
    """The same ids without the axes along which they repeat.

    >>> distinct(torch.tensor([[1, 2], [1, 2]])).tolist()
    [[1, 2]]
    """
    for axis in range(ids.ndim):
        if not varies(ids, axis):
            ids = ids.narrow(axis, 0, 1)
    return ids


def along(ids: torch.Tensor | None, axis: int) -> torch.Tensor | None:
    """The ids along one axis, or None where they differ along another one too.

    >>> along(torch.tensor([[1, 2], [1, 2]]), axis=1).tolist(), along(torch.tensor([[1, 2], [3, 4]]), axis=1)
    ([1, 2], None)
    """
    if ids is None or any(varies(ids, other) for other in range(ids.ndim) if other != axis % ids.ndim):
        return None
    return ids.movedim(axis, 0)[:, *[0] * (ids.ndim - 1)]


def broadcast_along(ids: torch.Tensor, axis: int, shape) -> torch.Tensor:
    """One name for each index of an axis, in this shape.

    >>> broadcast_along(torch.tensor([1, 2]), 1, (2, 2)).tolist()
    [[1, 2], [1, 2]]
    """
    ones = [1] * len(shape)
    ones[axis] = -1
    return ids.reshape(ones).expand(shape)
