"""Every state of a panel is drawn once, shown from then on, and sent to the browser when it asks."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import ipywidgets as widgets
import pytest

from edukit.panels import Panel, frames
from edukit.panels import panel as panel_file
from edukit.panels.frames import stops
from edukit.panels.slider import Slider


class Bar:
    """The least plot with two controls; it counts its drawings, and one of its heights cannot be drawn."""

    drawings = 0

    def __init__(self, fig):
        axes = fig.subplots()
        axes.set_ylim(0, 10)
        self.bar = axes.bar([0], [1])[0]

    def mark(self, guess):
        self.bar.set_width(guess)

    def update(self, height, sure):
        if height == 4:
            raise ZeroDivisionError
        Bar.drawings += 1
        self.bar.set_height(height)
        return f"<{height}> & {sure}"


@pytest.fixture
def panel():
    return Panel(Bar, height=(0, 4, 2), sure=True)


def asked(panel, state) -> dict:
    """What the browser hears after it asked for a state."""
    said = []
    panel._sender.send = said.append
    panel._sender._answer(None, {"state": state}, [])
    return said[0]


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (Slider(value=2, min=2, max=5), [2, 3, 4, 5]),
        (Slider(value=0.5, min=0.5, max=1.0, step=0.1), [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (Slider(value=0.0, min=0.0, max=0.35, step=0.1), [0.0, 0.1, 0.2, 0.3]),
        (Slider(value=0.0, min=0.0, max=100.0, step=50.0), [0.0, 50.0, 100.0]),
        (widgets.ToggleButtons(options=["one", "two"]), ["one", "two"]),
        (widgets.ToggleButtons(options=[("one", 1), ("two", 2)]), [1, 2]),
        (widgets.Checkbox(True), [False, True]),
    ],
)
def test_the_stops_of_a_control_are_the_values_that_it_can_take(control, values):
    assert stops(control) == values
    for value in values:
        control.value = value
        assert control.value == value


def test_few_states_are_drawn_once_and_each_looks_as_it_does_when_it_is_drawn_alone(panel):
    alone = {height: Panel(Bar, height=(0, 4, height), sure=True)._png for height in (0, 1, 3)}
    Bar.drawings = 0
    for _ in range(3):
        for height, png in alone.items():
            panel.controls["height"].value = height
            assert panel._png == png and panel.description == f"<{height}> & True"
    assert panel.drawn_once and Bar.drawings == len(alone)


@pytest.mark.parametrize(("limit", "value"), [("MOST_STATES", 9), ("MOST_BYTES", 10_000)])
def test_many_states_or_bytes_are_drawn_by_the_kernel_each_time(limit, value, monkeypatch):
    assert Panel(Bar, height=(0, 4, 2), sure=True).drawn_once
    monkeypatch.setattr(frames, limit, value)
    panel = Panel(Bar, height=(0, 4, 2), sure=True)
    assert not panel.drawn_once and panel._sender is None
    panel.controls["height"].value = 3
    assert panel.description == "<3> & True" and "&lt;3&gt;" in panel._image.value


def test_the_browser_gets_each_state_that_it_asks_for(panel):
    assert panel._sender.counts == [5, 2] and panel._sender.states == 10
    heard = asked(panel, 7)
    assert heard["state"] == 7 and heard["sentence"] == "<3> & True"
    panel.controls["height"].value = 3
    assert b64decode(heard["png"]) == panel._png


def test_once_the_browser_asks_it_alone_moves_the_picture(panel):
    panel.controls["height"].value = 1
    assert "&lt;1&gt;" in panel._image.value
    asked(panel, 0)
    panel.controls["height"].value = 3
    assert "&lt;1&gt;" in panel._image.value and panel.description == "<3> & True"


def test_a_state_that_cannot_be_drawn_is_answered_without_a_picture(panel):
    said = []
    panel._sender.send = said.append
    with pytest.raises(ZeroDivisionError):
        panel._sender._answer(None, {"state": 8}, [])
    assert said == [{"state": 8}]


def test_after_a_mark_every_frame_is_drawn_again(panel):
    before, said = panel._png, []
    panel._sender.send = said.append
    panel.mark(0.5)
    assert panel._png != before and said == [{"forget": True}]


def test_without_widgets_of_its_own_a_panel_moves_through_the_kernel(monkeypatch):
    monkeypatch.setattr(panel_file, "PLAIN", True)
    panel = Panel(Bar, height=(0, 3, 2), sure=True, play="height")
    panel.controls["height"].value = 1
    assert panel._sender is None and "&lt;1&gt;" in panel._image.value and len(panel.children[0].children) == 2


@pytest.mark.parametrize("name", ["sure", "depth"])
def test_only_a_slider_or_choices_can_be_played(name):
    with pytest.raises(ValueError, match=f"play must name a slider or choices of height, sure; got '{name}'"):
        Panel(Bar, height=(0, 3), sure=True, play=name)


def test_a_control_is_played_through_the_kernel_where_there_are_many_states():
    panel = Panel(Bar, height=(5, 500), sure=True, play="height")
    assert not panel.drawn_once
    assert (panel._sender.play, panel._sender.counts, panel._sender.states) == (0, [496, 2], 0)


def test_a_frame_shows_its_own_state_while_another_thread_asks_for_others(panel):
    """In JupyterLab a control's change and the browser's question come in a thread of their own, beside a cell's."""
    apart = {state: panel._frames._drawn(state) for state in ((0, True), (2, False))}
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(panel._frames._drawn, list(apart) * 10))
    assert together == list(apart.values()) * 10
