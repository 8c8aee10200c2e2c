"""What a model holds and computes: parameters, bytes, multiply-accumulates.

    convolution   B · N · H' · W' · (M / g) · k²        H', W' of the output; of the input when transposed
    matrix product (n, m) @ (m, p)   n · m · p          linear layers, attention

Symbols   MAC one multiplication and one addition, so 1 MAC = 2 FLOPs · M, N channels in and out · g groups · k kernel
Bound     MACs say nothing of memory traffic: two nets with equal MACs can differ several times in latency
Source    Howard et al. 2017, https://arxiv.org/abs/1704.04861, table 8 ("mult-adds")
In production  torch.utils.flop_counter, fvcore
"""

from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from edukit.checked import checked
from edukit.copies import with_stored_weights
from edukit.errors import first_line
from edukit.inputs import as_inputs, has_batch
from edukit.refuse import check_model, check_whole, shown
from edukit.turns import in_turn

aten = torch.ops.aten
FIRST_FACTOR = {  # the argument where a matrix product's factors begin
    **dict.fromkeys((aten.mm, aten.bmm, aten.mv, aten.dot, aten.vdot, aten._int_mm), 0),
    **dict.fromkeys((aten.addmm, aten._addmm_activation, aten.baddbmm, aten.addbmm, aten.addmv), 1),
}
COUNTED = {"aten", "prim", "prims", "profiler"}  # other packages' operators may do any work
HIDE = {"mkldnn_rnn_layer": "a recurrent layer", "_trilinear": "a bilinear layer", "_cdist_forward": "cdist"}


@checked
def count_parameters(model: nn.Module) -> int:
    """Learned numbers, shared ones once. Zero for a model whose weights are stored as integer buffers.

    >>> count_parameters(nn.Linear(4, 3))
    15
    """
    check_model(model)
    return sum(weight.numel() for weight in model.parameters())


@checked
def count_macs(model: nn.Module, input_shape_or_example) -> int:
    """Multiply-accumulates for one input, counted while a copy of the model runs on it in evaluation mode.

    a shape     without batch, such as (3, 224, 224), or several for a model of several inputs: it runs on zeros of the
                model's own type, or on token 0 where a model takes whole numbers only
    an example  a batch as torch or numpy, or a tuple of them: it runs on the first row
    Counted     convolutions, matrix products, attention; not biases, norms, activations, pooling
    Raises ValueError if the model does not take these, or runs an operator whose MACs cannot be seen.

    >>> count_macs(nn.Conv2d(3, 8, 3, padding=1), (3, 10, 10))  # 8 · 10 · 10 · 3 · 3²
    21600
    >>> count_macs(nn.Sequential(nn.Embedding(50, 16), nn.Linear(16, 4)), torch.tensor([[7, 2, 9]]))  # 3 · 16 · 4
    192
    """
    return _counted(model, input_shape_or_example).macs


@checked
def count_activations(model: nn.Module, input_shape_or_example) -> int:
    """Numbers that the operations which `count_macs` counts read and write for one input, besides their weights.

    What `count_macs` does not count, such as norms and pooling, is not counted here either.

    >>> count_activations(nn.Conv2d(3, 8, 3, padding=1), (3, 10, 10))  # 3 · 10 · 10 in, 8 · 10 · 10 out
    1100
    """
    return _counted(model, input_shape_or_example).activations


@checked
def size_bytes(path_or_model: str | Path | nn.Module) -> int:
    """Bytes of a file, of all files in a folder, or of a model's parameters and buffers, shared ones once.

    >>> size_bytes(nn.Linear(4, 3)), size_bytes(nn.Linear(4, 3).half())
    (60, 30)
    """
    if isinstance(path_or_model, nn.Module):
        tensors = [value for value in path_or_model.state_dict().values() if isinstance(value, torch.Tensor)]
        return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())
    if not isinstance(path_or_model, str | Path):
        kind = type(path_or_model).__name__
        raise TypeError(f"path_or_model must be a path or a torch.nn.Module, got {kind}")
    path = Path(path_or_model)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if not file.is_dir())


