"""A board in a terminal: the code, a table after each change, and nothing left behind by Ctrl-C."""

import re
import threading

import pytest
from phone_client import RESULT, is_open, post

from edukit.cli import main
from edukit.deployment.phone.terminal import named, pictures, serve


class Stopped(Exception):
    pass


def test_a_table_follows_each_post_and_ctrl_c_closes_the_port(files, images, monkeypatch):
    monkeypatch.setattr("edukit.deployment.phone.terminal.PAUSE_S", 0.05)
    said, posts = [], []

    def say(text):
        said.append(text)
        if address := re.search(r"http://\S+", text):
            result = {**RESULT, "model": "float", "predictions": [0] * 6}
            both = result, {**result, "model": "int8", "median_s": 0.001}
            work = threading.Thread(target=lambda: posts.extend(post(address[0], one)[0] for one in both))
            work.start()
        if "Ana" in text and "2.00" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(list(files.values()), images, say=say)
    address = re.search(r"http://\S+", said[0])[0]
    assert posts == [200, 200] and not is_open(address)
    assert said[-1].splitlines()[0].split("  ")[0] == "number" and "INT8 times as fast" in said[-1]


def test_it_ends_when_its_time_is_up(files, images):
    said = []
    serve([files["FP32"]], images, say=said.append, minutes=0.01)
    assert "http://127.0.0.1" in said[0] and not is_open(re.search(r"http://\S+", said[0])[0])


def test_a_folder_stands_for_its_files(files, tmp_path):
    folder = files["FP32"].parent
    assert named([folder]) == {"float": files["FP32"], "int8": files["INT8"]}
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(ValueError, match="found none"):
        named([tmp_path])


def test_each_name_can_stand_on_a_board():
    found = named(["a.onnx", "b/a.onnx", "<>.onnx", "x" * 30 + ".onnx", "a\u202eb.tflite"])
    assert list(found) == ["a", "a 2", "model", "x" * 24, "ab"]


def test_digits_come_in_the_size_of_the_file(files):
    images, labels, names = pictures("digits", [files["FP32"]])
    assert images.shape == (16, 1, 8, 8) and len(labels) == 16 and len(names) == 10


@pytest.mark.parametrize("arguments", [["none.onnx"], ["none.pte"], [__file__]])
def test_bad_files_are_one_line(arguments, capsys):
    assert main(["phone", "serve", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("edukit: ") and error.count("\n") == 1
