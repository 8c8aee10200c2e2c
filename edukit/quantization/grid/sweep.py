"""The sweep: the error of each layer against bits, with one scale per tensor, per channel or per group.

    for each layer, for each sharing of scales, for each b:   Σ (w - ŵ)² / Σ w²        ŵ on the grid of b bits

A weight weighs b + 32 m / n bits: n weights, m float32 scales.

Shapes    a weight (out, …) is read as rows (out, in · kh · kw); groups run along the rows
Cost      the range of values does not depend on b, so it is found once; ResNet-18 (11.7 M weights, 7 numbers of bits,
          3 sharings) takes seconds: `python -m edukit.experiments.quantize_speed`
Source    Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342, section 3.1
In production  the sensitivity tools of AIMET and NNCF; they also run data through the network
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from edukit.quantization.grid.affine import choose_qparams, fake_quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.error import normalized_mse
from edukit.quantization.grid.granularity import split_groups
from edukit.refuse import check_model

SHARINGS = "per tensor", "per channel", "per group"


@dataclass(frozen=True)
class SweepRow:
    """One layer, one sharing of scales, one number of bits."""

    layer: str
    sharing: str
    bits: int
    weights: int
    bits_per_weight: float  # with its part of the scales
    normalized_mse: float

    @property
    def sqnr_db(self) -> float:
        """The signal-to-quantization-noise ratio in dB; infinite where nothing was lost."""
        return float("inf") if self.normalized_mse == 0 else float(-10 * np.log10(self.normalized_mse))


def error_sweep(
    model: nn.Module, bits: Iterable[int] = range(2, 9), *, group_size: int = 32, symmetric: bool = True
) -> list[SweepRow]:
    """The error of every weight of two axes or more, for each sharing of scales and each number of bits.

    Fold batch norm first (`fold_batchnorm`), as a runtime does: it makes channels unequal.
    Raises ValueError for a model without such a weight, and for bits or a group_size that are not allowed.

    >>> rows = error_sweep(nn.Sequential(nn.Linear(64, 4), nn.Linear(4, 2)), bits=[4, 8])
    >>> len(rows), rows[0].layer, rows[0].sharing, rows[4].bits_per_weight
    (12, '0', 'per tensor', 5.0)
    """
    check_model(model)
    weights = {name: w.detach() for name, w in model.named_parameters() if w.ndim > 1}
    if not weights:
        raise ValueError("model holds no weight of two axes or more")
    bits = list(bits)
    return [row for name, w in weights.items() for row in _rows(name, w.flatten(1), bits, group_size, symmetric)]


def _rows(name, w: torch.Tensor, bits, group_size, symmetric):
    layer = name.removesuffix(".weight")
    groups = split_groups(w, group_size)
    for sharing, values, axis in zip(SHARINGS, (w, w, groups), (None, 0, (0, 1)), strict=True):
        low, high = min_max(values, axis)
        for b in bits:
            grid = choose_qparams(low, high, b, symmetric=symmetric)
            error = normalized_mse(values, fake_quantize(values, grid))
            yield SweepRow(layer, sharing, b, w.numel(), b + 32 * low.numel() / w.numel(), error)
