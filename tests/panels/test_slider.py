"""The slider's numbers, as the kernel keeps them; how it feels is a question for tests/browser."""

import runpy
import sys

import numpy as np
import pytest

from edukit.panels import Panel, slider
from edukit.panels.plain import PlainSlider
from edukit.panels.slider import NativeSlider
from edukit.plots.quantization.affine import StaircasePlot


@pytest.fixture(params=[NativeSlider, PlainSlider])
def kind(request):
    return request.param


@pytest.mark.parametrize(
    ("given", "kept"), [(3, 3), (3.0, 3), (2.6, 3), (-5, 2), (99, 8), (np.int64(4), 4), (np.float32(5), 5)]
)
def test_a_whole_slider_keeps_whole_numbers_in_its_range(kind, given, kept):
    slider = kind(value=8, min=2, max=8)
    slider.value = given
    assert slider.value == kept and type(slider.value) is int


@pytest.mark.parametrize(
    ("step", "given", "kept"),
    [(0.1, 0.5 + 25 * 0.1, 3.0), (0.1, 3, 3.0), (0.25, 1.2511, 1.25), (1e-5, 0.123456, 0.12346), (1.0, 2.34, 2.3)],
)
def test_a_float_slider_rounds_to_the_decimals_of_its_step(kind, step, given, kept):
    """In the browser 0.5 + 25 · 0.1 is 3.0000000000000004."""
    slider = kind(value=1.0, min=0.0, max=5.0, step=step)
    slider.value = given
    assert slider.value == kept and type(slider.value) is float


def test_a_number_that_was_rounded_to_what_it_was_moves_nothing(kind):
    slider, moves = kind(value=3, min=2, max=8), []
    slider.observe(moves.append, "value")
    slider.value = 3.2
    assert not moves
    slider.value = 4
    assert [(move["old"], move["new"]) for move in moves] == [(3, 4)]


def test_the_first_value_is_kept_in_the_range_as_well(kind):
    assert kind(value=1, min=2, max=8).value == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, "3", 1j])
def test_what_is_not_a_finite_number_is_refused(kind, value):
    slider = kind(value=3, min=2, max=8)
    with pytest.raises(ValueError, match="value must be a finite number, got"):
        slider.value = value
    assert slider.value == 3


def test_the_two_halves_of_a_plain_slider_move_together_and_only_once():
    share, moves = PlainSlider(value=0.5, min=0.0, max=1.0, step=0.1, description="share"), []
    share.observe(moves.append, "value")
    number, slider = share.children
    assert number.description == "share"
    for moved, still, value in ((slider, number, 0.3), (number, slider, 0.7), (share, slider, 0.9)):
        moved.value = value
        assert share.value == still.value == moves[-1]["new"] == value
    assert len(moves) == 3
    share.disabled = True
    assert number.disabled and slider.disabled


def test_a_plain_slider_is_chosen_where_it_is_asked_for_or_anywidget_is_not_there(monkeypatch):
    chosen = lambda: runpy.run_path(slider.__file__)["Slider"]  # noqa: E731
    assert chosen().__name__ == "NativeSlider"
    monkeypatch.setenv("EDUKIT_WIDGETS", "plain")
    assert chosen() is PlainSlider
    monkeypatch.delenv("EDUKIT_WIDGETS")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert chosen() is PlainSlider


def test_a_panel_moves_with_a_plain_slider(monkeypatch):
    monkeypatch.setattr("edukit.panels.panel.Slider", PlainSlider)
    panel = Panel(StaircasePlot, bits=(2, 8, 3), symmetric=False, high=(0.5, 3.5, 3.0), still={"bits": 2})
    panel.controls["bits"].children[0].value = 4
    assert panel.description.startswith("4 bits: 16 codes")
    assert panel.remains()[0]["text/plain"].startswith("2 bits: 4 codes")
