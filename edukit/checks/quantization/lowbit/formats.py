"""An exercise on formats: what the eight bits of a float say.

Well-known mistakes  the hidden 1 added where there is none; an infinity where E4M3 has numbers
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise


def decode_e4m3(byte):
    """The number that the eight bits of an E4M3 float say: a sign, 4 bits of exponent, 3 of fraction."""
    exponent = byte >> 3 & 15
    fraction = byte & 7
    if (exponent, fraction) == (15, 7):
        return math.nan
    size = 2.0 ** (exponent - 7) * (1 + fraction / 8) if exponent else 2.0**-6 * fraction / 8
    return -size if byte >> 7 else size


def _wrong_float(bias=7, hidden=1.0, subnormal=lambda f: 2.0**-6 * f / 8, infinity=None, nan=math.nan, signed=True):
    """A wrong decode_e4m3: all as it should be, but for one part."""

    def decoded(byte):
        exponent = byte >> 3 & 15
        fraction = byte & 7
        size = 2.0 ** (exponent - bias) * (hidden + fraction / 8) if exponent else subnormal(fraction)
        size = nan if (exponent, fraction) == (15, 7) else size
        if infinity is not None and exponent == 15:
            size = infinity if fraction == 0 else math.nan
        return -size if signed and byte >> 7 else size

    return decoded


DECODE_E4M3 = Exercise(
    decode_e4m3,
    [(byte,) for byte in (0x38, 0x40, 0x3C, 0xBD, 0x7E, 0x78, 0x07, 0x01, 0x00, 0x81, 0x08, 0x7F, 0xFF, *range(256))],
    {
        "no hidden 1": (
            _wrong_float(hidden=0.0),
            "the 1 that is never stored is missing: a normal float is 1 + fraction / 8 times a power of two",
        ),
        "bias 8": (_wrong_float(bias=8), "half of what it should be: the bias of 4 exponent bits is 2^3 - 1 = 7"),
        "IEEE infinity": (
            _wrong_float(infinity=math.inf),
            "exponent 15 was taken for infinity and NaN: E4M3 keeps numbers there, up to 448, and has no infinity",
        ),
        "480": (
            _wrong_float(nan=480.0),
            "all ones are not 480: that one pattern, with either sign, is NaN",
        ),
        "hidden 1 in the lowest row": (
            _wrong_float(subnormal=lambda f: 2.0**-7 * (1 + f / 8)),
            "exponent 0 was read as a normal float: there the hidden 1 is 0 and the power is 2^-6, so that 0 exists",
        ),
        "lowest row half as far": (
            _wrong_float(subnormal=lambda f: 2.0**-7 * f / 8),
            "in the row of exponent 0 the power is 2^-6, as in the row above: only the hidden 1 goes",
        ),
        "lowest row is 0": (
            _wrong_float(subnormal=lambda f: 0.0),
            "everything with exponent 0 became 0: those are the seven subnormal numbers, down to 2^-9",
        ),
        "no sign": (_wrong_float(signed=False), "the top bit was not looked at: it is the sign"),
        "an integer": (
            lambda byte: float(byte - 256 * (byte > 127)),
            "that is the byte read as int8: take it apart, 1 bit of sign, 4 of exponent, 3 of fraction",
        ),
        "E5M2": (
            lambda byte: float(np.uint8([byte]).astype(np.uint16).__lshift__(8).view(np.float16)[0]),
            "that is E5M2, the other FP8: here 4 bits are the exponent and 3 the fraction",
        ),
    },
    "all 256 patterns, subnormals and NaN included, as torch.float8_e4m3fn reads them",
    agree=lambda _, expected, got: (
        np.shape(got) == () and bool(np.isclose(expected, got, rtol=1e-9, atol=0, equal_nan=True))
    ),
    show=lambda a, expected, got: f"0x{a[0]:02X} is {a[0]:08b}: {expected:.6g}, yours is {float(got):.6g}",
    hints=(
        "Cut the byte into three whole numbers: the sign (1 bit), the exponent (4 bits) and the fraction (3 bits).",
        "`byte >> 3 & 15` is the exponent, `byte & 7` the fraction, `byte >> 7` the sign. Exponent 0 has no "
        "hidden 1, and the power of two of exponent 1.",
        "Three checks: 0x7E is 448, 0x01 is 2 to the power of -9, and only 0x7F and 0xFF are NaN.",
    ),
)
