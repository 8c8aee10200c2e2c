"""The protocol with a clock that is moved by hand: what is timed, in which order, and when a difference is one."""

import numpy as np
import pytest

from edukit.deployment.protocol import Ratio, Timing, ratio, sustained, timings, warm_up
from edukit.measure import Latency


class Clock:
    """Seconds that only the calls move."""

    def __init__(self):
        self.now = 0.0
        self.order = []

    def __call__(self):
        return self.now

    def call(self, name, time_of):
        """A call that takes time_of(how often it was called before) seconds."""
        count = [0]

        def run():
            self.now += time_of(count[0])
            self.order.append(name)
            count[0] += 1

        return run


def timing(rounds_s):
    return Timing(**vars(Latency.of(rounds_s, rounds_s)), p99_s=0, warmup=10, is_stable=True)


def test_every_candidate_runs_at_least_so_long_and_so_often():
    clock = Clock()
    found = timings({"short": clock.call("s", lambda i: 0.001), "long": clock.call("l", lambda i: 0.5)}, clock=clock)
    assert found["short"].repeats * 0.001 == pytest.approx(2.0)
    assert found["long"].repeats == 100 and len(found["long"].rounds_s) == 100
    assert found["short"].median_s == 0.001 and found["long"].p99_s == 0.5


def test_candidates_take_turns_and_the_order_is_reversed_every_time():
    clock = Clock()
    calls = {name: clock.call(name, lambda i: 1.0) for name in "ab"}
    timings(calls, least_s=0.1, rounds=3, clock=clock)
    measured = "".join(clock.order[40:])  # two blocks of ten calls warm each up
    assert measured == "aabb" + "bbaa" + "aabb"  # an untimed call stands before each timed one


def test_the_warm_up_ends_when_two_blocks_agree():
    clock = Clock()
    calls, median_s, is_stable = warm_up(clock.call("x", lambda i: 9.0 if i < 20 else 1.0), clock)
    assert (calls, median_s, is_stable) == (20, 9.0, True)  # two slow blocks that agree are stable
    falling = clock.call("x", lambda i: max(1.0, 10.0 - i // 10))
    assert warm_up(falling, clock) == (110, 1.0, True)
    assert warm_up(clock.call("x", lambda i: 1.2 ** (i // 10)), clock)[::2] == (300, False)


def test_slow_calls_stand_in_the_percentiles_and_not_in_the_median():
    clock = Clock()
    slow = clock.call("x", lambda i: 1.0 if i % 20 else 3.0)
    found = timings({"x": slow}, least_s=200, rounds=10, clock=clock)["x"]
    assert found.median_s == found.p90_s == 1.0 and found.p99_s == 3.0


def test_a_ratio_is_that_of_rounds_and_its_interval_holds_it():
    drawn = np.random.default_rng(0)
    busy = 1 + 9 * (drawn.random(100) < 0.2)  # a busy machine hits both
    found = ratio(timing(2 * busy * drawn.normal(1, 0.01, 100)), timing(busy * drawn.normal(1, 0.01, 100)))
    assert found.low < found.value < found.high and found.value == pytest.approx(2, rel=0.01)
    assert found.high - found.low < 0.02 and found.verdict == "faster"


def test_equal_candidates_are_not_distinguished_and_five_percent_are():
    """The error of a median of 100 rounds that spread by 5 % is 0.6 %: 2 % are more than three of them."""
    drawn = np.random.default_rng(1)
    verdicts = [ratio(*(timing(drawn.normal(1, 0.05, 100)) for _ in "ab")).verdict for _ in range(200)]
    assert set(verdicts) == {"not distinguishable"}
    slower = [ratio(timing(drawn.normal(1, 0.05, 100)), timing(drawn.normal(1.06, 0.05, 100))) for _ in range(50)]
    assert sum(found.verdict == "slower" for found in slower) >= 48


def test_one_round_says_nothing_but_its_ratio():
    assert ratio(timing([2.0]), timing([1.0])) == Ratio(2.0, 2.0, 2.0)


def test_a_device_that_grows_hot_is_slower_in_later_windows():
    clock = Clock()
    call = clock.call("x", lambda i: 0.1 if clock.now < 60 else 0.2)
    windows = sustained(call, 120, window_s=30, clock=clock)
    assert [round(w.median_s, 3) for w in windows] == [0.1, 0.1, 0.2, 0.2]
    assert sum(w.repeats for w in windows) == len(clock.order)


@pytest.mark.parametrize("change, word", [({"least_s": 0}, "least_s"), ({"rounds": 0}, "rounds")])
def test_bad_input_is_refused(change, word):
    with pytest.raises(ValueError, match=f"^{word} must be"):
        timings({"x": lambda: None}, **change)
    with pytest.raises(ValueError, match="^seconds must be positive, got -1"):
        sustained(lambda: None, -1)
