"""Times: statistics against a clock that we move by hand."""

import time
from dataclasses import astuple

import pytest

from edukit.measure import Latency, latencies, latency, speedup


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test moves it."""
    now = [0]
    monkeypatch.setattr(time, "perf_counter_ns", lambda: now[0])
    return now


def test_latency_is_the_statistics_of_single_calls_after_the_warm_up(clock):
    takes_ms = iter([1000] * 3 + [500] + [1, 2, 3, 4, 5, 6, 7, 8, 9, 100])  # warm-up, the turn's first call, timed

    def fn():
        clock[0] += next(takes_ms) * 1_000_000

    result = latency(fn, warmup=3, repeats=10)
    # numpy's quantiles of 1..9, 100: halfway 5.5; 9 + 0.1 · 91 = 18.1; 7.75 - 3.25 = 4.5
    assert astuple(result)[:4] == pytest.approx((0.0055, 0.0181, 0.0045, 10))


def test_functions_side_by_side_take_turns():
    calls = []
    result = latencies({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, warmup=2, repeats=5, block=3)
    assert "".join(calls) == "aabb" + "aaaa" + "bbbb" + "aaa" + "bbb"  # each turn begins with an untimed call
    assert result["a"].repeats == result["b"].repeats == 5


@pytest.mark.parametrize("option", [{"repeats": 0}, {"warmup": -1}, {"block": 0}, {"repeats": 2.5}])
def test_impossible_repeats_are_refused_by_name(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        latencies({"a": int}, **option)


def test_latency_of_one_call():
    assert Latency.of([0.25]) == Latency(0.25, 0.25, 0, 1)


def test_a_busy_round_moves_no_speed_up_and_times_without_rounds_have_the_ratio_of_medians():
    """Rounds 4/2, 4/2, 40/20, 5/2: each twice or more, though the medians apart say 4.5/2."""
    before = Latency.of([4, 4, 40, 5], rounds_s=[4, 4, 40, 5])
    after = Latency.of([2, 2, 20, 2], rounds_s=[2, 2, 20, 2])
    assert speedup(before, after) == 2
    assert speedup(before, Latency.of([2, 2, 20])) == 4.5 / 2
    taken = latencies({"a": lambda: 0, "b": lambda: sum(range(2000))}, repeats=25, block=10)
    assert len(taken["a"].rounds_s) == len(taken["b"].rounds_s) == 3 and speedup(taken["b"], taken["a"]) > 1


def test_a_latency_shows_itself_as_a_table():
    html = Latency.of([0.002, 0.003, 0.004])._repr_html_()
    assert html.count("<tr>") == 2 and "3.000" in html and "median, ms" in html
