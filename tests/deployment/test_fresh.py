"""A fresh process loads the file, runs it once, and says what that took."""

import numpy as np
import pytest

from edukit.deployment.fresh import start
from edukit.experiments.deployment.written_files import conv_chain


def test_a_large_file_takes_more_memory_than_a_small_one(tmp_path):
    small, large = (conv_chain(tmp_path / f"{c}.onnx", c, 8, layers=2) for c in (8, 1024))  # 19 M weights
    found = {c: start(path, (np.ones((1, c, 8, 8), np.float32),)) for c, path in ((8, small), (1024, large))}
    assert found[1024].peak_bytes > 4 * 2 * 1024**2 * 9 > found[8].peak_bytes
    assert all(s.load_s > 0 and s.first_s > 0 for s in found.values())


def test_what_fails_there_is_told_here(tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 8, 8)
    with pytest.raises(ValueError, match=r"own: ValueError: x must have the shape \(1, 8, 8, 8\), got \(1, 9\)"):
        start(path, (np.ones((1, 9), np.float32),))
