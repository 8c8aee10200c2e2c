"""Curves of warm phones: each is what the phone posted over its first value, and the sentence says where they end."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from edukit.deployment.phone.results import Row
from edukit.deployment.phone.schema import Posted
from edukit.plots import Picture
from edukit.plots.deployment.phone_heat import NOBODY, PhoneHeatPlot, warmed

ONE = Posted("Ana", "0" * 16, "FP32", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3,), 0)
MODELS = [{"name": "FP32", "kind": "float", "runtime": "litert"}, {"name": "INT8", "kind": "int8", "runtime": "litert"}]


def row(number, heat, model="FP32"):
    return Row(number, "Ana", replace(ONE, model=model, heat=tuple(map(tuple, heat))), None)


def drawn(rows) -> Picture:
    picture = Picture(partial(PhoneHeatPlot, rows=rows, models=MODELS))
    assert picture.png()[:4] == b"\x89PNG"
    return picture


def test_a_line_is_what_a_phone_posted_over_its_first_value():
    generator = np.random.default_rng(0)
    medians = generator.uniform(1e-3, 3e-3, (4, 60))
    picture = drawn([row(i, zip(range(60), each, strict=True)) for i, each in enumerate(medians, 1)])
    lines = [line for line in picture._plot.axes.lines[1:] if len(line.get_xdata()) == 60]
    for line, each in zip(lines, medians, strict=True):
        np.testing.assert_allclose(line.get_ydata(), each / each[0])
    ends = (medians[:, -3:].mean(1) / medians[:, 0]).tolist()
    words = f"takes {np.median(ends):.2f} times as long as at the start in the median, from {min(ends):.2f} to"
    assert picture.description.startswith("4 phones ran") and words in picture.description
    assert "Ana" not in picture.description


@pytest.mark.parametrize("rows", [[], [row(1, [])], [row(1, [(0, 1e-3), (1, 1e-3)])]])
def test_who_did_not_run_for_a_while_has_no_line(rows):
    assert warmed(rows) == [] and drawn(rows).description == NOBODY


def test_two_files_of_one_phone_are_one_phone():
    heat = [(0, 1e-3), (30, 2e-3), (60, 2e-3)]
    picture = drawn([row(7, heat), row(7, heat, "INT8")])
    assert picture.description.startswith("1 phone ran")
    assert [text.get_text() for text in picture._plot.axes.get_legend().get_texts()] == ["FP32", "INT8"]
