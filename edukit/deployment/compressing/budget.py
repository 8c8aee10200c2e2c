"""Budget: what a compressed model may weigh, lose and take.

    fits      bytes <= max_bytes · loss <= max_loss · latency <= max_latency_s
    excess    max(bytes / max_bytes - 1, (loss - max_loss) / 10, latency / max_latency_s - 1), 0 where it fits

Symbols   loss in percentage points of what is measured (quality.py) · latency the 90th percentile of one image, one
          thread, on this machine
Assumes   for the nearest of what does not fit, that 10 points too many are as bad as twice the bytes
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from numbers import Real

from edukit.refuse import check_whole

POINTS = 10  # that weigh as much as 100 % of the bytes


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The limits of a search; None sets no limit, and of what is within them the smallest file is wanted.

    max_bytes       of the file, a whole number
    max_loss        percentage points, 0 to 100
    max_latency_s   seconds that 9 of 10 calls stay below
    Raises ValueError for what no model can keep, such as 0 bytes.

    >>> budget = Budget(max_bytes=100_000, max_loss=1)
    >>> budget.excess(90_000, 0.5), budget.excess(150_000, 2.0)
    (0.0, 0.5)
    >>> budget
    Budget(at most 100.0 kB, 1 point lost)
    """

    max_bytes: int | None = None
    max_loss: float = 1.0
    max_latency_s: float | None = None

    def __post_init__(self):
        if self.max_bytes is not None:
            check_whole(self.max_bytes, "max_bytes")
        if not _is_number(self.max_loss) or not 0 <= self.max_loss <= 100:
            raise ValueError(f"max_loss must be 0 to 100 percentage points, got {self.max_loss!r}")
        latency = self.max_latency_s
        if latency is not None and (not _is_number(latency) or not 0 < latency < math.inf):
            raise ValueError(f"max_latency_s must be seconds above 0, got {latency!r}")

    def excess(self, size_bytes: float, loss: float, latency_s: float | None = None) -> float:
        """How far a model is beyond the limit that it misses most; 0 where it keeps all of them."""
        over = [0.0, (round(loss, 6) - self.max_loss) / POINTS]
        if self.max_bytes is not None:
            over.append(size_bytes / self.max_bytes - 1)
        if self.max_latency_s is not None and latency_s is not None:
            over.append(latency_s / self.max_latency_s - 1)
        return max(over)

    def widened(self, size_bytes: int, loss: float, latency_s: float | None = None) -> "Budget":
        """The budget nearest to this one that such a model keeps: limits that it misses are set to what it has.

        >>> Budget(max_bytes=100_000).widened(120_000, 0.25)
        Budget(at most 120.0 kB, 1 point lost)
        """
        found = replace(self, max_loss=max(self.max_loss, math.ceil(round(100 * loss, 4)) / 100))
        if self.max_bytes is not None:
            found = replace(found, max_bytes=max(self.max_bytes, size_bytes))
        if self.max_latency_s is not None and latency_s is not None:
            found = replace(found, max_latency_s=max(self.max_latency_s, latency_s))
        return found

    def __repr__(self):
        size = "" if self.max_bytes is None else f"{self.max_bytes / 1000:,.1f} kB, "
        time = "" if self.max_latency_s is None else f", {1000 * self.max_latency_s:.3g} ms"
        return f"Budget(at most {size}{self.max_loss:g} point{'s' * (self.max_loss != 1)} lost{time})"


def as_budget(budget) -> Budget:
    """A Budget, also from a dict of its limits; TypeError for anything else, ValueError for unknown names.

    >>> as_budget({"max_kb": 100})
    Traceback (most recent call last):
    ValueError: budget must name max_bytes, max_loss, max_latency_s alone, got max_kb
    """
    if isinstance(budget, Budget):
        return budget
    if not isinstance(budget, Mapping):
        raise TypeError(f"budget must be a Budget or a dict of its limits, got {type(budget).__name__}")
    known = [field.name for field in fields(Budget)]
    if unknown := [str(name) for name in budget if name not in known]:
        raise ValueError(f"budget must name {', '.join(known)} alone, got {', '.join(unknown)}")
    return Budget(**budget)


def _is_number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
