"""The panel of the sweep: bits, groups and symmetry against the error of every layer of a network."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.sweep import SweepPlot
from edukit.quantization.grid.sweep import error_sweep as sweep


def error_sweep(model, group_sizes=(16, 32, 64, 128)) -> Panel:
    """The error of all weights of a model against what they weigh; the sweeps run before the panel opens.

    >>> import torch
    >>> error_sweep(torch.nn.Linear(64, 8), group_sizes=[32]).description[:43]
    'Codes of 4 bits, symmetric, groups of 32: p'
    """
    sizes = list(group_sizes)
    sweeps = {(size, even): sweep(model, group_size=size, symmetric=even) for size in sizes for even in (True, False)}
    plot = partial(SweepPlot, sweeps=sweeps)
    return Panel(plot, bits=(2, 8, 4), group_size=sizes, symmetric=True, figsize=(7.5, 4.2))
