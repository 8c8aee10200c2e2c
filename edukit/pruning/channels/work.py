"""Where a network's multiply-accumulates are: how many each weight takes part in, and how many it would without rows.

    MACs(w) = MACs(whole w) · Π rows left / rows        over the axes of w: counted once, not for every choice

Symbols   w weight of a convolution or a linear layer
Assumes   that a layer works at as many places as before when it loses channels
Bound     exact for all that has weights; products of two activations, as in attention, count as unchanged
In production  torch.utils.flop_counter, whose table of operators this uses
"""

from collections import Counter
from collections.abc import Mapping

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from edukit.copies import copied
from edukit.graph import tensors_of
from edukit.inputs import as_inputs, has_batch
from edukit.measure.counts import plain_attention

Rows = Mapping[tuple[str, int], int]  # {(weight, axis): a number of rows}


def macs_by_weight(model: nn.Module, example) -> dict[str, int]:
    """{weight: multiply-accumulates of one input}, for the weights that a run on the example meets.

    >>> macs_by_weight(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2, 5)), torch.zeros(1, 1, 3, 3))
    {'0.weight': 18, '2.weight': 10}
    """
    own = copied(model).eval()
    inputs = as_inputs(example, model)
    with torch.no_grad(), plain_attention(), _Counting(own) as counting:
        own(*(part[:1].clone() if has_batch(part, inputs) else part.clone() for part in inputs))
    return dict(counting.macs)


class Work:
    """The MACs of a model that loses rows, a few at a time.

    total   MACs of the whole model: what no weight accounts for stays as it is

    >>> work = Work(nn.Linear(4, 3), torch.zeros(1, 4), 12)
    >>> work.after({("weight", 0): 1}), work.left
    (8, 12)
    """

    def __init__(self, model: nn.Module, example, total: int):
        self.left = total
        self._macs = macs_by_weight(model, example)
        self._gone = Counter()
        self._shapes = {name: tensor.shape for name, tensor in tensors_of(model).items() if name in self._macs}

    def after(self, rows: Rows) -> int:
        """MACs that are left when these rows go, too; negative numbers come back."""
        touched = {name for name, _ in rows if name in self._macs}
        return self.left + sum(self._of(name, rows) - self._of(name, {}) for name in touched)

    def take(self, rows: Rows) -> None:
        """Let these rows go."""
        self.left = self.after(rows)
        self._gone.update(rows)

    def _of(self, name, rows):
        macs = self._macs[name]
        for axis, size in enumerate(self._shapes[name]):
            macs = macs * (size - self._gone[name, axis] - rows.get((name, axis), 0)) // size
        return macs


class _Counting(TorchDispatchMode):
    """Sees every operator on its way to the processor, and adds its work to the weight among its arguments."""

    def __init__(self, model):
        super().__init__()
        self.names = {tensor.data_ptr(): name for name, tensor in tensors_of(model).items() if tensor.ndim > 1}
        self.macs = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        names = [self.names.get(arg.data_ptr()) for arg in args if isinstance(arg, torch.Tensor)]
        flops = flop_registry.get(func.overloadpacket)
        if flops and any(names):
            self.macs[next(filter(None, names))] += flops(*args, out_val=out) // 2
        return out
