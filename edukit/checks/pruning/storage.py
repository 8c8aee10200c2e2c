"""Exercises on formats: a bitmask, and run lengths.

Well-known mistakes  a byte for each truth value, bits in the other order, negative numbers lost; runs that are too long
for their bits, a filler that is counted twice, zeros at the end that lead nowhere
"""

import numpy as np

from edukit.checks.verdict import Exercise


def bitmask(w):
    """The numbers of w that are not 0, and a bit for each place, the first in the lowest bit of the first byte."""
    return w[w != 0], np.packbits(w.ravel() != 0, bitorder="little")


def run_lengths(w, bits):
    """(values, runs): what is stored, and the zeros before each of it; a run counts to 2^bits - 1."""
    values = []
    runs = []
    zeros = 0
    for value in w[: np.flatnonzero(w)[-1] + 1] if w.any() else []:
        if value == 0 and zeros < 2**bits - 1:
            zeros += 1
        else:
            values.append(float(value))
            runs.append(zeros)
            zeros = 0
    return values, runs


def _same_parts(arguments, expected, got):
    pairs = list(zip(expected, map(np.asarray, got), strict=True))
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in pairs)


def _show_parts(arguments, expected, got):
    values, mask = map(np.asarray, got)
    if values.dtype != expected[0].dtype:
        return f"the numbers keep their type, {expected[0].dtype}; yours are {values.dtype}"
    if mask.dtype != np.uint8:
        return f"bits are packed into uint8, yours are {mask.dtype}"
    w = np.array2string(arguments[0].ravel()[:8], separator=" ")
    right = f"{expected[0].tolist()[:4]} and {expected[1].tolist()[:4]}"
    return f"w starts with {w}: right is {right}, yours {values.tolist()[:4]} and {mask.tolist()[:4]}"


def _sparse(shape, seed, kind=np.float16):
    random = np.random.default_rng(seed)
    return ((random.random(shape) < 0.4) * random.integers(-9, 9, shape)).astype(kind)


BITMASK = Exercise(
    bitmask,
    [
        (np.float16([0, 0.5, 0, -1]),),
        (np.int8([1, 0, 0, 0, 0, 0, 0, 0, 0, -5]),),
        (_sparse((3, 8), 0),),
        (_sparse((4, 4), 1, np.int8),),
        (_sparse((5, 3), 2, np.float32),),
        (np.zeros((2, 4), np.float16),),
        (np.float32([[1e-9, -0.0, 2], [0, -1e-30, 0]]),),
        (_sparse((3, 5), 3).T,),
    ],
    {
        "a byte each": (
            lambda w: (w[w != 0], (w.ravel() != 0).astype(np.uint8)),
            "each place takes a whole byte: np.packbits puts eight into one",
        ),
        "other order": (
            lambda w: (w[w != 0], np.packbits(w.ravel() != 0)),
            "the first place is in the highest bit: asked is the lowest, bitorder='little'",
        ),
        "inverted": (
            lambda w: (w[w != 0], np.packbits(w.ravel() == 0, bitorder="little")),
            "a bit is 1 where a number is stored, and yours is 1 where there is none",
        ),
        "positive only": (
            lambda w: (w[w > 0], np.packbits(w.ravel() > 0, bitorder="little")),
            "negative numbers are lost: what is stored is all that is not 0",
        ),
        "down the columns": (
            lambda w: (w.T[w.T != 0], np.packbits(w.T.ravel() != 0, bitorder="little")),
            "the places run down the columns: go along the rows, as the numbers lie in memory",
        ),
        "row by row": (
            lambda w: (w[w != 0], np.packbits(np.atleast_2d(w) != 0, axis=1, bitorder="little").ravel()),
            "each row begins a new byte: the rows follow each other without a gap",
        ),
        "zeros stored": (
            lambda w: (w.ravel(), np.packbits(w.ravel() != 0, bitorder="little")),
            "the zeros are still stored among the numbers",
        ),
        "wide": (
            lambda w: (w[w != 0].astype(np.float64), np.packbits(w.ravel() != 0, bitorder="little")),
            "the numbers became wider: they keep the type of w",
        ),
    },
    "the numbers that are there, and one bit for each place",
    agree=_same_parts,
    show=_show_parts,
    hints=(
        "Two questions make the two parts: which numbers are not 0, and where are they?",
        "`w != 0` answers both. It is an array of truth values, and each of them takes a byte.",
        "`np.packbits` packs eight truth values into a byte; it has an option for the order of bits.",
    ),
)


