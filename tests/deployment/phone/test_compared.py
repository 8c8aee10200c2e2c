"""Phones side by side: INT8 is compared with FP32 of the same phone and the same runtime."""

from dataclasses import replace

import numpy as np
import pytest

from edukit.deployment.phone.compared import pair, phones, spread
from edukit.deployment.phone.results import Row
from edukit.deployment.phone.schema import Posted

ONE = Posted("Ana", "0" * 16, "FP32", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3,), 0)


def model(name, kind, runtime="litert"):
    return {"name": name, "kind": kind, "runtime": runtime}


def row(number, name, median_s):
    return Row(number, f"phone {number}", replace(ONE, model=name, median_s=median_s), None)


BOTH = [model("FP32", "float"), model("INT8", "int8")]


def test_faster_is_the_ratio_of_the_medians_of_one_phone():
    generator = np.random.default_rng(0)
    times = generator.uniform(1e-4, 1e-2, (20, 2))
    rows = [row(i, name, t) for i, pair in enumerate(times) for name, t in zip(("FP32", "INT8"), pair, strict=True)]
    found = phones(generator.permutation(np.array(rows, object)), BOTH)
    assert {phone.number: phone.faster for phone in found} == {i: a / b for i, (a, b) in enumerate(times)}


def test_a_phone_that_ran_one_file_is_not_compared():
    (phone,) = phones([row(1, "INT8", 2e-3)], BOTH)
    assert (phone.faster, phone.median_s("INT8"), phone.median_s("FP32"), phone.name) == (None, 2e-3, None, "phone 1")


@pytest.mark.parametrize(
    ("models", "found"),
    [
        ([], None),
        ([model("a", "float"), model("b", "float")], None),
        ([model("a", "float"), model("b", "int8", "onnxruntime-web")], None),
        ([model("b", "int8"), model("a", "float")], ("a", "b")),
        ([model("a", "float", "onnxruntime-web"), model("c", "float"), model("b", "int8")], ("c", "b")),
    ],
)
def test_the_pair_is_of_one_runtime(models, found):
    assert pair(models) == found


def test_the_spread_of_one_value_is_that_value_and_of_none_an_error():
    assert spread([2]) == (2.0, 2.0, 2.0) and spread([4, 1]) == (1.0, 2.5, 4.0)
    with pytest.raises((ValueError, IndexError)):
        spread([])
