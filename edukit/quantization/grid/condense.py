"""Many values as few: the mean and the number of the values in each of many narrow bins.

    Σ_x (x - x̂)²  ≈  Σ_bins n (m - m̂)² + Σ_bins n var          the last sum is the same for every grid

So candidates for a range are compared on the means, and the values themselves are read once. Only a bin in which two
codes meet is judged as if all its values had the code of the mean.

Symbols   n values in a bin, m their mean, var their variance · x̂, m̂ the same, stored on a grid
Shapes    x (…) with the axes that are reduced → (…, bins) with these axes as 1, so that it broadcasts as x[..., None]
Cost      about five passes over x, and memory for one copy of it in float64
In production  the histograms of onnxruntime.quantization.calibrate and of torchao's HistogramObserver
"""

import math

import torch

from edukit.quantization.grid.affine import Array


def condensed(x: Array, others: tuple[int, ...], bins: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The means and the counts of `bins` equal bins between the smallest and the largest value, both (…, bins).

    others   the axes that are reduced; each index of the remaining ones has bins of its own

    >>> means, counts = condensed(torch.tensor([[0.0, 0.25, 1.0, 4.0]]), (1,), bins=4)
    >>> means.tolist(), counts.tolist()
    ([[[0.125, 1.0, 0.0, 4.0]]], [[[2.0, 1.0, 0.0, 1.0]]])
    """
    x = torch.as_tensor(x)
    kept = [a for a in range(x.ndim) if a not in others]
    rows = x.permute(*kept, *others).reshape(math.prod(x.shape[a] for a in kept), -1).double()
    low, high = rows.amin(1, keepdim=True), rows.amax(1, keepdim=True)
    width = torch.where(high > low, (high - low) / bins, torch.ones_like(low))
    place = ((rows - low) / width).long().clamp_(max=bins - 1)
    place += bins * torch.arange(len(rows))[:, None]
    counts = torch.bincount(place.flatten(), minlength=bins * len(rows))
    sums = torch.bincount(place.flatten(), rows.flatten(), minlength=bins * len(rows))
    shape = [1 if a in others else n for a, n in enumerate(x.shape)]
    return tuple(part.float().reshape(*shape, bins) for part in (sums / counts.clamp(min=1), counts))
