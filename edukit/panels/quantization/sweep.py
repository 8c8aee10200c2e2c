"""The panel of the sweep: the length of a row, the size of a group and the bits of a scale against the error."""

from functools import partial
from itertools import product

import torch

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.shared_scales import SharedScalesPlot
from edukit.plots.quantization.sweep import SweepPlot
from edukit.quantization.grid.sweep import SCALE_BITS, SHARINGS
from edukit.quantization.grid.sweep import error_sweep as sweep


def error_sweep(weights, group_sizes=(16, 32, 128), still: dict | None = None) -> Panel:
    """The error of weights in rows against the bits stored for each; the sweeps run before the panel opens.

    weights   tensors (rows, length), each of another length

    >>> import torch
    >>> error_sweep([torch.eye(8), torch.eye(16)], group_sizes=[8]).description[:56]
    'Rows of 8 weights, codes of 4 bits, scales of 32 bits: p'
    """
    by_length = {f"{w.shape[1]:,}": torch.nn.Parameter(w, requires_grad=False) for w in weights}
    model = torch.nn.ParameterDict(by_length)
    sizes = list(group_sizes)
    sweeps = {(size, held): sweep(model, group_size=size, scale_bits=held) for size, held in product(sizes, SCALE_BITS)}
    controls = {"row_length": list(by_length), "group_size": sizes, "scale_bits": list(SCALE_BITS)[::-1]}
    return Panel(partial(SweepPlot, sweeps=sweeps), figsize=(7.5, 4.2), still=still, **controls)


def shared_scales() -> Panel:
    """Which weights of a matrix share a scale, and how many bits a weight then takes.

    >>> shared_scales().description[:5]
    'Scale'
    """
    controls = dict(share=list(SHARINGS), scale_bits=list(SCALE_BITS)[::-1])
    return Panel(SharedScalesPlot, **controls, still={"share": "per group", "scale_bits": 8})
