"""A Hadamard rotation: each number becomes a sum of all with signs, so that one large number is shared out to all.

    rotate(x) = H x / √n         H₁ = [1],  H₂ₙ = [[Hₙ, Hₙ], [Hₙ, -Hₙ]]         H / √n is symmetric, and its own inverse
    rotate(x) · rotate(w) = x · w         so a layer whose inputs and weights are both rotated answers as before

A vector with one number a, all others 0, becomes n numbers of size |a| / √n. The other way round, n equal numbers
become one: where numbers have a common sign, they get random signs first, inputs and weights the same ones.

Symbols   n the largest power of two that divides the last axis; blocks of n are rotated apart
Shapes    x (…, C) -> (…, C)
Bound     max|rotate(x)| <= ‖x‖₁ / √n; lengths and products stay as they are, up to rounding
Cost      log2(n) additions for each number, no multiplication but the last one by 1 / √n
Source    Sylvester 1867, https://doi.org/10.1080/14786446708639914; Ashkboos et al. 2024, QuaRot,
          https://arxiv.org/abs/2404.00456 (rotations against outliers, random signs)
In production  QuaRotModifier and SpinQuantModifier of llm-compressor: most of the rotations go into weights beforehand
"""

import numpy as np
import torch

from edukit.quantization.grid.affine import Array, namespace
from edukit.refuse import check_array, check_real, check_whole


def rotate(x: Array, *, seed: int | None = None) -> Array:
    """x times a Hadamard matrix along its last axis, over the root of its size, numpy or torch as x is.

    seed   None: the matrix as it is, and rotate(rotate(x)) = x. A number: random signs first, the same for each x
    Raises ValueError for an x without values along its last axis, and TypeError for what is no array.

    >>> rotate(np.float32([8, 0, 0, 0])).tolist(), rotate(np.float32([4, 4, 4, 4])).tolist()
    ([4.0, 4.0, 4.0, 4.0], [8.0, 0.0, 0.0, 0.0])
    """
    check_array(x, "x")
    check_real(x, "x")
    if x.ndim < 1 or 0 in x.shape:
        raise ValueError(f"x must hold one number or more along each axis, got the shape {tuple(x.shape)}")
    xp = namespace(x)
    if seed is not None:
        x = x * _signs(x, seed)
    n = x.shape[-1] & -x.shape[-1]  # the lowest bit that is set
    rows = x
    half = 1
    while half < n:
        pairs = rows.reshape(-1, 2, half)
        rows = xp.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], 1)
        half *= 2
    return rows.reshape(x.shape) / n**0.5


def _signs(x, seed):
    """+1 or -1 for each place of the last axis, in the type of x."""
    seed = check_whole(seed, "seed", 0)
    signs = 2 * np.random.default_rng(seed).integers(0, 2, x.shape[-1]) - 1
    return (
        torch.as_tensor(signs, dtype=x.dtype, device=x.device) if isinstance(x, torch.Tensor) else signs.astype(x.dtype)
    )
