"""The roofline: plain arithmetic, a clock that we move by hand, and figures that are there."""

from torch import nn

from edukit.deployment.device.estimate import estimate
from edukit.deployment.explain.roofline import Machine, best_s, roofline

SLOW = Machine(bandwidth=100, float_macs_s=1000, integer_macs_s=4000, run_s=0, call_s=0)


def test_the_least_time_is_that_of_arithmetic_or_of_memory():
    assert SLOW.least_s(2000, 10, "float") == 2 and SLOW.least_s(2000, 1000, "float") == 10
    assert SLOW.ridge("float") == 10 and SLOW.ridge("integer") == 40
    at_the_ridge = SLOW.least_s(4000, 100, "integer")
    assert at_the_ridge == 100 / SLOW.bandwidth == 4000 / SLOW.integer_macs_s


def test_the_best_time_counts_and_the_calls_take_turns():
    now, order = [0.0], []

    def call(name, times_s):
        def run():
            order.append(name)
            now[0] += next(times_s)

        return run

    calls = [call("a", iter([9.0, 1.0, 5.0, 5.0])), call("b", iter([4.0, 4.0, 2.0, 8.0]))]
    assert best_s(calls, rounds=2, block=2, clock=lambda: now[0]) == [1.0, 2.0]
    assert "".join(order) == "aabbaabb"


def test_this_machine_is_measured_once():
    found = roofline()
    assert found is roofline() and found.lanes in (4, 8, 16)
    assert min(found.bandwidth, found.float_macs_s, found.integer_macs_s) > 1e6
    assert 0 <= found.call_s < 1 and 0 <= found.run_s < 1


def test_the_measured_roofs_serve_an_estimate():
    machine = roofline().device()
    assert all(figure.kind == "measured" and figure.value >= 0 for figure in machine.figures.values())
    found = estimate(nn.Conv2d(8, 8, 3), (8, 32, 32), machine)
    assert found.latency_s > machine["call_s"] and found.device == "this machine"
