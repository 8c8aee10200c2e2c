"""When two answers are the same: shape, kind of number and values, up to float rounding.

    |a - b| <= 1e-5 |a| + 8 ε max |a|        ε of the less exact of the two types, of float32 where yours is float16

Two whole numbers are equal or differ: no rounding excuses one more. Truth values, whole numbers and floats are three
kinds: where whole numbers are right, 16.0 is wrong, and 1 is not True.
A whole number in the place of a float is a float.
"""

import numpy as np

from edukit.refuse import is_tensor

LEAST = float(np.finfo(np.float32).eps)  # no answer is excused for being less exact than this


def alike(one, two) -> bool:
    """Whether `two` is as `one`, the right answer: in shape, kind and values. NaN is like NaN, names must be equal.

    >>> alike(np.float32([1, np.nan]), [1.0, np.nan]), alike(1, 1.0), alike([1, 2], [[1, 2]])
    (True, False, False)
    >>> alike({"a": [1, 2]}, {"a": [1, 2]}), alike("a", "b")
    (True, False)
    """
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        return len(one) == len(two) and all(alike(a, b) for a, b in zip(one, two, strict=True))
    if isinstance(one, dict) and isinstance(two, dict):
        return alike(list(one.items()), list(two.items()))
    if isinstance(one, str) or isinstance(two, str):
        return type(one) is type(two) and one == two
    a = as_numbers(one)
    b = as_numbers(two)
    if a is None or b is None:
        return _alike_objects(one, two)
    same_kind = kind(a) == kind(b) or (kind(a), kind(b)) == ("f", "i")
    return a.shape == b.shape and same_kind and not differing(a, b).any()


def _alike_objects(one, two) -> bool:
    """Two objects of one class, such as two QParams, by what they hold."""
    if type(one) is not type(two) or not hasattr(one, "__dict__"):
        return False
    return alike(list(vars(one).values()), list(vars(two).values()))


def as_numbers(value) -> np.ndarray | None:
    """The value as an array of real numbers or truth values, a set in rising order; None where it is none.

    >>> as_numbers([1, 2]), as_numbers("1"), as_numbers([[1], [1, 2]])
    (array([1, 2]), None, None)
    """
    try:
        value = _in_order(value)
        array = value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)
    except Exception:  # rows of different lengths, tensors inside of lists, objects that refuse
        return None
    return array if array.dtype.kind in "biuf" else None


def _in_order(value):
    """Sets as rising lists, sets in a list or tuple too."""
    if isinstance(value, list | tuple):
        return [_in_order(part) for part in value] if any(isinstance(part, set) for part in value) else value
    return sorted(value) if isinstance(value, set | frozenset) else value


def kind(array: np.ndarray) -> str:
    """b for truth values, i for whole numbers, f for floats."""
    return array.dtype.kind.replace("u", "i")


def differing(expected, got) -> np.ndarray:
    """True where two arrays of one shape differ by more than float rounding; whole numbers differ or are equal."""
    expected = np.asarray(expected)
    got = np.asarray(got)
    if kind(expected) == kind(got) == "i":
        return expected != got
    return ~np.isclose(got, expected, rtol=1e-5, atol=_rounding(expected, got), equal_nan=True)


def first_difference(expected, got) -> tuple:
    """The index of the first entry that differs, for two arrays of one shape."""
    different = differing(expected, got)
    return np.unravel_index(np.argmax(different), different.shape)


def _rounding(expected, got) -> float:
    """What sums of float terms may miss a 0 by."""
    right, yours = (float(np.finfo(a.dtype).eps) if a.dtype.kind == "f" else 0.0 for a in (expected, got))
    finite = np.abs(expected[np.isfinite(expected)], dtype=float)
    return 8 * max(right, min(yours, LEAST)) * finite.max(initial=0.0)
