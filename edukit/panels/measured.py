"""A measured value: people read the number, and the comparison of outputs reads the claim, which holds everywhere.

    measured("lost", 0.43, "points", below=2)      shown     lost: 0.43 points (below 2)
                                                   stored    lost: below 2 points
                                                   2.5       AssertionError: lost: 2.5 points, said is below 2

What differs from machine to machine belongs into the number; what the text says belongs into the claim.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Measured:
    """Numbers with their unit, and what was said of them; `measured` makes one after it has checked the claim."""

    name: str
    values: tuple[float, ...]
    unit: str
    claim: str
    digits: int = 3

    @property
    def numbers(self) -> str:
        """The numbers as people read them."""
        return ", ".join(_rounded(value, self.digits) for value in self.values)

    def __repr__(self):
        return " ".join(f"{self.name}: {self.claim} {self.unit}".split())

    def _repr_html_(self):
        shown = " ".join(f"{self.numbers} {self.unit}".split())
        return f"{escape(self.name)}: <b>{escape(shown)}</b> ({escape(self.claim)})"


def measured(
    name: str, values, unit: str = "", *, below=None, above=None, about=None, within=0.1, digits: int = 3
) -> Measured:
    """The values, once every one of them is what the claim says; AssertionError with the numbers where one is not.

    values        a number, or several, such as one for each of three networks
    below, above  every value lies below, or above; both together: between
    about         every value lies within the share `within` of it
    Raises ValueError without a claim, or for values that are no finite numbers.

    >>> measured("accuracy", [94.2, 95.0, 91.6], "%", above=90)
    accuracy: above 90 %
    >>> measured("accuracy", 88.123, "%", above=90)
    Traceback (most recent call last):
    AssertionError: accuracy: 88.1 %, said is above 90
    """
    numbers = tuple(map(float, values)) if isinstance(values, Iterable) else (float(values),)
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError(f"values must be finite numbers, got {values!r}")
    tests = _tests(below, above, about, within)
    if not tests:
        raise ValueError("a claim must be given: below, above or about")
    found = Measured(name, numbers, unit, " and ".join(tests), digits)
    wrong = [value for value in numbers for holds in tests.values() if not holds(value)]
    if wrong:
        shown = " ".join(f"{found.numbers} {unit}".split())
        raise AssertionError(f"{name}: {shown}, said is {found.claim}")
    return found


def _tests(below, above, about, within) -> dict:
    """What is said, in words, with the function that tells whether it holds."""
    tests = {}
    if above is not None:
        tests[f"above {above:g}"] = lambda value: value > above
    if below is not None:
        tests[f"below {below:g}"] = lambda value: value < below
    if about is not None:
        tests[f"about {about:g}"] = lambda value: abs(value - about) <= within * abs(about)
    return tests


def _rounded(value, digits) -> str:
    """A whole number as it is, any other with so many significant digits; no exponent.

    >>> _rounded(1234567.5, 3), _rounded(0.04567, 2), _rounded(12.0, 3)
    ('1,230,000', '0.046', '12')
    """
    if value.is_integer():
        return f"{value:,.0f}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, decimals):,.{max(0, decimals)}f}"
