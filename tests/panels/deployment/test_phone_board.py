"""The live board: it follows the phones, its buttons work, and a guess comes before the figures."""

import threading
import time

import numpy as np
import pytest
import torch
from phone_client import RESULT, is_open, post
from torch import nn

from edukit.deployment import export
from edukit.deployment.phone import PhoneBoard
from edukit.experiments.deployment.phone_example import SAID
from edukit.panels import Prediction
from edukit.panels.deployment import LiveBoard, phone_board, phone_figures, phone_heat

IMAGES = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).eval()
    return export(model, IMAGES, tmp_path_factory.mktemp("live") / "a.onnx")


@pytest.fixture
def board(file, monkeypatch):
    monkeypatch.setattr(phone_board, "LEAST_PAUSE_S", 0.01)
    with PhoneBoard({"FP32": file}, IMAGES, [0, 1]) as board:
        yield board


def sends(board, number=0, **changed) -> int:
    return post(board.url, {**RESULT, "id": f"{number:016x}", **changed})[0]


def until(said, seconds=20.0):
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while not said() and time.monotonic() < end:
        time.sleep(0.02)
    return said()


def test_the_example_shows_until_a_phone_comes(board):
    live = LiveBoard(board)
    before = live._image.value
    assert "Example: Chromium" in before and "0 phones posted" in live._status.value and board.url in live._code.value
    assert sends(board) == 200
    assert until(lambda: "1 phone. FP32 takes 2 ms an image." in live._image.value)
    assert "The board is open: 1 phone posted." in live._status.value and live._phone.options == (1,)


def test_the_buttons_lock_remove_clear_and_close(board):
    live = LiveBoard(board)
    for number in range(3):
        sends(board, number)
    assert until(lambda: live._phone.options == (1, 2, 3))
    live._lock.value = True
    assert sends(board, 9) == 403 and until(lambda: "locked: 3" in live._status.value)
    live._lock.value = False
    live._phone.value = 2
    assert sends(board, 7) == 200 and until(lambda: live._phone.options == (1, 2, 3, 4)) and live._phone.value == 2
    live._remove.click()
    assert until(lambda: live._phone.options == (1, 3, 4)) and live._phone.value == 1
    live._clear.click()
    assert until(lambda: live._phone.options == ()) and live._remove.disabled
    live._close.click()
    assert until(lambda: "The board is closed" in live._status.value) and not is_open(board.url)
    assert "closed" in live._code.value and live._close.disabled and live._lock.disabled


def test_a_guess_comes_before_the_figures(board):
    guess = Prediction("How many times faster?", low=0.5, high=4.0, unit="times")
    live = LiveBoard(board, guess)
    sends(board)
    assert until(lambda: "1 phone posted" in live._status.value)
    assert live._image.value == "" and "once you have answered" in live._status.value
    guess._input.value = 3.0
    guess._commit.click()
    assert until(lambda: "The dotted line is your guess, 3." in live._image.value)
    assert "once you" not in live._status.value


def test_who_wants_no_guess_sees_the_figures(board):
    guess = Prediction("How many times faster?", low=0.5, high=4.0, unit="times")
    live = LiveBoard(board, guess)
    guess._skip.click()
    assert until(lambda: "Example: Chromium" in live._image.value) and "your guess" not in live._image.value


def test_names_reach_neither_html_nor_widgets(board):
    live = LiveBoard(board)
    sends(board, phone="<img src=x onerror=alert(1)>\u202e")
    assert until(lambda: "1 phone." in live._image.value)
    assert board.rows()[0].phone == "img srcx onerroralert(1)"[:24]
    said = "".join(str(widget.get_state()) for widget in (*live.children, *live.children[2].children))
    assert "onerror" not in said and "onerror" not in str(live.remains())


def test_thirty_phones_are_drawn_and_none_waits_for_the_picture(board):
    live = LiveBoard(board)
    began = time.monotonic()
    assert {sends(board, number) for number in range(30)} == {200}
    assert time.monotonic() - began < 60
    assert until(lambda: "30 phones." in live._image.value, 60)


def test_without_a_kernel_the_example_remains_and_says_so(board):
    data, metadata = LiveBoard(board).remains()
    assert data["text/plain"] == phone_figures().description == metadata["image/png"]["alt"]
    assert phone_figures()._suptitle.get_text() == SAID and "no phone" in SAID
    guess = Prediction("How many times faster?", low=0.5, high=4.0)
    page = LiveBoard(board, guess).remains()[0]["text/html"]
    assert page.startswith("<details><summary>Your guess first: How many times faster? Then open this.</summary>")
    assert board.url not in page + data["text/plain"]


def test_a_minute_of_a_phone_is_a_second_picture(board):
    live = LiveBoard(board)
    assert live._heat.value == "" and phone_heat(board).description.startswith("No phone has run")
    sends(board, heat=[[0, 0.001], [30, 0.0015], [60, 0.002]])
    assert until(lambda: "1 phone ran without a pause: at the end a run takes 1.50 times" in live._heat.value)


def test_of_two_panels_of_a_board_the_newest_follows_it(board):
    first, second = LiveBoard(board), LiveBoard(board)
    for number in range(3):
        sends(board, number)
        assert until(lambda number=number: f"{number + 1} phone" in second._status.value)

    def following():
        alive = [thread for thread in threading.enumerate() if thread.name == "edukit board"]
        return [thread for thread in alive if thread._target.__self__ in (first, second)]

    assert until(lambda: len(following()) == 1)  # the first sees only at its next look that it is no longer asked
