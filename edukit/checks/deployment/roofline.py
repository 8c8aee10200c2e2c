"""An exercise on the roofline: roofline(macs, size_bytes, peak, bandwidth) -> (MACs a second, "memory" or "compute").

    attainable = min(peak, macs / size_bytes · bandwidth)

Well-known mistakes  the intensity upside down; the two times added up, though a processor reads while it computes
"""

import math

from edukit.checks.verdict import Exercise

WORDS = ("memory", "compute")


def roofline_by_hand(macs, size_bytes, peak, bandwidth):
    """The MACs a second that can be reached at best, and what holds them back: "memory" or "compute"."""
    from_memory = macs / size_bytes * bandwidth
    bound = "memory" if from_memory < peak else "compute"
    return min(peak, from_memory), bound


def _agree(_, expected, got) -> bool:
    speed, bound = got
    return math.isclose(speed, expected[0], rel_tol=1e-6) and bound == expected[1]


def _show(arguments, expected, got):
    macs, size_bytes, peak, bandwidth = arguments
    asked = f"{macs:,} MACs on {size_bytes:,} bytes, peak {peak:.3g}, bandwidth {bandwidth:.3g}"
    if not (isinstance(got, tuple | list) and len(got) == 2 and got[1] in WORDS):
        return f'return two things, MACs a second and "memory" or "compute"; yours is {got!r}'[:150]
    return f"{asked}: {expected[0]:.4g} and {expected[1]}, yours says {float(got[0]):.4g} and {got[1]}"


def _wrong_speed(speed):
    """A wrong roofline: a wrong speed with the right word."""
    return lambda *question: (speed(*question), roofline_by_hand(*question)[1])


ROOFLINE = Exercise(
    roofline_by_hand,
    [
        (8_000, 1_000, 1e9, 1e9),
        (8_000, 1_000, 4e9, 1e9),
        (500, 1_000, 4e9, 1e9),
        (4_042_752, 309_000, 2e11, 1e10),
        (9_216, 9_300, 5.6e10, 8e9),
        (1, 8, 1e12, 1e8),
        (10**12, 7, 3e9, 1e9),
        (1_204_224, 1_204_224, 1.5e10, 2e10),
        (2_000, 1_000, 4e9, 2e9),
        (4 * 10**9, 8 * 10**9, 2e11, 1e10),
    ],
    {
        "the peak, always": (
            lambda m, b, peak, w: (peak, roofline_by_hand(m, b, peak, w)[1]),
            "that is the peak, whatever the layer reads: with few MACs a byte the numbers come too slowly",
        ),
        "memory, always": (
            _wrong_speed(lambda m, b, peak, w: m / b * w),
            "that is the slope alone: no layer is faster than the peak",
        ),
        "the larger one": (
            _wrong_speed(lambda m, b, peak, w: max(peak, m / b * w)),
            "the larger of the two: the slower one holds the layer back",
        ),
        "intensity upside down": (
            lambda m, b, peak, w: (min(peak, b / m * w), "memory" if b / m * w < peak else "compute"),
            "the intensity is upside down: it is MACs a byte",
        ),
        "the times added up": (
            _wrong_speed(lambda m, b, peak, w: m / (m / peak + b / w)),
            "the two times were added up: a processor reads the next numbers while it computes",
        ),
        "bits": (
            _wrong_speed(lambda m, b, peak, w: min(peak, m / (8 * b) * w)),
            "bytes were turned into bits: the bandwidth counts bytes as well",
        ),
        "two operations a MAC": (
            _wrong_speed(lambda m, b, peak, w: 2 * min(peak, m / b * w)),
            "a multiplication and its addition are one MAC here, and the peak counts MACs too",
        ),
        "seconds": (
            _wrong_speed(lambda m, b, peak, w: max(m / peak, b / w)),
            "those are seconds: asked is how many MACs a second",
        ),
        "bandwidth as it is": (
            _wrong_speed(lambda m, b, peak, w: min(peak, w)),
            "the bandwidth counts bytes: times MACs a byte it becomes MACs a second",
        ),
        "words swapped": (
            lambda *q: (roofline_by_hand(*q)[0], WORDS[roofline_by_hand(*q)[1] == "memory"]),
            "the two words are swapped: below the peak it is the memory that holds the layer back",
        ),
    },
    "the lower of two roofs, and its name: below the ridge, only fewer bytes help",
    agree=_agree,
    show=_show,
    hints=(
        "Two limits hold at once. Which one does a layer feel, the lower or the higher?",
        "The memory hands over `bandwidth` bytes a second. How many MACs does the layer do with each byte?",
        'MACs a byte, times bytes a second, are MACs a second. Where this is below the peak, the word is "memory".',
    ),
)
