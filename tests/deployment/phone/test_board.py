"""The board: files and images go out without their labels, figures come back, and one board runs at a time."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import numpy as np
import pytest
from phone_client import RESULT, ask, is_open, post

from edukit.deployment import load
from edukit.deployment.phone import PhoneBoard
from edukit.deployment.phone.schema import posted

LABELS = [3, 1, 4, 1, 5, 9]


@pytest.fixture
def board(files, images):
    with PhoneBoard(files, images, LABELS) as board:
        yield board


def result(board, number=0, model="FP32", **changed) -> dict:
    return {**RESULT, "id": f"{number:016x}", "model": model, "predictions": [3, 1, 4, 0, 0, 0], **changed}


def test_a_phone_gets_the_files_and_the_kernel_gets_its_figures(board, files):
    document = json.loads(ask(f"{board.url}models.json")[2])
    contents = [ask(board.url + entry["file"])[2] for entry in document["models"]]
    assert contents == [path.read_bytes() for path in files.values()]
    assert post(board.url, result(board)) == (200, {"ok": True, "seen": 1})
    (row,) = board.rows()
    assert (row.phone, row.accuracy, asdict(row.posted)["median_s"]) == ("Ana", 0.5, 0.002)
    assert json.loads(ask(f"{board.url}state.json")[2]) == {"locked": False, "phones": 1}


def test_answers_are_compared_with_those_of_the_same_file_here(board, files, images):
    for model, path in files.items():
        here = load(path)(images).argmax(1)
        post(board.url, result(board, model=model, predictions=[int(here[0]), *((here[1:] + 1) % 10).tolist()]))
    assert [row.same for row in board.rows()] == [1 / 6, 1 / 6]


def test_whatever_the_labels_are_the_same_bytes_leave(files, images):
    sent = []
    for labels in ([3, 1, 4, 0, 0, 0], [0, 1, 2, 3, 4, 5], None):
        with PhoneBoard(files, images, labels) as board:
            told = [ask(board.url + name)[2] for name in ("", "models.json", "images.bin", "files/0.onnx", "labels")]
            told += [post(board.url, result(board)), ask(f"{board.url}state.json")[2]]
            sent.append((told, board._repr_html_().count("img"), board.rows()[0].accuracy))
    assert sent[0][:2] == sent[1][:2] == sent[2][:2] and [one[2] for one in sent] == [1.0, 1 / 6, None]


def test_a_refusal_says_why(board):
    assert post(board.url, result(board, predictions=[1]))[1] == {"error": "predictions must be a list of 6 entries."}
    assert post(board.url, result(board, model="none"))[1] == {"error": "model must be one of FP32, INT8."}
    assert not board.rows()


def test_lock_remove_and_clear(board):
    for number in range(3):
        post(board.url, result(board, number))
    board.remove("Ana 2")
    assert post(board.url, result(board, 1)) == (403, {"error": "This phone was taken off the board."})
    board.lock()
    status, said = post(board.url, result(board, 7))
    assert (status, said["error"]) == (403, "The board is locked: it takes no more results.")
    assert [row.number for row in board.rows()] == [1, 3]
    board.lock(False)
    board.clear()
    assert not board.rows() and post(board.url, result(board, 1))[0] == 200


def test_names_are_filtered_and_stand_in_no_page(board):
    post(board.url, result(board, phone="<script>a\u202eb</script>"))
    assert [row.phone for row in board.rows()] == ["scriptabscript"]
    assert "script" not in board._repr_html_() + repr(board)


def test_thirty_phones_at_once_lose_nothing(board):
    def phone(number):
        assert ask(f"{board.url}images.bin")[0] == 200
        return [post(board.url, result(board, number, model))[0] for model in ("FP32", "INT8", "FP32")]

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(phone, range(30))) == [[200] * 3] * 30
    rows = board.rows()
    assert len(rows) == 60 and {(row.posted.id, row.posted.model) for row in rows} == {
        (f"{number:016x}", model) for number in range(30) for model in ("FP32", "INT8")
    }


def test_a_second_board_ends_the_first_and_has_another_token(files, images):
    first = PhoneBoard(files, images)
    with PhoneBoard(files, images) as second:
        assert not first.running and not is_open(first.url) and second.running
        assert first.url.split("/")[3] != second.url.split("/")[3]
        assert first._repr_html_() == "<p>This board is closed.</p>"
    assert not is_open(second.url)


def test_a_refused_board_leaves_the_running_one_alone(board, files, images):
    with pytest.raises(ValueError, match="labels must be 6"):
        PhoneBoard(files, images, LABELS[:2])
    assert board.running


def test_it_stops_by_itself_keeps_what_was_posted_and_tells_who_watches(files, images):
    board, told = PhoneBoard(files, images, minutes=0.02), threading.Event()
    post(board.url, result(board))
    board.results.watch(told.set)
    assert told.wait(10) and not board.running and not is_open(board.url) and len(board.rows()) == 1


def test_by_default_this_computer_alone_reaches_it(board):
    assert board.url.startswith("http://127.0.0.1:") and "this computer alone" in repr(board)


def test_lan_is_one_address(files, images):
    with PhoneBoard(files, images, lan="127.0.0.2") as board:  # of this computer as well, as a test must be
        assert ask(f"{board.url}state.json")[0] == 200 and "local network" in repr(board)
        assert ask(f"{board.url}state.json", Host=f"localhost:{board._server.port}")[0] == 421


@pytest.mark.parametrize("minutes", [0, -1, 181, float("nan")])
def test_other_times_are_refused(files, images, minutes):
    with pytest.raises(ValueError, match="minutes"):
        PhoneBoard(files, images, minutes=minutes)


@pytest.mark.parametrize("labels", [[1, 2], np.zeros((6, 10)), np.ones(6), list("abcdef")])
def test_other_labels_are_refused(files, images, labels):
    with pytest.raises(ValueError, match="labels must be 6 whole numbers"):
        PhoneBoard(files, images, labels)


def test_it_shows_its_address(board):
    assert board.url in board._repr_html_() and board.terminal().endswith(board.url)


def test_a_pasted_code_is_a_phone_and_another_one_is_refused(board, monkeypatch):
    def code_of(**changed):
        body = json.dumps(result(board, **changed)).encode()
        return lambda text: [
            posted(body, {changed.get("model", "FP32"): "onnxruntime-web"}, len(changed["predictions"]))
        ]

    monkeypatch.setattr("edukit.deployment.phone.board.read_code", code_of(predictions=[3, 1, 4, 1, 5, 9]))
    assert board.paste("…") == 1 and board.rows()[0].accuracy == 1.0
    for other in ({"predictions": [1]}, {"predictions": [1] * 6, "model": "other"}):
        monkeypatch.setattr("edukit.deployment.phone.board.read_code", code_of(**other))
        with pytest.raises(ValueError, match="code must be of FP32, INT8"):
            board.paste("…")
    board.lock()
    monkeypatch.setattr("edukit.deployment.phone.board.read_code", code_of(predictions=[1] * 6))
    with pytest.raises(ValueError, match="locked"):
        board.paste("…")


def test_a_damaged_code_is_refused(board):
    with pytest.raises(ValueError, match="damaged"):
        board.paste("no code")
