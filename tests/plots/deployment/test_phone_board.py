"""The board, drawn: what stands in the picture is what phones posted; the sentence names none of them."""

import warnings
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from edukit.deployment.phone.results import Row
from edukit.deployment.phone.schema import Posted
from edukit.plots import Picture
from edukit.plots.deployment.phone_board import NOBODY, SHOWN, PhoneBoardPlot, size_of

ONE = Posted("Ana", "0" * 16, "FP32", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3,), 0)
MODELS = [{"name": name, "kind": kind, "runtime": "litert"} for name, kind in (("FP32", "float"), ("INT8", "int8"))]


def rows(times_ms, names=None, same=1.0, accuracy=0.5):
    """A row for FP32 and one for INT8 of each phone, of pairs of medians."""
    return [
        Row(
            i,
            names[i] if names else f"phone {i}",
            replace(ONE, model=model, median_s=t / 1e3, p90_s=t / 900),
            accuracy,
            same,
        )
        for i, pair in enumerate(times_ms)
        for model, t in zip(("FP32", "INT8"), pair, strict=True)
    ]


def drawn(found, models=MODELS, **said) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter without a glyph would write into the notebook
        picture = Picture(partial(PhoneBoardPlot, rows=found, models=models, **said), figsize=size_of(found))
        assert picture.png()[:4] == b"\x89PNG"
    return picture


def texts(axes) -> list[str]:
    return [text.get_text().strip() for text in axes.texts]


def test_points_and_bars_are_the_figures_the_fastest_phone_above():
    times = np.random.default_rng(0).uniform(1, 3, (7, 2))
    plot = drawn(rows(times))._plot
    order = np.argsort(times[:, 1])
    for line, column in zip(plot.times.lines[::2], (0, 1), strict=True):
        np.testing.assert_allclose(line.get_xdata(), times[order, column])
    bars = [bar.get_x() + bar.get_width() for bar in plot.faster.patches]
    np.testing.assert_allclose(bars, times[order, 0] / times[order, 1])
    assert [label.get_text().split()[0] for label in plot.times.get_yticklabels()] == [f"{i}" for i in order]


def test_the_sentence_says_the_spread_and_no_name():
    said = drawn(rows([(2, 1), (3, 2), (8, 2)], ["Ana", "Ben", "Cem"])).description
    assert said.startswith("3 phones. FP32 takes 3 ms an image in the median, 2 to 8.")
    assert "INT8 is 2 times as fast as FP32 in the median, from 1.5 to 4 times." in said
    assert said.endswith("Every answer is that of the same file in Python.")
    assert not any(name in said for name in ("Ana", "Ben", "Cem"))


def test_other_answers_are_said():
    found = rows([(2, 1), (2, 1)])
    found[0] = replace(found[0], same=0.9)
    assert "1 of 2 phones name an image otherwise" in drawn(found).description
    assert "Every answer" not in drawn(rows([(2, 1)], same=None)).description


def test_accuracies_stand_beside_each_phone_where_labels_are():
    assert "50 / 50" in texts(drawn(rows([(2, 1)]))._plot.faster)
    assert "right, %" not in texts(drawn(rows([(2, 1)], accuracy=None))._plot.faster)


def test_nobody_yet():
    picture = drawn([])
    assert picture.description == NOBODY and NOBODY in texts(picture._plot.times)


def test_one_file_of_one_phone_is_a_board():
    picture = drawn(rows([(2, 1)])[1:])
    assert picture.description.startswith("1 phone. INT8 takes 1 ms an image. Every")
    assert not picture._plot.faster.patches


def test_a_board_of_other_models_compares_none():
    models = [{"name": name, "kind": "float", "runtime": "litert"} for name in ("FP32", "INT8")]
    picture = drawn(rows([(2, 1)]), models)
    assert "times as fast" not in picture.description and not picture._plot.faster.patches


@pytest.mark.parametrize("name", ["$x^{2}$", "小明 phone", "\\alpha", "W" * 24, "ابن", "a_b & c #1", "𝔘"])
def test_any_name_is_drawn_as_it_is(name):
    label = drawn(rows([(2, 1)], [name]))._plot.times.get_yticklabels()[0]
    assert not label.get_parse_math() and label.get_text().startswith("0  ")


def test_far_apart_is_logarithmic_and_many_are_cut_but_counted():
    near, far = drawn(rows([(2, 1), (3, 2)])), drawn(rows([(2, 1), (300, 200)]))
    assert near._plot.times.get_xscale() == "linear" and far._plot.times.get_xscale() == "log"
    many = drawn(rows([(2, 1)] * (SHOWN + 5)))
    assert many.description.startswith(f"{SHOWN + 5} phones.") and len(many._plot.faster.patches) == SHOWN
    assert many._suptitle.get_text() == "5 more phones are not shown"


def test_an_example_says_so_and_a_guess_is_a_line():
    picture = drawn(rows([(2, 1)]), said="Example: no phone")
    assert picture._suptitle.get_text() == "Example: no phone" and picture.description.startswith(
        "Example: no phone. FP32"
    )
    picture.mark(3.0)
    assert picture.description.endswith("The dotted line is your guess, 3.")
    assert picture._plot.faster.lines[-1].get_xdata()[0] == 3.0
