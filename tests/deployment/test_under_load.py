"""A file under load: two threads beside one in common rounds, and a long run cut into fifths."""

import numpy as np
import pytest

from edukit.deployment import under_load
from edukit.deployment.protocol import Ratio
from edukit.deployment.under_load import HEADS, WINDOWS, UnderLoad
from edukit.experiments.deployment.written_files import conv_chain
from edukit.measure import Latency

INPUT = np.ones((1, 4, 8, 8), np.float32)


def test_a_file_is_measured_on_one_thread_and_on_two(tmp_path, monkeypatch):
    path = conv_chain(tmp_path / "a.onnx", 4, 8)
    asked = []
    real = under_load.load
    monkeypatch.setattr(under_load, "load", lambda path, threads: asked.append(threads) or real(path, threads=threads))
    found = under_load.under_load("a", path, INPUT, seconds=0.2, least_s=0.02)
    assert asked == [1, 2] and found.runtime == "onnxruntime"
    assert found.two_threads.low <= found.two_threads.value <= found.two_threads.high
    assert 1 < len(found.windows) <= WINDOWS + 1 and all(window.median_s > 0 for window in found.windows)


def test_the_ratio_says_how_many_times_as_fast_two_threads_are(tmp_path, monkeypatch):
    path = conv_chain(tmp_path / "a.onnx", 4, 8)
    monkeypatch.setattr(under_load, "timings", lambda calls, least_s: {name: name for name in calls})
    monkeypatch.setattr(under_load, "ratio", lambda before, after: (before, after))
    assert under_load.under_load("a", path, INPUT, seconds=0.01).two_threads == ("one", "two")


def test_the_row_sets_the_last_window_beside_the_first():
    windows = [Latency.of([0.001]), Latency.of([0.009]), Latency.of([0.0015])]
    row = UnderLoad("INT8", "litert", Ratio(1.5, 1.4, 1.6), windows).row
    assert row == ("INT8", "litert", "1.50 (1.40 to 1.60), faster", "1000", "1500", "1.50")
    assert len(row) == len(HEADS)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_long_run_takes_a_positive_time(seconds, tmp_path):
    path = conv_chain(tmp_path / "a.onnx", 4, 8)
    with pytest.raises(ValueError, match="^seconds must be positive"):
        under_load.under_load("a", path, INPUT, seconds=seconds, least_s=0.01)
