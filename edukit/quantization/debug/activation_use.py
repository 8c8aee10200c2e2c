"""How activations use their grids, on calibration and on evaluation data.

    used      the codes between the 0.1 % and the 99.9 % quantile, over all codes    small: an outlier took the range
    outside   values beyond the ends of the grid, over all values                    large: the range is too narrow
    channels  largest size in any channel over that in the middle channel            large: channels are unequal
    kurtosis  mean of z⁴, z the codes standardised; 3 for a normal distribution        large: some lie far out

`evaluate` is handed a network that listens: no evaluation data has to be passed, whatever it is made of.

Bound     0 <= used, outside <= 1 <= kurtosis
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import fx, nn

from edukit.graph import LAYERS, has_rows, joined
from edukit.inputs import has_batch
from edukit.quantization.debug.partial import Parts


@dataclass(frozen=True)
class Use:
    """How the values of one operation lie on its grid, as the header says."""

    used: float
    outside: float
    channels: float
    kurtosis: float


class Listener(nn.Module):
    """The float network of `parts`, which counts what goes through each quantized value and keeps some inputs.

    rows   the first inputs it was called with, at most 256, as a tuple of tensors

    >>> from edukit.quantization import quantize_model
    >>> from edukit.quantization.ptq.fold import float_network
    >>> net, x = nn.Sequential(nn.Linear(4, 2)), torch.rand(99, 4)
    >>> listener = Listener(Parts(float_network(net, x), quantize_model(net, x)))
    >>> _ = listener(x / 10)
    >>> bool(listener.uses()["input of 0"].used < 0.2)
    True
    """

    def __init__(self, parts: Parts):
        super().__init__()
        self.parts = parts
        self.rows = ()
        self.network = parts.switched_on([])
        self._counts = {}
        self._sizes = {}
        readers = {node.args[0]: (name, node) for name, nodes in reversed(parts.layers.items()) for node in nodes}
        self._readers = {point: readers.get(point) for point in parts.grids}

    def forward(self, *inputs):
        have = len(self.rows[0]) if self.rows else 0
        network = self.parts.network
        pairs = zip(has_rows(network), inputs, strict=True)
        fresh = tuple((x[: 256 - have] if rows else x).detach().clone() for rows, x in pairs)
        self.rows = joined(network, [self.rows, fresh]) if self.rows else fresh
        return self.network.run(inputs, self._count)

    def heard(self, batches) -> dict[str, Use]:
        """The uses, once these batches went through."""
        with torch.no_grad():
            for batch in batches:
                self(*batch)
        return self.uses()

    def uses(self) -> dict[str, Use]:
        """{value: Use}, each value by the layer that reads it; empty where nothing went through."""
        return {self._name(point): _use(counts, self._sizes.get(point)) for point, counts in self._counts.items()}

    def _count(self, point, x):
        if point not in self.parts.grids:
            return
        grid = self.parts.grids[point]
        low = grid.qmin - 1  # one more code on each side, for what lies outside
        high = grid.qmax + 1
        codes = torch.clip(torch.round(x / grid.scale) + grid.zero_point, low, high) - low
        counts = torch.bincount(codes.flatten().to(torch.int64), minlength=high - low + 1)
        self._counts[point] = self._counts.get(point, 0) + counts
        if reader := self._readers[point]:
            axis = 1 if reader[1].target in LAYERS - {torch.ops.aten.linear.default} else -1
            channels = x.detach().abs().movedim(axis, 0)
            sizes = channels.reshape(len(channels), -1).amax(1)  # a single row has one axis
            self._sizes[point] = torch.maximum(self._sizes.get(point, sizes), sizes)

    def _name(self, point: fx.Node) -> str:
        if reader := self._readers[point]:
            return f"input of {reader[0]}"
        made_by = [name for name, nodes in self.parts.layers.items() if point in nodes]
        return f"output of {made_by[0]}" if made_by else point.name


def _use(counts, sizes) -> Use:
    """How the codes of one value are used, from how often each came, with one place on each side for what lies outside.

    >>> use = _use(torch.tensor([1, 4, 8, 0, 3, 4]), torch.tensor([1.0, 2.0, 6.0]))
    >>> use.used, use.outside, use.channels  # all 4 codes from first to last, 5 of 20 outside, 6 beside a middle of 2
    (1.0, 0.25, 3.0)
    """
    shares = counts.double() / counts.sum()
    inside = shares[1:-1]
    reached = inside.cumsum(0) / max(float(inside.sum()), 1e-12)
    width = int((reached < 0.999).sum()) - int((reached <= 0.001).sum()) + 1
    z = torch.arange(len(shares)) - (shares * torch.arange(len(shares))).sum()
    variance = float((shares * z**2).sum())
    kurtosis = float((shares * z**4).sum()) / variance**2 if variance else 1.0
    unequal = 1.0 if sizes is None else float(sizes.max() / max(float(sizes.median()), 1e-12))
    return Use(width / len(inside), float(shares[0] + shares[-1]), unequal, kurtosis)


def typical_range(inputs: tuple) -> tuple[float, float]:
    """The smallest and the largest value of a typical row: medians over the rows, so that a wild row has no say.

    >>> typical_range((torch.tensor([[0.0, 1.0], [0.0, 3.0], [0.0, 99.0]]),))
    (0.0, 3.0)
    """
    low, high = _ends(inputs)
    return float(np.median(low)), float(np.median(high))


def outlying_rows(inputs: tuple, times: float = 3.0) -> list[int]:
    """The rows that reach further from the typical row's middle than `times` its half width, such as broken images.

    >>> outlying_rows((torch.tensor([[0.0, 1.0], [0.0, 3.0], [0.0, 99.0]]),))
    [2]
    """
    low, high = _ends(inputs)
    middle = (np.median(high) + np.median(low)) / 2
    half = (np.median(high) - np.median(low)) / 2
    reach = np.maximum(high - middle, middle - low)
    return np.flatnonzero(reach > times * half).tolist() if half else []  # rows of one number have no width


def _ends(inputs):
    """The smallest and the largest real value of each row, over all inputs that have a row for it."""
    real = [x.detach().reshape(len(x), -1) for x in inputs if x.is_floating_point() and has_batch(x, inputs)]
    if not real:
        return np.zeros(1), np.zeros(1)
    rows = torch.cat(real, 1)
    return rows.amin(1).numpy(), rows.amax(1).numpy()
