"""The activations of a whole network: observed once, then quantized with any range and number of bits.

    Activations(model, calibration)   trace, fold batch norm, show every value that quantize_model would put on a grid
                                      to an Observer of its own
    .quantized(calibrator, bits)      the network with these values on their grids, and float weights

quantized(f, b) answers as quantize_model(model, calibration, None, b, calibrator=f) does, bit for bit. Tracing takes
a second or more, and a range from an observer milliseconds: so many ranges can be compared.

Symbols   a point: a value of the graph with a grid of its own, named after the operation that computes it
In production  a calibration cache: TensorRT and onnxruntime.quantization write the ranges to a file
"""

import copy
from collections.abc import Iterable

from torch import fx, nn

from edukit.graph import watched
from edukit.quantization.grid.affine import check_bits, fake_quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.placement import activation_grid, choose_grids, observed


class Activations:
    """Observers of a network's activations, and the network with these activations quantized.

    observers   {point: Observer}, in the order of computing; a value that was only moved afterwards has none of its own

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> activations = Activations(net, torch.rand(20, 4))
    >>> list(activations.observers)
    ['input_1', 'relu', 'linear_1']
    >>> x = torch.rand(5, 4)
    >>> torch.equal(activations.quantized(bits=2)(x), net(x)), torch.equal(activations.quantized(points=[])(x), net(x))
    (False, True)
    """

    def __init__(self, model: nn.Module, calibration):
        self._network = float_network(model, as_batches(calibration, model)[0])
        self._watch(calibration)

    def again(self, calibration) -> "Activations":
        """The same network watched anew, on other data."""
        other = copy.copy(self)
        other._watch(calibration)
        return other

    def _watch(self, calibration):
        points = observed(self._network)
        batches = as_batches(calibration, self._network)
        watched = choose_grids(self._network, points, batches, lambda observer: observer)
        self._nodes = {}
        self.observers = {}
        self._known = {}
        for observer in dict.fromkeys(watched.values()):
            nodes = [node for node, own in watched.items() if own is observer]
            self._nodes[nodes[0].name], self.observers[nodes[0].name] = nodes, observer

    def quantized(self, calibrator=min_max, bits: int = 8, *, points: Iterable[str] | None = None) -> nn.Module:
        """The network with values on the grids of the ranges that the calibrator finds; weights stay float.

        calibrator   sample -> (low, high), as `quantize_model` takes it
        points       names of the values; None: all of them
        """
        check_bits(bits, "bits", most=8)
        names = list(self.observers) if points is None else list(points)
        if unknown := sorted(set(names) - set(self.observers)):
            raise ValueError(f"points names {', '.join(unknown)}; the points are {', '.join(self.observers)}")
        grids = {node: self._grid(name, calibrator, bits) for name in names for node in self._nodes[name]}
        return _OnGrids(self._network, grids)

    def _grid(self, name, calibrator, bits):
        key = name, calibrator, bits
        if key not in self._known:  # mse tries hundreds of ranges: ask it once
            self._known[key] = activation_grid(self.observers[name], calibrator, bits)
        return self._known[key]


class _OnGrids(nn.Module):
    """A float network, some of whose values are put on a grid as soon as they are computed."""

    def __init__(self, network: fx.GraphModule, grids: dict):
        super().__init__()
        self.network = network
        self.grids = grids

    def forward(self, *inputs):
        return watched(self.network, inputs, self._on_grid)

    def _on_grid(self, node, value):
        return fake_quantize(value, self.grids[node]) if node in self.grids else None
