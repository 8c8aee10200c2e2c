"""Exercises on real bytes: two codes in a byte, and what a weight really weighs.

Well-known mistakes  the nibbles in the wrong order; a negative code that overwrites its neighbour; an odd length that
loses its last code; scales forgotten, or counted in bytes
"""

import math

import numpy as np

from edukit.checks.alike import as_numbers
from edukit.checks.verdict import Exercise, first_difference
from edukit.refuse import is_tensor

random = np.random.default_rng(0)


def pack_int4(codes):
    """Two codes in a byte, the first in the low nibble; behind an odd last one the high nibble is 0."""
    nibbles = np.append(codes & 15, [0] * (len(codes) % 2)).astype(np.uint8)
    return nibbles[::2] | nibbles[1::2] << 4


def _same_bytes(_, expected, got) -> bool:
    got = as_numbers(got) if is_tensor(got) else got
    return got.dtype.itemsize == 1 and np.array_equal(got.view(np.uint8), expected)


def _show_bytes(arguments, expected, got):
    (codes,) = arguments
    if got.shape != expected.shape:
        return f"{len(codes)} codes need {len(expected)} bytes, yours are of shape {got.shape}"
    if got.dtype.itemsize != 1:
        return f"bytes are uint8, yours are {got.dtype}: {got.nbytes} bytes for {len(codes)} codes"
    (at,) = first_difference(expected, got.view(np.uint8))
    return f"codes {codes[2 * at : 2 * at + 2].tolist()} are byte 0x{expected[at]:02X}, yours is 0x{got[at] & 255:02X}"


def _wrong_bytes(nibble=lambda q: q & 15, order=(0, 4)):
    """A wrong pack_int4: another rule for a nibble, or other places for the two."""

    def packed(codes):
        q = np.append(nibble(codes.astype(np.int64)), [0] * (len(codes) % 2)).astype(np.int64)
        return ((q[::2] << order[0]) | (q[1::2] << order[1])).astype(np.uint8)

    return packed


def _added(codes):
    q = np.append(codes, [0] * (len(codes) % 2)).astype(np.int64)
    return (q[::2] + 16 * q[1::2]).astype(np.uint8)


