"""Tracing channels: run the model once on channel numbers instead of values, to see which layers share a channel.

    makes    conv, linear, norms      new ids, and rows that belong to them: see rules.py
    unites   x + y, x * y             ids that meet on one place become one channel
    keeps    pooling, mean, roll      positions go or move, ids stay
    moves    view, cat, transpose     the operation itself, applied to the ids
    cuts     chunk, glu, shuffle      channels of all parts go together: see splits.py
             heads, linear → picture
    fixes    all the rest             the ids that arrive there stay: the model's input and output, layer_norm,
                                      softmax over channels, nn.MultiheadAttention, which has one size for all

Because every element carries its name, a flatten, another order of axes or a padded shortcut is followed exactly:
nothing has to guess which column belongs to which channel.

Shapes    ids have the shape of the value they name; axis 1 holds the channels where an operation must know it
Source    Fang et al. 2023 (DepGraph), https://arxiv.org/abs/2301.12900
In production  torch_pruning follows autograd's graph and Python classes
"""

import functools
import operator

import torch
from torch import fx, nn
from torch.utils._pytree import tree_leaves, tree_map

from edukit.graph import capture
from edukit.inputs import as_inputs
from edukit.pruning.channels.groups import ChannelIds, Group, varies
from edukit.pruning.channels.trace.rules import AXES, Weight, group_norm, layer, norm, padded, reduced, scaled, window
from edukit.pruning.channels.trace.splits import chunk, cut, heads_meet, says_heads

PLACE_BY_PLACE = {"hardswish", "zeros_like", "ones_like", "full_like"}  # besides those that torch tags as pointwise
RECURRENT = {"lstm", "gru", "rnn_tanh", "rnn_relu"}


def follow(model: nn.Module, example) -> list[Group]:
    """The channel groups of a model as its graph tells them.

    example   one small batch, or a tuple of batches for a model of several inputs

    >>> follow(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)), torch.zeros(1, 2))
    [Group(4 channels made by 0.weight), Group(3 channels made by 2.weight, fixed by output)]
    """
    return Follower(model, example).registry.groups()


