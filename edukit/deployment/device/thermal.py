"""Heat: how warm a device gets under load, and how long it can keep its speed. An ESTIMATE from one resistance.

    dT/dt = (T_ambient + P R - T) / τ        T(t) = T_ambient + P R (1 - exp(-t / τ))
    R = (T_limit - 25 °C) / P_sustained      what the case gives off for ever holds it at its limit

At the limit the device slows down until power and cooling are equal: then the sustained power is all it has.

Symbols   T degrees Celsius · P watts · R kelvin per watt · τ the time constant in seconds
Assumes   one temperature for the whole device, and power in proportion to speed
Source    https://en.wikipedia.org/wiki/Newton%27s_law_of_cooling
In production  Android's thermal headroom API says how far off the limit is; measure for ten minutes, not ten calls
"""

import math

import numpy as np

from edukit.deployment.device.profiles import Device

ROOM_C = 25.0


def resistance(device: Device) -> float:
    """Kelvin per watt.

    >>> from edukit.deployment.device.profiles import devices
    >>> round(resistance(devices["phone"]), 2)  # (45 - 25) / 3
    6.67
    """
    return (device["limit_c"] - ROOM_C) / device["sustained_w"]


def step(temperature_c: float, power_w: float, seconds: float, device: Device, ambient_c: float = ROOM_C) -> float:
    """The temperature after so many seconds of that power, exactly.

    >>> from edukit.deployment.device.profiles import devices
    >>> round(step(25, 3.0, 1e9, devices["phone"]), 6)
    45.0
    """
    if seconds < 0 or power_w < 0:
        raise ValueError(f"seconds and power_w must not be negative, got {seconds!r} and {power_w!r}")
    target = ambient_c + power_w * resistance(device)
    return target + (temperature_c - target) * math.exp(-seconds / device["time_constant_s"])


def sustained(device: Device, times_s, power_w: float | None = None, ambient_c: float = ROOM_C):
    """Temperatures and relative speeds under a constant load, at the times in seconds; the limit is never exceeded.

    times_s   rising, from 0; power_w by default that of one busy core
    Returns two arrays as long as times_s; a speed of 1 is full speed.

    >>> from edukit.deployment.device.profiles import devices
    >>> temperatures, speeds = sustained(devices["phone"], [0, 60, 3600])
    >>> temperatures.round(1).tolist(), speeds.round(2).tolist()
    ([25.0, 27.2, 45.0], [1.0, 1.0, 0.86])
    """
    power_w = device["busy_w"] if power_w is None else power_w
    room = max(0.0, (device["limit_c"] - ambient_c) / resistance(device))
    speed = min(1.0, room / power_w) if power_w else 1.0
    free = np.array([step(ambient_c, power_w, t, device, ambient_c) for t in times_s])
    hot = free >= device["limit_c"]
    return np.minimum(free, max(device["limit_c"], ambient_c)), np.where(hot, speed, 1.0)


def seconds_until_limit(device: Device, power_w: float, ambient_c: float = ROOM_C) -> float:
    """How long a cool device keeps full speed under this power; infinity where it always does.

    >>> from edukit.deployment.device.profiles import devices
    >>> round(seconds_until_limit(devices["phone"], 6.0)), seconds_until_limit(devices["phone"], 2.9)
    (416, inf)
    """
    share = (device["limit_c"] - ambient_c) / (power_w * resistance(device)) if power_w > 0 else math.inf
    return math.inf if share >= 1 else max(0.0, -device["time_constant_s"] * math.log1p(-share))
