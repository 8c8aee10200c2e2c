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
    speed = Speed(5 * 10**8, fast, fast, Latency.of([0.0025], [0.0025]))
    pairs = [(stages[0], stage("teacher INT8", 500_000, 480_000, 0.985, 0.008, 3.0)), tuple(stages[1:])]
    return {(c.source, c.text): c for c in judge(stages, speed, pairs, images=400)}


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


def test_claims_on_int8_show_the_range_over_the_float_stages():
    told = {text: claim.over_stages for (_, text), claim in claims().items()}
    assert told["INT8 is 4x smaller on disk"] == "4.0x to 4.0x over 2 float stages"
    assert told["INT8 is 4x faster"] == "0.5x to 4.0x over 2 float stages"
    assert told["accuracy of INT8 within 0.5 points of FP32"] == "-0.5 points to -0.5 points over 2 float stages"
    assert not told["the pipeline makes it 20x smaller on disk"]


def test_every_claim_that_can_be_missed_has_a_reason():
    missed = [c for c in claims(accuracy=0.5, size_bytes=390_000, median_s=0.1).values() if c.holds is False]
    assert len(missed) == 5 and all(claim.because for claim in missed)


def test_reasons_are_those_of_the_figures():
    found = {text: claim.because for (_, text), claim in claims(accuracy=0.9, size_bytes=200_000).items()}
    assert found["the pipeline makes it 20x smaller on disk"] == "its steps multiply: FP32 5.0x, INT8 2.0x"
    raw = "raw weights with their scales are 4.0x smaller, but 52% of this file is graph and biases"  # 95 of 200 kB
    assert found["INT8 is 4x smaller on disk"] == raw
    told = "on 400 images one standard error of an accuracy is 1.5 points"  # √(0.9 · 0.1 / 400)
    assert found["accuracy of INT8 within 0.5 points of FP32"] == told
