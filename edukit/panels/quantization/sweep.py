"""The panel of the sweep: bits, groups and symmetry against the error of every layer of a network."""

from functools import partial
from itertools import product

from edukit.panels.panel import Panel
from edukit.plots.quantization.sweep import SweepPlot
from edukit.quantization.grid.sweep import SCALE_BITS
from edukit.quantization.grid.sweep import error_sweep as sweep


def error_sweep(model, group_sizes=(16, 32, 64, 128)) -> Panel:
    """The error of all weights of a model against the bits stored for a weight; the sweeps run before the panel opens.

    >>> import torch
    >>> error_sweep(torch.nn.Linear(64, 8), group_sizes=[32]).description[:59]
    'Codes of 4 bits, symmetric, groups of 32, scales of 16 bits'
    """
    sizes = list(group_sizes)
    sweeps = {
        (size, even, held): sweep(model, group_size=size, symmetric=even, scale_bits=held)
        for size, even, held in product(sizes, (True, False), SCALE_BITS)
    }
    plot = partial(SweepPlot, sweeps=sweeps)
    controls = {"bits": (2, 8, 4), "group_size": sizes, "scale_bits": list(SCALE_BITS), "symmetric": True}
    panel = Panel(plot, figsize=(7.5, 4.2), **controls)
    panel.controls["scale_bits"].value = 16
    panel.controls["group_size"].value = 64 if 64 in sizes else sizes[0]
    return panel
