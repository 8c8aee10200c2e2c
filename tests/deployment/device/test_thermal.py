"""Heat: the exact solution against small steps, the limit that holds, and devices that never reach it."""

import math

import numpy as np
import pytest

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.thermal import ROOM_C, resistance, seconds_until_limit, step, sustained

PHONE = devices["phone"]


def test_the_exact_step_is_the_limit_of_small_ones():
    warmth = 25.0
    for _ in range(60_000):
        warmth += 0.01 * (ROOM_C + 4.0 * resistance(PHONE) - warmth) / PHONE["time_constant_s"]
    assert step(25.0, 4.0, 600.0, PHONE) == pytest.approx(warmth, abs=1e-3)
    halves = step(step(25.0, 4.0, 300.0, PHONE), 4.0, 300.0, PHONE)
    assert halves == pytest.approx(step(25.0, 4.0, 600.0, PHONE))


@pytest.mark.parametrize("name", devices)
@pytest.mark.parametrize("ambient", [5.0, 25.0, 35.0])
def test_the_limit_holds_and_speed_falls_to_what_the_case_gives_off(name, ambient):
    device = devices[name]
    times = np.linspace(0, 20_000, 50)
    temperatures, speeds = sustained(device, times, 2 * device["sustained_w"], ambient)
    assert temperatures.max() <= device["limit_c"] and speeds[0] == 1
    room = (device["limit_c"] - ambient) / resistance(device)
    assert speeds[-1] == pytest.approx(min(1, room / (2 * device["sustained_w"])))


def test_the_time_until_the_limit_ends_at_the_limit():
    seconds = seconds_until_limit(PHONE, 6.0)
    assert step(ROOM_C, 6.0, seconds, PHONE) == pytest.approx(PHONE["limit_c"])
    assert math.isinf(seconds_until_limit(PHONE, PHONE["sustained_w"])) and math.isinf(seconds_until_limit(PHONE, 0))


def test_bad_input_is_refused():
    for arguments in ((25, -1, 1), (25, 1, -1)):
        with pytest.raises(ValueError, match="must not be negative"):
            step(*arguments, PHONE)
