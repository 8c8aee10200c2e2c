"""Granularity: one scale per tensor, per channel or per group; only the shape of the scale changes.

    x (out, in), groups of g along the input     scale          scales   bits a weight, scales of 32 bits
    per tensor   min_max(x)                      ()             1        b
    per channel  min_max(x, axis=0)              (out, 1)       out      b + 32 / in
    per group    min_max(groups, axis=(0, 1))    (out, n, 1)    out n    b + 32 / g

Where g does not divide L, the last group is filled with zeros. Every grid holds 0, so `min_max` and `choose_qparams`
find the grid of a shorter last group, as ONNX has it.

Symbols   groups = split_groups(x, g) · g values in a group, n = ⌈in / g⌉ groups in a row · b bits of a code
Shapes    axis of length L -> two axes (⌈L / g⌉, g) in its place; a convolution's weight is w.flatten(1) first
Bound     the largest error is half a step, and no group's step is above its channel's, no channel's above the tensor's
Source    Shen et al. 2019, https://arxiv.org/abs/1909.05840 (group-wise quantization)
In production  block_size of the ONNX operators QuantizeLinear and DequantizeLinear; PerGroup of torchao.quantization
"""

import numpy as np
import torch

from edukit.quantization.grid.affine import Array
from edukit.refuse import check_array, check_whole, shown


def split_groups(x: Array, size: int, axis: int = -1) -> Array:
    """x with one axis cut into groups of `size` neighbours: (…, L, …) -> (…, groups, size, …).

    A view where size divides L; otherwise a copy whose last group is filled with zeros.
    Raises ValueError for a size below 1 or an axis that x does not have.

    >>> split_groups(np.arange(6), 3).tolist(), split_groups(np.arange(5), 3).tolist()
    ([[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 0]])
    """
    check_array(x)
    axis = _checked_axis(axis, x.ndim)
    size = check_whole(size, "size")
    if missing := -x.shape[axis] % size:
        x = _with_zeros(x, missing, axis)
    return x.reshape(*x.shape[:axis], x.shape[axis] // size, size, *x.shape[axis + 1 :])


def join_groups(groups: Array, length: int | None = None, *, axis: int = -1) -> Array:
    """The way back: (…, groups, size, …) -> (…, L, …).

    length   L, where the last group was filled; None: all of it
    axis     as it was counted in x
    Raises ValueError for a length that these groups cannot have had, or an axis that x did not have.

    >>> join_groups(split_groups(np.arange(5), 3), 5).tolist()
    [0, 1, 2, 3, 4]
    """
    check_array(groups, "groups")
    axis = _checked_axis(axis, groups.ndim - 1)
    count, size = groups.shape[axis : axis + 2]
    length = count * size if length is None else length
    if not isinstance(length, int) or not (count - 1) * size < length <= count * size:
        raise ValueError(f"length must be {max(0, (count - 1) * size + 1)} to {count * size}, got {length!r}")
    joined = groups.reshape(*groups.shape[:axis], count * size, *groups.shape[axis + 2 :])
    return joined[(slice(None),) * axis + (slice(length),)]


def _with_zeros(x, missing, axis):
    shape = (*x.shape[:axis], missing, *x.shape[axis + 1 :])
    if isinstance(x, torch.Tensor):
        return torch.cat([x, x.new_zeros(shape)], axis)
    return np.concatenate([x, np.zeros(shape, x.dtype)], axis)


def _checked_axis(axis, ndim):
    if not isinstance(axis, int) or not -ndim <= axis < ndim:
        raise ValueError(f"axis must be one of the {ndim} axes of x, got {shown(axis)}")
    return axis % ndim
