"""Verdicts follow the figures: a claim holds at its own limit and not below it."""

import pytest

from edukit.deployment.benchmark import Speed, Stage
from edukit.deployment.claims import PYTORCH, judge
from edukit.measure import Latency


def stage(name, size_bytes, weight_bytes, accuracy, median_s, energy_j):
    latency = Latency.of([median_s], [median_s])
    return Stage(name, 10, 1_000_000, size_bytes, weight_bytes, accuracy, latency, energy_j, {"QLinearConv": 5})


def claims(accuracy=0.975, size_bytes=100_000, median_s=0.00025):
    fast = Latency.of([0.01], [0.01])
    stages = [
        stage("teacher", 2_000_000, 1_900_000, 0.99, 0.004, 10.0),
        stage("FP32", 400_000, 380_000, 0.98, 0.001, 1.0),
        stage("INT8", size_bytes, 95_000, accuracy, median_s, 0.25),
    ]
    return {(c.source, c.text): c for c in judge(stages, Speed(5 * 10**8, fast, fast, Latency.of([0.0025], [0.0025])))}


def test_everything_holds_at_its_limit():
    assert {claim.holds for claim in claims().values()} == {True, None}


@pytest.mark.parametrize(
    "worse, missed",
    [
        (dict(accuracy=0.974), {"accuracy of INT8 within 0.5 points of FP32"}),
        (
            dict(accuracy=0.969),
            {"accuracy of INT8 within 0.5 points of FP32", "accuracy of INT8 within 2 points of teacher"},
        ),
        (dict(size_bytes=100_001), {"the pipeline makes it 20x smaller on disk", "INT8 is 4x smaller on disk"}),
        (dict(median_s=0.000251), {"INT8 is 4x faster"}),
    ],
)
def test_each_claim_falls_just_below_its_limit(worse, missed):
    assert {text for (_, text), claim in claims(**worse).items() if claim.holds is False} == missed


def test_power_has_no_verdict_and_its_energy_is_called_an_estimate():
    power = claims()[PYTORCH, "INT8 takes 68 % less power"]
    assert power.holds is None and power.verdict == "not measured" and power.measured == "75% less energy (estimate)"


def test_a_missed_speed_says_what_was_measured():
    reason = next(c for c in claims(median_s=0.001).values() if c.text == "INT8 is 4x faster").because
    assert "1 GMAC/s" in reason and "at 200" in reason  # 1 M MACs in 1 ms; 500 M in 2.5 ms