class Follower(fx.Interpreter):
    """Runs the graph on numbers, for their shapes, and beside them on ids.

    >>> Follower(nn.Sequential(nn.Linear(2, 4), nn.ReLU()), torch.zeros(1, 2)).registry.made()
    {'0.weight': [1, 2, 3, 4]}
    """

    def __init__(self, model, example):
        super().__init__(capture(model, example))
        self.owner = model
        self.registry = ChannelIds(model)
        self.ids = {}  # node -> the ids of its value; None for weights and plain numbers
        with torch.no_grad():
            self.run(*as_inputs(example, model))

    def run_node(self, node):
        value = super().run_node(node)
        if node.op == "get_attr" or not any(isinstance(leaf, torch.Tensor) for leaf in tree_leaves(value)):
            self.ids[node] = None
        elif node.target is operator.getitem:
            self.ids[node] = self.ids[node.args[0]][node.args[1]]
        else:
            arrived = any(self.ids[n] is not None for n in node.all_input_nodes)
            ids = self._follow(node, value) if arrived and node.op == "call_function" else None
            self.ids[node] = self._stop(node, value) if ids is None else ids
        return value

    def _follow(self, node, value):
        """The ids of the operation's result, or None where they cannot be followed."""
        first = node.args[0]
        ids = self.ids[first] if isinstance(first, fx.Node) else None
        match _operation(node):
            case name if name in AXES and self._is_weight(node.args[1]):
                return self._layer(name, node.args[1:], ids, value)
            case "addmm" if not set(node.kwargs.values()) - {1}:
                bias, x, weight = node.args
                return self._layer("mm", (weight, bias), self.ids[x], value)
            case "matmul" | "bmm":
                return heads_meet(self.registry, [self.ids[n] for n in node.args[:2]], value.shape)
            case "scaled_dot_product_attention":
                return heads_meet(self.registry, [self.ids[n] for n in node.args[:3]], value.shape)
            case "softmax" | "roll":
                return _along_positions(node, ids)
            case "_native_batch_norm_legit_no_training" | "_native_batch_norm_legit" | "instance_norm" | "prelu":
                return self._norm(node, ids, value)
            case name if "pool" in name or name.startswith("upsample"):
                return self._window(node, ids, value)
            case "group_norm":
                return self._group_norm(node, ids)
            case "glu":
                halves = ids.chunk(2, node.args[1] if len(node.args) > 1 else -1)
                return halves[0] if chunk(self.registry, halves) else None
            case "mean" | "sum" | "amax" | "amin" | "std" | "var" | "max" | "min":
                return self._reduced(node, ids, value)
            case "view" | "_unsafe_view" | "reshape":
                count = functools.partial(self._count_of_heads, node)
                return cut(self.registry, ids, value.shape, count, picture=ids.ndim == 2 and _is_read_as_picture(node))
            case "slice" | "select" | "unbind" | "split" | "split_with_sizes":
                return self._part(node, ids)
            case "pad" | "constant_pad_nd":
                return padded(self.registry, ids, value.shape, *node.args[1:3])
            case "permute" | "transpose" | "t" | "unsqueeze" | "squeeze" | "expand" | "repeat" | "cat" | "stack":
                return self._move(node)
            case name if name in PLACE_BY_PLACE or torch.Tag.pointwise in node.target.tags:
                return self._pointwise(node, value)

    def _layer(self, operation, arguments, ids, value):
        weights = self._weights(arguments[:2])
        groups = arguments[5] if len(arguments) > 5 else 1
        return None if weights is None else layer(self.registry, operation, ids, value.shape, weights, groups)

    def _norm(self, node, ids, value):
        weights = self._weights([n for n in node.args[1:] if isinstance(n, fx.Node)])
        ids = None if weights is None else norm(self.registry, ids, weights)
        return (ids,) if ids is not None and isinstance(value, tuple) else ids

    def _group_norm(self, node, ids):
        weights = self._weights(node.args[2:4])
        return None if weights is None else group_norm(self.registry, ids, node.args[1], weights)

    def _window(self, node, ids, value):
        """A second input, such as the places that max_unpool2d writes to, is of the same channels."""
        others = [self.ids[n] for n in node.all_input_nodes[1:] if self.ids[n] is not None]
        if any(other.shape != ids.shape for other in others):
            return None
        for other in others:
            self.registry.unite(ids, other)
        return window(ids, value)

    def _pointwise(self, node, value):
        """What meets on one place is one channel; a weight that takes part has a row for each."""
        inputs = [self.ids[n] for n in node.all_input_nodes if self.ids[n] is not None]
        inputs = [ids.reshape((1,) * (value.ndim - ids.ndim) + ids.shape) for ids in inputs]
        channel_axes = [axis for axis in range(value.ndim) if any(varies(ids, axis) for ids in inputs)]
        meeting = []
        for ids in inputs:
            if any(ids.shape[axis] == 1 for axis in channel_axes):
                self.registry.fix(ids, _operation(node))  # one channel that meets many serves those that stay
            else:
                meeting.append(ids.expand(value.shape))
        for ids in meeting[1:]:
            self.registry.unite(meeting[0], ids)
        weights = [self._weight(n) for n in node.all_input_nodes if n.op == "get_attr"]
        ids = meeting[0] if meeting else None
        for weight in weights:
            ids = None if ids is None else scaled(self.registry, ids, weight)
        return ids

    def _reduced(self, node, ids, value):
        """A mean over positions, or the largest: of two values as well, or with the places as a second result."""
        if len(node.all_input_nodes) == 2:
            return self._pointwise(node, value)
        if isinstance(value, torch.Tensor):
            return reduced(ids, *node.args[1:2], keepdim=value.ndim == ids.ndim)
        largest = reduced(ids, [node.args[1]], keepdim=value[0].ndim == ids.ndim)
        return None if largest is None else (largest, largest)

    def _part(self, node, ids):
        """Some of the positions is fine; some of the channels is a choice written in the code: all stay, or equal
        parts stay equal."""
        operation = _operation(node)
        position = 2 if operation.startswith("split") else 1
        axis = node.args[position] if len(node.args) > position else 0
        part = self._move(node)
        whole = isinstance(part, torch.Tensor) and part.shape == ids.shape
        if varies(ids, axis) and not whole:
            if not (operation.startswith("split") and chunk(self.registry, part)):
                self.registry.fix(ids, operation)
        return part

    def _move(self, node):
        """The operation itself, on ids."""
        if any(n.op == "get_attr" for n in node.all_input_nodes):
            return None
        args = fx.node.map_arg(node.args, lambda n: self.env[n] if self.ids[n] is None else self.ids[n])
        return node.target(*args, **node.kwargs)

    def _stop(self, node, value):
        """Where nothing is followed, all that arrives stays, and all that leaves was made by no layer."""
        operation = _operation(node)
        if operation in AXES and not self._is_weight(node.args[1]):
            operation = f"{operation}, whose weight is computed"
        if operation.startswith("_native_batch_norm"):
            operation = "batch_norm"
        for used in node.all_input_nodes:
            if used.op == "get_attr":
                if operation in RECURRENT:
                    self._recurrent(used)
                self.registry.fix_parameter(used.target, operation)
            for ids in tree_leaves(self.ids[used]):
                if ids is not None:
                    self.registry.fix(ids, operation)
        constant = self.registry.constant(operation)
        return tree_map(lambda leaf: constant.expand(leaf.shape) if isinstance(leaf, torch.Tensor) else None, value)

    def _recurrent(self, used):
        """What a recurrent layer makes is known by its weights, and stays: its size is a number of the module."""
        if self._is_weight(used) and (weight := self.fetch_attr(used.target)).ndim == 2:
            self.registry.attach(used.target, 0, "makes", self.registry.new(len(weight)))

    def _count_of_heads(self, node, size):
        """The number of heads in the module that runs the operation, such as "attention.heads"; "" if it has none."""
        path = ([path for path, _ in node.meta.get("nn_module_stack", {}).values()] or [""])[-1]
        path = path.partition("@")[0]  # "attention@1" is its second call
        numbers = vars(dict(self.owner.named_modules(remove_duplicate=False)).get(path, self.owner)).items()
        found = [n for n, number in numbers if type(number) is int and number == size and says_heads(n)]
        return f"{path}.{found[0]}".lstrip(".") if len(found) == 1 else ""

    def _weights(self, nodes) -> list[Weight] | None:
        """What is stored behind the nodes that are there; None where one is computed, or made in the code."""
        nodes = [node for node in nodes if node is not None]
        return list(map(self._weight, nodes)) if all(map(self._is_weight, nodes)) else None

    def _weight(self, node) -> Weight:
        return Weight(node.target, self.fetch_attr(node.target).shape)

    def _is_weight(self, node):
        return isinstance(node, fx.Node) and node.op == "get_attr" and self.registry.knows(node.target)


def _is_read_as_picture(node):
    """Whether what comes next, behind activations, is for pictures, whose channels are axis 1."""
    for user in node.users:
        name = _operation(user)
        if user.op != "call_function":
            return False
        if name.startswith(("conv", "upsample", "_native_batch_norm", "instance_norm", "group_norm")) or "pool" in name:
            return True
        return torch.Tag.pointwise in user.target.tags and _is_read_as_picture(user)
    return False


def _along_positions(node, ids):
    """Softmax and roll mix what lies along their axes: they are followed where no channels do."""
    axes = node.args[1] if _operation(node) == "softmax" else [*node.args[2:3], range(ids.ndim)][0]
    axes = [axes] if isinstance(axes, int) else axes
    return None if any(varies(ids, axis) for axis in axes) else ids


def _operation(node):
    """Such as "conv2d" for aten.conv2d.default."""
    return {"placeholder": "input", "output": "output"}.get(node.op) or getattr(node.target, "_opname", node.name)
