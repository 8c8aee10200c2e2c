"""The exercise on the roofline: how long does a layer take at least?

Well-known mistakes  the sum of both times; the faster of both; floating-point operations for multiply-accumulates
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.deployment.device import roofline as room

random = np.random.default_rng(0)


def _layer():
    macs, moved = 10 ** random.uniform(5, 9, 2)
    return (
        float(round(macs)),
        float(round(moved)),
        float(random.integers(1, 90) * 1e9),
        float(random.integers(1, 90) * 1e9),
    )


def _show(arguments, expected, got):
    macs, moved, peak, bandwidth = arguments
    layer = f"{macs:.3g} MACs and {moved:.3g} bytes at {peak:.3g} MAC/s and {bandwidth:.3g} B/s"
    return f"for {layer}, right is {expected:.4g} s, yours is {got:.4g} s"


LAYER_TIME = Exercise(
    room.roofline,
    [
        (1e6, 1e5, 1e9, 1e9),
        (1e5, 1e6, 1e9, 1e9),
        (3e8, 4e6, 5e10, 2e10),
        (2e6, 4e6, 5e10, 1e10),
        (0.0, 1e6, 1e9, 1e9),
        *(_layer() for _ in range(6)),
    ],
    {
        "the sum": (
            lambda m, b, p, w: m / p + b / w,
            "the times were added: arithmetic and memory work at the same time, so the longer one counts",
        ),
        "the faster": (
            lambda m, b, p, w: min(m / p, b / w),
            "the shorter time was taken: the layer is done when the slower of both is",
        ),
        "arithmetic alone": (
            lambda m, b, p, w: m / p,
            "memory was forgotten: a layer with few MACs for each byte waits for its bytes",
        ),
        "memory alone": (lambda m, b, p, w: b / w, "arithmetic was forgotten: MACs divided by the peak"),
        "operations": (
            lambda m, b, p, w: max(2 * m / p, b / w),
            "MACs were doubled: the peak counts multiply-accumulates too, so they are not two operations here",
        ),
        "bits": (lambda m, b, p, w: max(m / p, 8 * b / w), "bytes were turned into bits: the bandwidth is in bytes"),
        "upside down": (
            lambda m, b, p, w: max(p / m if m else 0, w / b),
            "upside down: work divided by speed is time",
        ),
        "crossed": (
            lambda m, b, p, w: max(m / w, b / p),
            "crossed: MACs go with the peak, bytes with the bandwidth",
        ),
        "the roof itself": (
            lambda m, b, p, w: min(p, w * m / b),
            "that is the roof, MACs a second: the time is MACs divided by it",
        ),
        "milliseconds": (lambda m, b, p, w: 1e3 * max(m / p, b / w), "those are milliseconds: asked are seconds"),
    },
    "the slower of arithmetic and memory sets the time",
    show=_show,
    hints=(
        "A layer has to compute and to move bytes, and both run at the same time.",
        "One time is MACs divided by the peak, the other is bytes divided by the bandwidth.",
        "The layer is done when the slower of both is.",
    ),
)
