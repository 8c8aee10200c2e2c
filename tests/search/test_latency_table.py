"""Latency tables: sums, refused elsewhere, and close to what the whole network takes."""

import json

import numpy as np
import pytest
from scipy.stats import spearmanr
from torch import nn

from edukit.disk.sealed import with_check
from edukit.search import LatencyTable
from edukit.search.latency_table import EMPTY, measured_s, rank_correlation, this_machine

SECONDS = {EMPTY: 1e-6, "stem": 4e-6, "block": 3e-6}


def test_a_network_costs_one_call_and_its_parts():
    table = LatencyTable(SECONDS, this_machine())
    assert table.predict([]) == 1e-6
    assert table.predict(["stem", "block", "block"]) == pytest.approx(1e-6 + 3e-6 + 2 * 2e-6)


def test_a_table_survives_its_file(tmp_path):
    path = LatencyTable(SECONDS, this_machine(), 2, "torch").save(tmp_path / "table.json")
    again = LatencyTable.load(path)
    assert again.seconds == SECONDS and (again.threads, again.runtime) == (2, "torch")


def test_a_table_of_another_machine_is_refused_with_both_names(tmp_path):
    path = tmp_path / "table.json"
    content = {"where": "a telephone", "runtime": "torch", "threads": 1, "seconds": SECONDS}
    path.write_text(json.dumps(with_check(content)))
    with pytest.raises(ValueError, match="measured on a telephone, this is .*onnxruntime"):
        LatencyTable.load(path)


@pytest.mark.parametrize("content", ["", "[]", "3", json.dumps({"seconds": SECONDS}), "{}"])
def test_another_file_is_refused(content, tmp_path):
    (tmp_path / "a").write_text(content)
    with pytest.raises(ValueError, match="must be a latency table"):
        LatencyTable.load(tmp_path / "a")


@pytest.mark.parametrize("seconds", [{"stem": 1}, {EMPTY: 0}, {EMPTY: float("nan")}, {EMPTY: 1, "stem": -1}])
def test_seconds_must_be_positive_and_hold_an_empty_call(seconds):
    with pytest.raises(ValueError, match="seconds must"):
        LatencyTable(seconds, this_machine())


def test_a_part_below_the_empty_call_costs_nothing():
    table = LatencyTable(SECONDS | {"cut": 0.5e-6}, this_machine())
    assert table.predict(["cut"]) == 1e-6


def test_an_exported_part_runs_in_onnx_runtime_alone():
    with pytest.raises(ValueError, match="runtime must be onnxruntime for an exported file, got 'torch'"):
        LatencyTable.measure({"conv": (conv(4), (4, 8, 8))}, runtime="torch")


def test_parts_that_were_not_measured_are_refused():
    with pytest.raises(ValueError, match="got head"):
        LatencyTable(SECONDS, this_machine()).predict(["stem", "head"])


def conv(channels):
    return nn.Conv2d(channels, channels, 3, padding=1)


def test_measured_parts_add_up_to_the_order_of_whole_networks():
    """Sizes so far apart that the order holds on any machine."""
    sizes = (16, 64, 128)
    parts = {str(size): (conv(size), (size, 32, 32)) for size in sizes}
    table = LatencyTable.measure(parts, repeats=20)
    networks = {size: (nn.Sequential(conv(size), conv(size)), (size, 32, 32)) for size in sizes}
    whole = list(measured_s(networks, repeats=20).values())
    predicted = [table.predict([str(size)] * 2) for size in sizes]
    assert table.where == this_machine() and rank_correlation(whole, predicted) == 1


def test_rank_correlation_is_that_of_scipy_with_ties_too():
    draw = np.random.default_rng(0)
    for _ in range(20):
        left, right = draw.integers(0, 6, (2, 15))
        assert rank_correlation(left, right) == pytest.approx(spearmanr(left, right).statistic)


@pytest.mark.parametrize(
    ("left", "right"), [([1], [1]), ([1, 2], [1, 2, 3]), ([1, float("nan")], [1, 2]), ([1, 1], [1, 2]), ([], [])]
)
def test_no_order_no_correlation(left, right):
    with pytest.raises(ValueError, match="left and right"):
        rank_correlation(left, right)