def _one_input(model, given) -> list[tuple[torch.Tensor, ...]]:
    """The inputs to run on, a batch of one: the first row of the example, or zeros of each type that may fit."""
    given = as_inputs(given, model) if isinstance(given, Mapping) else given
    parts = given if isinstance(given, tuple) else (given,)
    if parts and all(isinstance(part, np.ndarray | torch.Tensor) for part in parts):
        inputs = as_inputs(given, model)
        return [tuple((x[:1] if has_batch(x, inputs) else x).clone() for x in inputs)]
    several = isinstance(given, tuple | list) and all(isinstance(shape, tuple | list) for shape in given)
    shapes = given if several and given else [given]
    if not all(isinstance(shape, tuple | list) for shape in shapes):
        raise ValueError(
            f"input_shape_or_example must be a shape such as (3, 224, 224), or a batch, got {shown(given)}"
        )
    for size in (size for shape in shapes for size in shape):
        check_whole(size, "input_shape_or_example", 0, 2**30)
    own = next((w.dtype for w in model.parameters() if w.is_floating_point()), torch.float32)
    return [tuple(torch.zeros(1, *shape, dtype=dtype) for shape in shapes) for dtype in (own, torch.float, torch.long)]


class _MacCounter(TorchDispatchMode):
    """Sees every operator on its way to the processor, whatever Python called it."""

    def __init__(self):
        super().__init__()
        self.macs = self.activations = 0
        self.hidden = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        macs = _macs(func, args, out)
        if macs is None:
            self.hidden.add(HIDE.get(func.overloadpacket.__name__, func.name()))
        elif macs:
            self.macs += macs
            self.activations += _activations(func.overloadpacket, args, out)
        return out


def _macs(func, args, out) -> int | None:
    """Of one operator; None where it works on its own, so that its matrix products are not seen."""
    op = func.overloadpacket
    name = func.overloadpacket.__name__
    if op is aten.convolution:
        x, weight, transposed = args[0], args[1], args[6]
        return (x if transposed else out).numel() * weight[0].numel()
    if op in FIRST_FACTOR:
        left, right = args[FIRST_FACTOR[op] :][:2]
        return left.numel() * (right.shape[-1] if right.ndim > 1 else 1)
    if name.startswith("_scaled_dot_product"):
        query, key, value = args[:3]
        return query[..., 0].numel() * key.shape[-2] * (key.shape[-1] + value.shape[-1])
    if func.namespace == "edukit":  # of its operators, this one alone multiplies matrices; the others round
        return args[0].numel() * len(args[1]) if name == "dynamic_linear" else 0
    return 0 if func.namespace in COUNTED and name not in HIDE else None


def _activations(op, args, out) -> int:
    """Elements of what goes in and out; the second factor of a single matrix product is a weight, of several not."""
    first = FIRST_FACTOR.get(op, 0)
    count = 3 if op.__name__.startswith("_scaled_dot_product") else 2 if op in (aten.bmm, aten.baddbmm) else 1
    made = out[0] if isinstance(out, tuple) else out
    return made.numel() + sum(x.numel() for x in args[first : first + count])


@in_turn
def _counted(model, input_shape_or_example) -> "_MacCounter":
    check_model(model)
    model = with_stored_weights(model).eval()
    failed = None
    tries = _one_input(model, input_shape_or_example)
    for inputs in tries:
        with torch.no_grad(), plain_attention(), _MacCounter() as counter:
            try:
                model(*inputs)
            except Exception as error:  # whatever the model's own code raises
                failed = failed or error
                continue
        if counter.hidden:
            hidden = ", ".join(sorted(counter.hidden))
            raise ValueError(f"model holds {hidden} that runs as one operator, whose MACs cannot be followed")
        return counter
    shapes = " and ".join(str(tuple(x.shape[1:])) for x in tries[0])
    raise ValueError(f"model does not take the input_shape_or_example {shapes}: {first_line(failed)}") from failed


@contextmanager
def plain_attention():
    """torch's attention layers as separate operators, not as one that hides its matrix products."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
