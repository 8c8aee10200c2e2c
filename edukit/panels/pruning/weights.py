"""The panels of lessons 06 and 06b: which weights go, what a network names without them, and what zeros weigh."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.pruning.stored_row import StoredRowPlot
from edukit.plots.drawings.pruning.weights_and_inputs import SCORES, TIMES, WeightsAndInputsPlot
from edukit.plots.pruning.storage import StoragePlot
from edukit.plots.pruning.weights import CurvesPlot, RemovedPlot


def curves(found, changed) -> Panel:
    """Accuracy and change of the weights against sparsity: both {rule: {sparsity in %: [% of each seed]}}.

    >>> found, changed = {"global": {0: [96, 95], 80: [10, 12]}}, {"global": {0: [0, 0], 80: [60, 62]}}
    >>> curves(found, changed).description
    'At 30 % zeros, read off the lines: global 64 % named right, weights changed by 23 %.'
    """
    plot = partial(CurvesPlot, found=found, changed=changed)
    return Panel(plot, sparsity_percent=(0, 80, 30), still={"sparsity_percent": 70}, figsize=(8.5, 3.0))


def removed(layers, shown) -> Panel:
    """The weights that go, by size and by place: layers {name: weight (filters, …)}; shown: names that get a button.

    >>> import numpy as np
    >>> layers = {"line": np.float32([[1, 2, 3, 4]]), "other": np.float32([[9, 9]])}
    >>> removed(layers, ["line"]).description
    'line, 4 weights, 50 % of it zero: 2 go, 50 %, the largest of them 2.000; 0 of 1 filters are empty.'
    """
    controls = dict(layer=list(shown), sparsity_percent=(0, 95, 50), scope=["layer", "global"])
    return Panel(partial(RemovedPlot, layers=layers), **controls, still={"sparsity_percent": 95}, figsize=(8.5, 3.2))


def storage(layers) -> Panel:
    """Bytes of a layer in four formats against sparsity: layers {name: weight (filters, …)}.

    >>> import numpy as np
    >>> storage({"layer": np.arange(1, 1025).reshape(16, 64)}).description[:62]
    'layer, 32 bits a value, 30 % zeros: of 4,096 dense bytes csr 8'
    """
    still = {"value_bits": 8, "sparsity_percent": 50}
    controls = dict(layer=list(layers), value_bits=[32, 16, 8], sparsity_percent=(0, 95, 30))
    return Panel(partial(StoragePlot, layers=layers), **controls, still=still, figsize=(8.5, 3.2))


def weights_and_inputs() -> Panel:
    """Half of each row goes, by the size of a weight or by size times the norm of its input.

    >>> weights_and_inputs().description[:14]
    'By magnitude, '
    """
    controls = dict(score=list(SCORES), one_input_times=list(TIMES))
    return Panel(WeightsAndInputsPlot, **controls, still={"score": "Wanda", "one_input_times": 10})


def stored_row() -> Panel:
    """The bytes of a row of sixteen weights in five formats.

    >>> stored_row().description[:27]
    '8 of 16 weights are 0, 16 b'
    """
    return Panel(StoredRowPlot, zeros=(0, 15, 8), value_bits=[16, 8], still={"zeros": 12})