def _halves(codes):
    q = np.append(codes & 15, [0] * (len(codes) % 2)).astype(np.uint8)
    return q[: len(q) // 2] | q[len(q) // 2 :] << 4


PACK_INT4 = Exercise(
    pack_int4,
    [
        (np.array([1, 2, 3, 4]),),
        (np.array([3, -1, -8, 7]),),
        (np.array([-2, 5, 6, -7, -3, 0]),),
        (np.array([5, -6, 7]),),
        (np.array([-3]),),
        (np.array([], int),),
        *((random.integers(-8, 8, n),) for n in (8, 33, 100)),
    ],
    {
        "nibbles swapped": (
            _wrong_bytes(order=(4, 0)),
            "the two nibbles are swapped: ONNX puts the first code into the low four bits",
        ),
        "sign lost": (
            _wrong_bytes(abs),
            "the sign is lost: in two's complement -1 is 1111, all four bits set, which is -1 & 15",
        ),
        "below zero cut off": (
            _wrong_bytes(lambda q: np.maximum(q, 0)),
            "codes below 0 became 0: keep the low four bits of the number, do not clip it",
        ),
        "offset by 8": (
            _wrong_bytes(lambda q: q + 8),
            "8 was added: those are unsigned codes with zero point 8, another format; here -1 stays 1111",
        ),
        "not masked": (
            _wrong_bytes(lambda q: q),
            "a negative code fills the whole byte with ones and overwrites its neighbour: keep its low four bits",
        ),
        "added unmasked": (
            lambda codes: _added(codes),
            "a negative first code borrows from its neighbour when the two are added: keep its low four bits first",
        ),
        "sign and size": (
            _wrong_bytes(lambda q: np.where(q < 0, 8 | -q, q) & 15),
            "that is a sign bit beside the size: there -8 has no place and 0 has two; use two's complement",
        ),
        "odd one dropped": (
            lambda codes: _wrong_bytes()(codes[: len(codes) // 2 * 2]),
            "the last code of an odd number is gone: it needs a byte of its own",
        ),
        "odd one high": (
            lambda codes: (
                np.append(_wrong_bytes()(codes[:-1]), (codes[-1] & 15) << 4).astype(np.uint8)
                if len(codes) % 2
                else pack_int4(codes)
            ),
            "the last code of an odd number sits in the high nibble: it is first in its byte, so it goes low",
        ),
        "one in a byte": (
            lambda codes: (codes & 15).astype(np.uint8),
            "one code in each byte: that file is twice too large; two of them fit",
        ),
        "halves": (
            _halves,
            "the first half lies low and the second half high: neighbours belong into one byte",
        ),
        "wide integers": (
            lambda codes: pack_int4(codes).astype(np.int64),
            "the right numbers in wide integers: each takes more than a byte, so nothing was saved; cast to uint8",
        ),
    },
    "the bytes of an ONNX INT4 tensor, also for an odd number of codes",
    agree=_same_bytes,
    show=_show_bytes,
    hints=(
        "What are the bits of -8 in an int64, above the lowest four? What does `|` do with them?",
        "`& 15` keeps the lowest four bits. And of three codes, `low` has two and `high` has one.",
        "Append a 0 where the number of codes is odd, before the two halves are taken.",
    ),
)


def bits_per_weight(n, bits, size):
    """What a weight weighs: its code, and its share of the FP16 scales, one for each group."""
    return bits + 16 * math.ceil(n / size) / n


def _wrong_weight(scale_bits):
    return lambda n, bits, size: float(bits + scale_bits(n, size))


BITS_PER_WEIGHT = Exercise(
    bits_per_weight,
    [
        (4096, 4, 128),
        (4096, 3, 32),
        (1000, 2, 64),
        (9, 4, 32),
        (77_000, 4, 128),
        *((int(n), int(b), int(g)) for n, b, g in random.integers((50, 2, 8), (5000, 9, 200), (6, 3))),
    ],
    {
        "scales forgotten": (_wrong_weight(lambda n, g: 0), "the scales are missing: codes mean nothing without them"),
        "scales in bytes": (
            _wrong_weight(lambda n, g: 2 * math.ceil(n / g) / n),
            "the scales are counted in bytes: FP16 is 2 bytes, but 16 bits",
        ),
        "float32 scales": (
            _wrong_weight(lambda n, g: 32 * math.ceil(n / g) / n),
            "the scales are counted as float32: here they are FP16, 16 bits",
        ),
        "one scale": (
            _wrong_weight(lambda n, g: 16 / n),
            "only one scale for the whole layer is counted: each group stores its own",
        ),
        "a scale for each weight": (
            _wrong_weight(lambda n, g: 16),
            "16 bits were added to every weight: the weights of a group share them",
        ),
        "short group forgotten": (
            _wrong_weight(lambda n, g: 16 * (n // g) / n),
            "the last group is shorter, and was left out: it needs a scale as well",
        ),
        "share of a full group": (
            _wrong_weight(lambda n, g: 16 / g),
            "right only where groups divide n: a shorter last group stores a whole scale too, so round up",
        ),
        "groups and size confused": (
            _wrong_weight(lambda n, g: 16 * g / n),
            "size is the number of weights in a group, not the number of groups: that is n / size, rounded up",
        ),
        "all bits": (
            lambda n, bits, size: float(n * bits_per_weight(n, bits, size)),
            "those are the bits of the whole layer: divide by n",
        ),
        "all bytes": (
            lambda n, bits, size: n * bits_per_weight(n, bits, size) / 8,
            "those are the bytes of the whole layer: bits of a single weight were asked for",
        ),
    },
    "INT4 in groups of 128 weighs 4.125 bits, and a short last group pays for a whole scale",
    show=lambda a, expected, got: (
        f"{a[0]} weights at {a[1]} bits in groups of {a[2]}: {expected:.4g} bits a weight, yours {float(got):.4g}"
    ),
    hints=(
        "A weight has its own bits, and a share of the bits of the scales.",
        "How many groups are there? 9 weights in groups of 32 are one group.",
        "An FP16 scale has 16 bits. All n weights share the bits of all scales.",
    ),
)
