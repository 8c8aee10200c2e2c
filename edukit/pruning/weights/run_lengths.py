"""Run lengths: between the numbers that are not 0, how many zeros are skipped.

    w         0 0 5 0 7 0 0 0 9        zeros before each number     2 1 3        numbers   5 7 9

A run has `bits` bits, so it counts to 2^b - 1 at most. Where more zeros follow each other, a 0 is stored as a number
of its own, a filler. Zeros at the end are not stored.

Symbols   b bits of a run · s sparsity
Shapes    w (n,); values and runs (stored,)
Bound     restored(*run_lengths(w, b), n) = w; without fillers (1 - s) (bits of a value + b) bits a weight
Source    Han et al. 2016, https://arxiv.org/abs/1602.01528 (EIE): 4 bits, and fillers
In production  TFLite's sparse tensors count zeros by block; image formats code runs of zeros in this way
"""

import numpy as np

from edukit.pruning.score import as_weights
from edukit.refuse import check_whole


def run_lengths(w: np.ndarray, bits: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """The numbers that are stored, and the zeros before each of them, of an array with one axis.

    bits   1 to 8

    >>> values, runs = run_lengths(np.array([0, 0, 5, 0, 0, 0, 0, 0, 9]), bits=2)
    >>> values.tolist(), runs.tolist()
    ([5, 0, 9], [2, 3, 1])
    """
    check_whole(bits, "bits", 1, 8)
    w = np.asarray(as_weights(w))
    if w.ndim != 1:
        raise ValueError(f"w must have one axis, got shape {w.shape}")
    longest = 2**bits - 1
    values = []
    runs = []
    zeros = 0
    for value in w:
        if value == 0 and zeros < longest:
            zeros += 1
            continue
        values.append(value)
        runs.append(zeros)
        zeros = 0
    while values and values[-1] == 0:  # fillers at the end have no number to lead to
        values.pop()
        runs.pop()
    return np.array(values, w.dtype), np.array(runs, np.uint8)


def restored(values: np.ndarray, runs: np.ndarray, size: int) -> np.ndarray:
    """The array of that size again.

    >>> restored(np.array([5, 0, 9]), np.array([2, 3, 1]), 9).tolist()
    [0, 0, 5, 0, 0, 0, 0, 0, 9]
    """
    w = np.zeros(size, values.dtype)
    w[np.cumsum(runs.astype(np.int64) + 1) - 1] = values
    return w


def run_length_bytes(w: np.ndarray, bits: int = 4) -> int:
    """The bytes of values and packed runs of all numbers of w, in the order in which they lie.

    >>> run_length_bytes(np.float16([[0, 0.5], [0, -1]]))
    5
    """
    values, runs = run_lengths(np.asarray(w).ravel(), bits)
    return values.nbytes + -(-len(runs) * bits // 8)
