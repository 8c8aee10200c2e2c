"""Sizes, times and losses as people write them in a terminal.

100kB  64 KiB  1.5MB  4000     →  bytes       kB is 1,000, KiB is 1,024
5ms  800us  0.2s               →  seconds     a time without a unit is refused: 5 of what?
1  0.5%                        →  points
"""

import math
import re

SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
TIMES = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0}
NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)\s*([a-zA-Zµμ]*|%)")


def as_bytes(text: str) -> int:
    """A size in whole bytes; ValueError that names what came for anything else.

    >>> as_bytes("100kB"), as_bytes("64 KiB")
    (100000, 65536)
    """
    number, unit = _parts(text, "max-bytes", SIZES, "such as 100kB, 64KiB or 1.5MB")
    size = math.floor(round(number * SIZES[unit], 6))
    if size < 1:
        raise ValueError(f"max-bytes must be at least one byte, got {text!r}")
    return size


def as_seconds(text: str) -> float:
    """A time above 0 in seconds.

    >>> as_seconds("5ms"), as_seconds("0.2 s")
    (0.005, 0.2)
    """
    number, unit = _parts(text, "max-latency", TIMES, "with its unit, such as 5ms or 800us")
    if not number:
        raise ValueError(f"max-latency must be above 0, got {text!r}")
    return number * TIMES[unit]


def as_points(text: str) -> float:
    """Percentage points, 0 to 100.

    >>> as_points("1"), as_points("0.5%")
    (1.0, 0.5)
    """
    number, _ = _parts(text, "max-loss", {"": 1, "%": 1}, "in percentage points, such as 1 or 0.5")
    if number > 100:
        raise ValueError(f"max-loss must be 0 to 100 percentage points, got {text!r}")
    return number


def _parts(text, name, units, allowed) -> tuple[float, str]:
    found = NUMBER.fullmatch(text.strip())
    unit = found[2].lower() if found else None
    if unit not in units:
        raise ValueError(f"{name} must be a number {allowed}, got {text!r}")
    return float(found[1]), unit
