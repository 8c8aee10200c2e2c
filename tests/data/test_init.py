"""The room's door: load by name, and no torch behind it."""

import subprocess
import sys

import numpy as np
import pytest

import edukit.data


def test_load_by_name():
    assert np.array_equal(edukit.data.load("digits").test.x, edukit.data.digits().test.x)
    assert set(edukit.data.SETS) == {"digits", "shapes", "fashion_mnist", "cifar10"}


@pytest.mark.parametrize("name", ["mnist", "", None, "Digits"])
def test_unknown_names_are_refused(name):
    with pytest.raises(ValueError, match="one of digits, shapes, fashion_mnist, cifar10, got"):
        edukit.data.load(name)


def test_data_needs_neither_torch_nor_network_code():
    code = "import sys, edukit.data; print({'torch', 'pooch', 'requests', 'sklearn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
