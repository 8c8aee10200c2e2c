"""Exercise on products by counting bits: binary_dot(a, b, n), of rows of n signs in words of 64 bits.

Well-known mistakes  padding bits that count as equal signs; `and` for exclusive-or; counts that wrap below 0
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.lowbit.popcount import binary_dot, pack_signs

random = np.random.default_rng(0)


def _rows(*shapes):
    """Words of random signs, a row of `n` for each shape."""
    return tuple(pack_signs(random.choice([-1.0, 1.0], shape)) for shape in shapes)


def _counted(words):
    return np.bitwise_count(words).sum(-1, dtype=np.int64)


def _show_dot(arguments, expected, got):
    a, b, n = arguments
    if np.shape(got) != np.shape(expected):
        return f"rows {a.shape} and {b.shape} have products of the shape {np.shape(expected)}, yours {np.shape(got)}"
    at = first_difference(expected, got)
    return f"for rows of {n} signs the product is {expected[at]}, yours is {got[at]}"


def _dot_by_hand(a, b, n):
    """The product of rows of n signs, from their words: n - 2 popcount(a xor b)."""
    different = np.bitwise_count(a ^ b).sum(-1, dtype=np.int64)
    return n - 2 * different


BINARY_DOT = Exercise(
    binary_dot,
    [
        (*_rows((64,), (64,)), 64),
        (pack_signs(np.ones(64)), pack_signs(-np.ones(64)), 64),
        (*_rows((5,), (5,)), 5),
        (*_rows((3, 100), (3, 100)), 100),
        (*_rows((4, 1, 577), (6, 577)), 577),
        (pack_signs(np.ones(300)), pack_signs(np.ones(300)), 300),
    ],
    {
        "padding counted": (
            lambda a, b, n: 2 * _counted(~(a ^ b)) - n,
            "the bits behind the n-th are 0 in both rows, so xnor counts each of them as an equal sign; "
            "xor does not count them",
        ),
        "whole words": (
            lambda a, b, n: 64 * a.shape[-1] - 2 * _counted(a ^ b),
            "that takes every bit of the words for a sign: a row has only n of them",
        ),
        "and": (
            lambda a, b, n: n - 2 * _counted(a & b),
            "`and` finds where both are +1; different signs are found by exclusive-or, ^",
        ),
        "or": (lambda a, b, n: n - 2 * _counted(a | b), "`or` is not exclusive: two times +1 is no difference; use ^"),
        "factor forgotten": (
            lambda a, b, n: n - _counted(a ^ b),
            "that counts the equal signs; each different one also takes 1 away: the factor 2 is missing",
        ),
        "other sign": (lambda a, b, n: 2 * _counted(a ^ b) - n, "the sign is turned: equal rows must give +n"),
        "only the differences": (
            lambda a, b, n: _counted(a ^ b),
            "that is the number of different signs: n - 2 times it",
        ),
        "wraps": (
            lambda a, b, n: np.uint64(n) - np.uint64(2) * np.bitwise_count(a ^ b).sum(-1, dtype=np.uint64),
            "numpy's counts have no sign, so a product below 0 wraps around: sum(-1, dtype=np.int64)",
        ),
        "all rows together": (
            lambda a, b, n: n - 2 * int(np.bitwise_count(a ^ b).sum()),
            "the sum goes over the last axis alone: each pair of rows has a product of its own",
        ),
        "not summed": (
            lambda a, b, n: n - 2 * np.bitwise_count(a ^ b).astype(np.int64),
            "the counts of a row's words must be added up, over the last axis",
        ),
        "eight bits": (
            lambda a, b, n: n - 2 * np.bitwise_count(a ^ b).sum(-1, dtype=np.uint8).astype(np.int64),
            "the sum was made in 8 bits, and wraps beyond 255",
        ),
        "multiplied": (lambda a, b, n: (a * b).sum(-1), "these are words of 64 signs each: they cannot be multiplied"),
    },
    "64 multiplications in one exclusive-or and one count, exact to the last bit, and the padding stays out of it",
    show=_show_dot,
    shown=_dot_by_hand,
    hints=(
        "Two equal signs give +1, two different ones -1. How does the sum follow from the number of "
        "different signs alone?",
        "Exclusive-or, `a ^ b`, has a 1 for each different sign, and `np.bitwise_count` counts the ones of each word.",
        "Add up the counts over the last axis, in an integer type with a sign, since the product may be negative.",
    ),
)
