"""Costs of attention: the formula is what is counted, slopes and crossings are exact on exact lines."""

import json
import subprocess
import sys

import numpy as np
import pytest
from torch import nn

from edukit.experiments.networks.attention_cost import KINDS, crossing, measure_cost, meeting, multiply_adds, slope
from edukit.measure import count_macs


class Alone(nn.Module):
    def __init__(self, attend):
        super().__init__()
        self.attend = attend

    def forward(self, q, v):
        return self.attend(q, q, v)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("N", "d", "e"), [(16, 8, 8), (48, 8, 24), (128, 32, 16)])
def test_the_formula_is_what_is_counted(kind, N, d, e):
    formula = multiply_adds(N, d, e)["linear" if kind == "linear" else "softmax"]
    denominators = N * d if kind == "linear" else 0
    assert count_macs(Alone(KINDS[kind]), [(N, d), (N, e)]) == formula + denominators


@pytest.mark.parametrize(("d", "e"), [(64, 64), (64, 16), (3, 5)])
def test_at_the_crossing_both_formulas_agree(d, e):
    N = crossing(d, e)
    counts = multiply_adds(N, d, e)
    assert counts["softmax"] == pytest.approx(counts["linear"])
    assert multiply_adds(2 * N, d, e)["softmax"] > multiply_adds(2 * N, d, e)["linear"]


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, 2.5])
def test_the_slope_is_the_power(power):
    assert slope({N: 7.0 * N**power for N in (16, 32, 512)}) == pytest.approx(power, abs=1e-9)


def test_lines_meet_where_they_are_equal():
    N = [16, 64, 256, 1024]
    square, line = {n: 1e-3 * n**2 for n in N}, {n: 0.1 * n for n in N}
    assert meeting(square, line) == pytest.approx(100)
    assert meeting(line, square) == pytest.approx(100)
    assert meeting(square, square) == pytest.approx(256, rel=4)  # equal everywhere: any of them
    assert meeting(line, {n: 2 * y for n, y in line.items()}) is None


def test_of_several_meetings_the_last_counts():
    one, two = {1: 1.0, 2: 3.0, 4: 1.0, 8: 3.0}, {1: 2.0, 2: 2.0, 4: 2.0, 8: 2.0}
    assert 4 < meeting(one, two) < 8


def test_every_kind_is_measured_at_every_length():
    costs = measure_cost([16, 64], d=8)
    assert set(costs) == set(KINDS) and all(list(of) == [16, 64] for of in costs.values())
    assert all(cost.latency.median_s > 0 and cost.peak_bytes >= 0 for of in costs.values() for cost in of.values())


def test_softmax_holds_n_squared_numbers_and_the_others_do_not():
    code = """import json; from edukit.experiments.networks.attention_cost import measure_cost
costs = measure_cost([3072], d=16)
print(json.dumps({kind: of[3072].peak_bytes for kind, of in costs.items()}))"""
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peaks = json.loads(fresh.stdout)  # this process may hold as much freed memory, which would hide them
    scores = 4 * 3072**2  # of the two, one may lie in memory that the process holds already
    assert 0.9 * scores < peaks["softmax"] < 3 * scores
    assert np.max([peaks["softmax, fused"], peaks["linear"]]) < 0.6 * scores
