"""Exercises whose answer must be right and must also need little memory.

Some answers differ in nothing but what they hold on the way: (φ(q) φ(k)ᵀ) v and φ(q) (φ(k)ᵀ v) are equal, and one of
them writes N² numbers down. numpy tells Python's own tracemalloc about every array.
"""

import tracemalloc
from dataclasses import dataclass

from edukit.checks.verdict import Exercise, Verdict


@dataclass(frozen=True, repr=False)
class Frugal(Exercise):
    """An exercise whose answer must be right, and must not hold more than `limit_bytes` at once for a large question.

    >>> times = Frugal(lambda x: 2 * x, [(2,)], {}, "right", large=(2,), limit_bytes=10_000, wasteful="too much")
    >>> times(lambda x: x + x), times(lambda x: len(bytes(100_000)) and x + x)
    (✓ right, ✗ too much (it held 0.1 MB at once; a limit of 0.01 MB leaves room enough))
    """

    large: tuple = ()
    limit_bytes: float = 0
    wasteful: str = ""

    def __call__(self, answer) -> Verdict:
        verdict = super().__call__(answer)
        if not verdict:
            return verdict
        held = _peak_bytes(answer, self.large)
        if held <= self.limit_bytes:
            return verdict
        spoken = f"it held {held / 1e6:.2g} MB at once; a limit of {self.limit_bytes / 1e6:.2g} MB leaves room enough"
        return Verdict(False, f"✗ {self.wasteful} ({spoken})")


def _peak_bytes(answer, arguments):
    tracemalloc.start()
    try:
        answer(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
