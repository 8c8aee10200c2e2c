"""Products of signs by counting bits: exclusive-or marks where two rows of ±1 differ, and the ones are counted.

    a · b = n - 2 popcount(A xor B)          equal signs give +1, different ones -1: n minus twice the different ones

The bits behind the n-th are 0 in every row, so A xor B is 0 there. The rule printed more often, 2 popcount(A xnor B)
- n, counts each of them as an equal sign, unless they are masked. The result is the same whole number as the float
product of ±1, which is exact up to n = 2^24.

Symbols   a, b rows of n values ±1 · A, B their bits, 1 for +1 and 0 for -1 · popcount the number of ones
Shapes    signs (…, n) -> words (…, ⌈n / 64⌉) of uint64; the first sign takes the lowest bit of the first word
Cost      one exclusive-or, one count and one addition for 64 multiplications and additions; rows of float32 are 32
          times as large where n is a multiple of 64. numpy passes over memory for each of the three, one word at a
          time; a real kernel keeps them in registers
Source    Rastegari et al. 2016, https://arxiv.org/abs/1603.05279, section 3.2; padding with +1: see binary.py
In production  Larq Compute Engine's BConv2D: the same arithmetic, written for a phone's vector registers
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

WORD = 64


def pack_signs(x: np.ndarray) -> np.ndarray:
    """The signs of x along its last axis as bits in uint64 words: x >= 0 is a 1.

    >>> pack_signs(np.array([0.5, -3.0, 0.0])).tolist()  # binary 101
    [5]
    """
    _check(x, "x")
    n = x.shape[-1]
    words = np.zeros((*x.shape[:-1], -(-n // WORD) * WORD // 8), np.uint8)
    words[..., : -(-n // 8)] = np.packbits(x >= 0, axis=-1, bitorder="little")
    return words.view("<u8")


def binary_dot(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """n - 2 popcount(a xor b): the product of rows of n signs, from their words.

    a, b   words of `pack_signs` (…, words); their shapes broadcast, their last axes are equal
    n      how many signs a row holds

    >>> a, b = pack_signs(np.array([1, -1, 1])), pack_signs(np.array([1, 1, 1]))
    >>> int(binary_dot(a, b, 3))  # 1 - 1 + 1
    1
    """
    _check_words(a, b, n)
    return n - 2 * np.bitwise_count(a ^ b).sum(-1, dtype=np.int64)


def binary_matmul(a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """Every row of a with every row of b: (M, words), (N, words) -> (M, N) int32.

    >>> rows = np.array([[1, -1, 1], [1, 1, 1]])
    >>> binary_matmul(pack_signs(rows), pack_signs(rows), 3).tolist()
    [[3, 1], [1, 3]]
    """
    _check_words(a, b, n)
    different = np.zeros((len(a), len(b)), np.int32)
    for left, right in zip(a.T, b.T.copy(), strict=True):  # one word of every row at a time: M by N, not times words
        different += np.bitwise_count(left[:, None] ^ right)
    return n - 2 * different


def binary_conv2d(x: np.ndarray, w: np.ndarray, stride: int = 1, *, padding: int = 0) -> np.ndarray:
    """The convolution of the signs of x with the signs of w, each window a row of bits.

    x (B, C, H, W), w (N, C, k, k) -> (B, N, H', W') int32; the border is +1

    >>> binary_conv2d(np.ones((1, 2, 3, 3)), -np.ones((1, 2, 3, 3)), padding=1)[0, 0].tolist()
    [[-18, -18, -18], [-18, -18, -18], [-18, -18, -18]]
    """
    _check(x, "x"), _check(w, "w")
    if x.ndim != 4 or w.ndim != 4 or x.shape[1] != w.shape[1]:
        raise ValueError(f"x must be (B, C, H, W) and w (N, C, k, k), got {x.shape} and {w.shape}")
    x = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)])  # 0 has the sign +1
    if min(np.subtract(x.shape, w.shape)[2:]) < 0:
        raise ValueError(f"w must not be larger than the padded x, got {w.shape} on {x.shape}")
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    B, C, H, W, *kernel = windows.shape
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(B * H * W, -1)
    out = binary_matmul(pack_signs(rows), pack_signs(w.reshape(len(w), -1)), rows.shape[1])
    return out.reshape(B, H, W, len(w)).transpose(0, 3, 1, 2)


def _check(x, name):
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} must be a numpy array, got {type(x).__name__}")
    if x.ndim < 1 or x.shape[-1] == 0:
        raise ValueError(f"{name} must hold one sign or more in each row, got the shape {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name} holds NaN or infinity; it must be finite")


def _check_words(a, b, n):
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n!r}")
    for name, words in (("a", a), ("b", b)):
        if not isinstance(words, np.ndarray) or words.dtype != np.uint64:
            raise TypeError(f"{name} must be uint64 words of pack_signs, got {getattr(words, 'dtype', type(words))}")
        if words.shape[-1:] != (-(-n // WORD),):
            raise ValueError(f"{name} must have {-(-n // WORD)} words in a row for n = {n}, got shape {words.shape}")
