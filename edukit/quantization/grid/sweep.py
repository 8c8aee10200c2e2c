"""All weights of a network on grids: with one scale per tensor, per channel or per group, and the error against bits.

    for each layer, for each sharing of scales, for each b:   Σ (w - ŵ)² / Σ w²        ŵ on the grid of b bits

A weight takes b + s m / n bits: n weights, m scales of s bits. The scales are rounded as a file holds them:
    s = 32   float32
    s = 16   float16
    s = 8    FP8 E4M3, relative to the largest scale of the layer; that one float32 more counts as well

Shapes    a weight (out, …) is read as rows (out, in · kh · kw); groups run along the rows
Cost      the range of values does not depend on b, so it is found once; ResNet-18 (11.7 M weights, 7 numbers of bits,
          3 sharings) takes seconds: `python -m edukit.experiments.quantization.quantize_speed`
Source    Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342, section 3.1;
          scales in E4M3: NVIDIA 2025, https://arxiv.org/abs/2509.25149, appendix B
In production  the sensitivity tools of AIMET and NNCF; they also run data through the network
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import nn

from edukit.copies import with_stored_weights
from edukit.quantization.grid.affine import choose_qparams, fake_quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.error import normalized_mse
from edukit.quantization.grid.granularity import join_groups, split_groups
from edukit.refuse import check_model

SHARINGS = "per tensor", "per channel", "per group"
AXES = dict(zip(SHARINGS, (None, 0, (0, 1)), strict=True))  # those that keep a range of their own
SCALE_BITS = 8, 16, 32
SYMMETRIC = partial(choose_qparams, symmetric=True)


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


def round_weights(
    model: nn.Module,
    bits: int,
    sharing: str = "per channel",
    *,
    group_size: int = 32,
    choose: Callable = SYMMETRIC,
) -> nn.Module:
    """A copy of the model whose weights of two axes or more lie on their grids, as floats; biases stay as they are.

    sharing   who shares a scale: "per tensor", "per channel" (axis 0) or "per group" (of neighbours in a row)
    choose    choose(low, high, bits) -> QParams
    Raises ValueError for another sharing, and for bits or a group_size that are not allowed.

    >>> layer = nn.Linear(4, 2)
    >>> layer.weight.data = torch.tensor([[-1.0, 0.6, 0.4, 0.0], [0.02, 0.01, 0.0, 0.0]])
    >>> round_weights(layer, 2).weight.tolist() == [[-1.0, 1.0, 0.0, 0.0], [0.019999999552965164, 0.0, 0.0, 0.0]]
    True
    """
    check_model(model)
    if sharing not in AXES:
        raise ValueError(f"sharing must be one of {', '.join(SHARINGS)}, got {sharing!r}")
    rounded = with_stored_weights(model)
    for w in (w for w in rounded.parameters() if w.ndim > 1):
        rows = w.data.flatten(1)
        values = split_groups(rows, group_size) if sharing == "per group" else rows
        on_grid = fake_quantize(values, choose(*min_max(values, AXES[sharing]), bits))
        if sharing == "per group":
            on_grid = join_groups(on_grid, rows.shape[1])
        w.data = on_grid.reshape(w.shape)
    return rounded


def error_sweep(
    model: nn.Module,
    bits: Iterable[int] = range(2, 9),
    *,
    group_size: int = 32,
    symmetric: bool = True,
    scale_bits: int = 32,
) -> list[SweepRow]:
    """The error of every weight of two axes or more, for each sharing of scales and each number of bits.

    Fold batch norm first (`fold_batchnorm`), as a runtime does: it makes channels unequal.
    Raises ValueError for a model without such a weight, and for bits, a group_size or scale_bits (8, 16 or 32) that
    are not allowed.

    >>> rows = error_sweep(nn.Sequential(nn.Linear(64, 4), nn.Linear(4, 2)), bits=[4, 8])
    >>> len(rows), rows[0].layer, rows[0].sharing, rows[4].bits_per_weight
    (12, '0', 'per tensor', 5.0)
    """
    check_model(model)
    if scale_bits not in SCALE_BITS:
        raise ValueError(f"scale_bits must be 8, 16 or 32, got {scale_bits!r}")
    weights = {name: w.detach() for name, w in model.named_parameters() if w.ndim > 1}
    if not weights:
        raise ValueError("model holds no weight of two axes or more")
    bits = list(bits)
    rows = partial(_rows, bits=bits, group_size=group_size, symmetric=symmetric, scale_bits=scale_bits)
    return [row for name, w in weights.items() for row in rows(name.removesuffix(".weight"), w.flatten(1))]


def _rows(layer, w: torch.Tensor, *, bits, group_size, symmetric, scale_bits):
    groups = split_groups(w, group_size)
    for sharing, values in zip(SHARINGS, (w, w, groups), strict=True):
        low, high = min_max(values, AXES[sharing])
        scales = scale_bits * low.numel() + (32 if scale_bits == 8 else 0)
        for b in bits:
            grid = choose_qparams(low, high, b, symmetric=symmetric)
            grid = replace(grid, scale=as_stored(grid.scale, scale_bits))
            error = normalized_mse(values, fake_quantize(values, grid))
            yield SweepRow(layer, sharing, b, w.numel(), b + scales / w.numel(), error)


def as_stored(scale: torch.Tensor, bits: int) -> torch.Tensor:
    """The nearest scales above 0 that so many bits hold: 8, relative to the largest of them, 16 or 32.

    >>> as_stored(torch.tensor([1.0, 0.3]), 16).tolist()
    [1.0, 0.300048828125]
    """
    if bits == 32:
        return scale
    kind = torch.float16 if bits == 16 else torch.float8_e4m3fn
    limits = torch.finfo(kind)
    unit = scale.max() / limits.max if bits == 8 else 1
    held = (scale / unit).clamp(limits.smallest_normal * limits.eps, limits.max)
    return held.to(kind).to(scale.dtype) * unit
