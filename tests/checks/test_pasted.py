"""What is shown of a function runs alone: imports, neighbours and public names come along."""

import math
import os.path
from math import isfinite

import numpy as np
from torch.nn import functional as F

from edukit.checks.pasted import public_home, runnable
from edukit.quantization import QParams

LIMIT = 3


def inner(x):
    """The last of a chain."""
    return math.floor(x) if x < LIMIT else isfinite(x)


def helper(x):
    """Calls a neighbour."""
    return inner(x) + 1


def outer(x):
    """Uses a neighbour inside of another function, modules under two kinds of name, and a name of the package."""

    def nested(y):
        return helper(y)

    relu = F.relu(F.relu.__globals__["torch"].tensor(-1.0)).item()
    return [nested(value) + relu for value in np.ones(2)], QParams, os.path.sep


def test_the_text_runs_in_an_empty_namespace():
    names = {}
    exec(runnable(outer, "mine"), names)
    assert names["mine"](0)[0] == outer(0)[0] == [2.0, 2.0]
    assert "outer" not in names


def test_neighbours_come_before_the_function_that_calls_them_and_only_once():
    text = runnable(outer)
    assert text.index("def inner") < text.index("def helper") < text.index("def outer")
    assert text.count("def helper") == 1
    assert "from edukit.quantization import QParams" in text and "from torch.nn import functional as F" in text


def test_attributes_are_not_taken_for_names():
    assert runnable(inner).startswith("import math\nfrom math import isfinite\nLIMIT = 3\n\n\ndef inner")


def test_a_public_name_comes_from_the_room_that_lessons_import_it_from():
    assert public_home(QParams) == "edukit.quantization"