def _runs(longest=lambda bits: 2**bits - 1, *, filler=True, own=0, end=False, again=0):
    """A wrong run_lengths: another longest run, no filler, the number counted as well, zeros kept at the end."""

    def stored(w, bits):
        values = []
        runs = []
        zeros = 0
        for value in w if end else w[: np.flatnonzero(w)[-1] + 1] if w.any() else []:
            if value == 0 and not (filler and zeros == longest(bits)):
                zeros += 1
            else:
                values.append(float(value))
                runs.append(zeros + own)
                zeros = again if value == 0 else 0
        return (values + [0.0], runs + [zeros - 1]) if end and zeros else (values, runs)

    return stored


def _places(w, bits):
    at = np.flatnonzero(w)
    return w[at].astype(float).tolist(), at.tolist()


def _behind(w, bits):
    values, runs = run_lengths(w, bits)
    return values, (runs[1:] + [0])[: len(runs)]


def _show_runs(arguments, expected, got):
    w, bits = arguments
    numbers = np.array2string(w, separator=" ", threshold=30).replace("\n", "")
    values, runs = got
    return f"{numbers}, {bits} bits: right are runs {expected[1]} before {expected[0]}, yours {runs} before {values}"


RUNS = Exercise(
    run_lengths,
    [
        (np.array([0, 0, 5, 0, 7, 9]), 2),
        (np.array([0, 0, 0, 5, 0, 0, 0]), 2),
        (np.array([0, 0, 0, 0, 5]), 2),
        (np.array([1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3]), 2),
        (np.array([0.5, 0, 0, -1.5]), 1),
        (np.concatenate([np.zeros(40), [3], np.zeros(16), [4]]), 4),
        (np.zeros(9), 3),
        (np.array([0, 1e-9, 0, -1e-30]), 2),
        (np.concatenate([np.zeros(20), [3], np.zeros(35), [4]]), 5),
    ],
    {
        "no filler": (
            _runs(filler=False),
            "a run is longer than its bits can count: store a 0 of its own, a filler, and go on",
        ),
        "one too long": (
            _runs(lambda bits: 2**bits),
            "b bits count from 0 to 2^b - 1, your longest run is 2^b",
        ),
        "one too short": (
            _runs(lambda bits: 2**bits - 2),
            "a run may be 2^b - 1 long, yours ends one zero earlier",
        ),
        "filler counted twice": (
            _runs(again=1),
            "the filler is itself one of the zeros: the next run starts with 0, not with 1",
        ),
        "zeros at the end": (
            _runs(end=True),
            "zeros behind the last number are stored: the length of the row says that they are there",
        ),
        "distances": (
            _runs(own=1),
            "that is the distance to the number before, one more than the zeros between them",
        ),
        "places": (
            _places,
            "those are places: a run counts the zeros since the number before",
        ),
        "zeros behind": (
            _behind,
            "the zeros behind each number are counted: asked are those before it",
        ),
    },
    "short counts instead of places, and a filler where the count is too short",
    show=_show_runs,
    hints=(
        "Walk along w with a counter of zeros. When is something stored?",
        "Two reasons to store: the number is not 0, or the counter is full. Both set the counter back.",
        "Where are the zeros after the last number? Cut w there first: `np.flatnonzero(w)` knows the place.",
    ),
)
