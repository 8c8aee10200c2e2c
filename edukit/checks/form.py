"""What is wrong with the form of an answer, whatever its values: text for numbers, floats for whole numbers."""

import numpy as np

from edukit.checks.alike import as_numbers, kind
from edukit.checks.asking import named

NUMBERS = {"b": "True and False", "i": "whole numbers of an integer type", "f": "floats"}


def wrong_form(expected, got) -> str:
    """What is wrong with the form of an answer; empty where nothing is.

    >>> wrong_form(np.array([1, 2]), [1.0, 2.0])
    'the values are right, the type is not: asked are whole numbers of an integer type, yours are float64'
    """
    right = as_numbers(expected)
    if right is None or got is None:
        return ""
    found = as_numbers(got)
    if found is None or isinstance(got, str):
        wanted = "an array of numbers" if right.ndim else "a number"
        return f"asked is {wanted}, yours is {named(got)[:80]}"
    as_it_should_be = kind(found) == kind(right) or (kind(right), kind(found)) == ("f", "i")
    if right.shape != found.shape or as_it_should_be:
        return ""
    equal = "the values are right, the type is not: " if np.array_equal(right, found) else ""
    return f"{equal}asked are {NUMBERS[kind(right)]}, yours are {found.dtype}"
