"""What formats take and give: numbers in numpy's arrays, and patterns of bits in the smallest unsigned type."""

import numpy as np
import torch

from edukit.quantization.grid.affine import Array
from edukit.refuse import check_real


def as_numpy(x) -> np.ndarray:
    """The values of an array or a tensor, which is left as it is."""
    return x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)


def like(x, values: np.ndarray) -> Array:
    """The values as x came: numpy or torch."""
    return torch.from_numpy(np.asarray(values)).to(x.device) if isinstance(x, torch.Tensor) else values


def finite(x) -> np.ndarray:
    """x in float64; ValueError for NaN and infinity."""
    check_real(x)
    x = np.asarray(as_numpy(x), np.float64)
    if not np.isfinite(x).all():
        raise ValueError("x holds NaN or infinity, for which this format has no pattern")
    return x


def as_patterns(codes, bits) -> np.ndarray:
    """Codes in the smallest unsigned type that holds `bits` bits."""
    return np.asarray(codes).astype(np.min_scalar_type(2**bits - 1))


def checked_patterns(patterns, bits) -> np.ndarray:
    """Patterns as int64; ValueError for what does not fit into `bits` bits."""
    patterns = np.asarray(as_numpy(patterns))
    if patterns.dtype.kind not in "iu" or (patterns.size and not 0 <= patterns.min() <= patterns.max() < 2**bits):
        raise ValueError(f"patterns must be whole numbers from 0 to {2**bits - 1}, got {patterns.ravel()[:8]}")
    return patterns.astype(np.int64)
