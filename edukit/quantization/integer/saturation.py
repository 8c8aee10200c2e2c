"""Overflow: where integer sums exceed their type, and why 8-bit weights can be worse than 7-bit ones.

    wrap       a code that does not fit comes back at the other end: q - 2^b ⌊(q + 2^(b-1)) / 2^b⌋
    int32      ⌊(2^31 - 1) / (255 · 127)⌋ = 66,311 products of the largest codes fit into one accumulator
    int16      x86 without VNNI multiplies uint8 by int8 and adds neighbours two by two, each sum clipped to 16 bits:
               acc = Σ clip(q_x[2i] q_w[2i] + q_x[2i+1] q_w[2i+1], -2^15, 2^15 - 1)

Symbols   q_x codes of activations, 0 to 255 · q_w codes of weights, -128 to 127 · acc the accumulator, int32
Shapes    q_x (…, in), q_w (out, in) -> (…, out); pairs run along `in`
Bound     a pair loses at most 2 · 255 · 128 - 2^15 = 32,512; none where |q_w| <= 64, because 255 · 64 · 2 <= 32,767
Source    Intel's instruction VPMADDUBSW, https://www.intel.com/content/www/us/en/docs/intrinsics-guide/
          right on one processor, wrong on the next: https://github.com/microsoft/onnxruntime/issues/5849;
          suspected where per channel (67.39 %) was below per tensor (69.43 %): issue 6545 there
In production  reduce_range=True of onnxruntime.quantization (7-bit weights); VNNI, since 2018, adds in 32 bits
"""

import numpy as np

from edukit.quantization.integer.layers import accumulate_linear
from edukit.refuse import check_whole

INT16 = -(2**15), 2**15 - 1


def wrap(q, bits: int = 8) -> np.ndarray:
    """What is left of whole numbers in a register of `bits` bits with a sign: everything beyond it wraps around.

    >>> wrap(np.array([127, 128, 200, -129])).tolist()
    [127, -128, -56, 127]
    """
    bits = check_whole(bits, "bits", 2, 32)
    half = 2 ** (bits - 1)
    return (np.asarray(q, np.int64) + half) % (2 * half) - half


def products_that_fit(x_limit: int = 255, w_limit: int = 127, *, bits: int = 32) -> int:
    """How many products of codes up to x_limit and w_limit an accumulator of that many bits can add.

    >>> products_that_fit(), products_that_fit(bits=16), products_that_fit(w_limit=64, bits=16)
    (66311, 1, 2)
    """
    for name, value in (("x_limit", x_limit), ("w_limit", w_limit), ("bits - 1", bits - 1)):
        check_whole(value, name)
    return (2 ** (bits - 1) - 1) // (x_limit * w_limit)


def pair_saturated(q_x, q_w, x_zero_point: int = 0) -> np.ndarray:
    """The sums Σ (q_x - Z_x) q_w, int32, on a processor that adds products two by two in 16 bits.

    q_x   codes (…, in), 0 to 255 · q_w codes (out, in), -128 to 127; ValueError for others
    Z_x is taken off afterwards, as Z_x Σ q_w, which no pair clips.

    >>> q_x, q_w = np.array([[255, 255]]), np.array([[127, 127]])
    >>> int(pair_saturated(q_x, q_w)[0, 0]), 2 * 255 * 127
    (32767, 64770)
    """
    exact = accumulate_linear(q_x, q_w, x_zero_point)  # refuses what does not fit
    return exact - lost_by_pairs(q_x, q_w).astype(np.int32)


def lost_by_pairs(q_x, q_w) -> np.ndarray:
    """What the clipping to 16 bits takes from each sum, int64: (…, in) and (out, in) -> (…, out).

    >>> int(lost_by_pairs(np.array([[255, 255, 10]]), np.array([[127, 127, 5]]))[0, 0]) == 64770 - 32767
    True
    """
    x = _pairs(q_x, 0, 255, "q_x")
    w = _pairs(q_w, -128, 127, "q_w")
    lost = np.zeros((*x.shape[:-2], len(w)), np.int64)
    for i in range(x.shape[-2]):  # one pair at a time: all at once would fill the memory
        sums = x[..., i, :] @ w[:, i].T
        lost += sums - np.clip(sums, *INT16)
    return lost


def _pairs(q, low, high, name):
    """(…, in) -> (…, pairs, 2), with a zero where one is missing."""
    q = np.asarray(q)
    if q.size and not low <= q.min() <= q.max() <= high:
        raise ValueError(f"{name} must hold codes from {low} to {high}, got {q.min()} to {q.max()}")
    q = np.concatenate([q, np.zeros((*q.shape[:-1], q.shape[-1] % 2), q.dtype)], -1)
    return q.reshape(*q.shape[:-1], -1, 2).astype(np.int64)
