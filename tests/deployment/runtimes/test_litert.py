"""LiteRT: the session hands over codes where the file wants them, and takes values from what it gives."""

import numpy as np
import psutil
import pytest
from mobile_networks import IMAGES, quantized

from edukit.deployment import export, load
from edukit.deployment.runtimes.litert import _codes, _values, interpreter_of

pytest.importorskip("litert_torch")


def test_the_file_takes_codes_and_threads_are_its_own(tmp_path):
    path = export(quantized("vgg"), IMAGES[:1], tmp_path / "model.tflite")
    session = load(path)
    (before,) = interpreter_of(path.read_bytes(), 1, path).get_input_details()
    assert before["dtype"] == np.int8 and session(IMAGES[:2]).dtype == np.float32
    threads = psutil.Process().num_threads()
    three = load(path, threads=3)
    np.testing.assert_array_equal(three(IMAGES[:2]), session(IMAGES[:2]))
    assert psutil.Process().num_threads() > threads


def test_codes_are_rounded_half_to_even_and_clipped():
    detail = {"quantization": (0.5, -128), "dtype": np.int8}
    assert _codes(np.float32([0, 0.25, 0.75, 1e9, -1, np.inf]), detail).tolist() == [-128, -128, -126, 127, -128, 127]
    assert _values(np.int8([-128, 127]), detail).tolist() == [0, 127.5]
