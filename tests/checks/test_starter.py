"""Starter code is recognised whatever its names, comments and layout, and not after a change that is a try."""

import pytest

from edukit.checks.starter import fingerprint, is_blank, source_of

STARTER = '''
def my_scale(w, bits):
    """The largest size over the steps."""
    steps = 2**bits - 1
    return abs(w).max() / steps
'''


@pytest.mark.parametrize(
    "same",
    [
        STARTER.replace("    steps =", "    # as in the article\n    steps ="),
        STARTER.replace("steps", "n")
        .replace("my_scale", "scale")
        .replace("(w, bits)", "(weights, bits)")
        .replace("abs(w)", "abs(weights)"),
        STARTER.replace('    """The largest size over the steps."""\n', ""),
        STARTER.replace("2**bits - 1", "(2 ** bits  -  1)"),
        STARTER.replace("(w, bits)", "(w: float, bits: int) -> float"),
        STARTER.replace("    return", "    print(steps)\n    return"),
        "if True:\n" + STARTER.replace("\n", "\n    "),
        "import numpy as np\n" + STARTER + "\ncheck.scale(my_scale)",
    ],
)
def test_names_comments_layout_and_prints_are_no_try(same):
    assert same != STARTER
    assert fingerprint(same) == fingerprint(STARTER)


@pytest.mark.parametrize(
    "other",
    [
        STARTER.replace("- 1", "- 2"),
        STARTER.replace("bits - 1", "(bits - 1)"),
        STARTER.replace("abs(w)", "w"),
        STARTER.replace("max", "min"),
        STARTER.replace("return abs", "return steps, abs"),
        STARTER.replace("/ steps", "/ bits"),
        STARTER.replace("    return abs(w).max() / steps\n", "    ...\n"),
    ],
)
def test_every_change_of_what_the_code_does_is_a_try(other):
    assert other != STARTER
    assert fingerprint(other) != fingerprint(STARTER)


def test_the_fingerprint_is_the_same_in_every_version_of_python():
    assert fingerprint(STARTER) == "c9084c32e1"  # asked in 3.10, 3.11, 3.12 and 3.13


@pytest.mark.parametrize("source", ["", "x = 1", "lambda x:", "square = lambda x: x * x"])
def test_where_there_is_no_function_there_is_no_fingerprint(source):
    assert fingerprint(source) == ""


def test_functions_without_source_are_no_starter_code():
    assert source_of(len) == "" and source_of(eval("lambda x: x")) == "" and source_of(3) == ""
    assert not is_blank(len) and not is_blank(3)
