"""This machine's roofs: measured, above zero, and enough for an estimate of latency."""

from torch import nn

from edukit.deployment.device.estimate import estimate
from edukit.deployment.device.this_machine import measure_machine


def test_the_roofs_are_measured_and_serve_an_estimate():
    machine = measure_machine()
    assert all(figure.kind == "measured" and figure.value > 0 for figure in machine.figures.values())
    assert machine["call_s"] < 1e-3 and machine["float32_macs_per_s"] > 1e7
    found = estimate(nn.Conv2d(8, 8, 3), (8, 32, 32), machine)
    assert found.latency_s > machine["call_s"] and found.device == "this machine"
