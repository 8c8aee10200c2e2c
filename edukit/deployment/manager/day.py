"""A simulated day of a phone: requests, warmth and battery go in, the model in use comes out.

    requests ─> power of the model in use ─> battery, temperature ─(a sensor that trembles)─> switch ─> model ─┐
                        └───────────────────────────────────────────────────────────────────────────────────── ┘

The loop is closed: the good model warms the device, the frugal one lets it cool, and the good one comes back. Every
number of the result is an ESTIMATE: the power of the profile, the latencies that are handed over, and assumed requests.

Assumes   requests as in REQUESTS · a screen of 1 W while there are any · a sensor that is 0.3 °C wrong, at random
Source    heat: `device/thermal.py`; switching: `switching.py`
In production  record a day of real states on the device and replay it
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edukit.deployment.device.profiles import Device
from edukit.deployment.device.thermal import ROOM_C, step
from edukit.deployment.manager.switching import State, Switch, Thresholds

OFF = "off"
STEP_S = 120.0
SCREEN_W = 1.0
SENSOR_C = 0.3
REQUESTS = {
    0: 0.0,
    7: 2.0,
    8: 0.0,
    12: 15.0,
    13: 0.0,
    18: 30.0,
    20: 0.0,
    21: 2.0,
    22: 0.0,
}  # a second, from that hour on
UP_C = (40.0, 43.0)
UP_BATTERY = (0.30, 0.15)


@dataclass(frozen=True)
class Moment:
    """One step of the day: hour, requests a second, battery as a share, degrees Celsius, the model that answers."""

    hour: float
    requests_per_s: float
    battery: float
    temperature_c: float
    model: str


def day(
    latencies_s: Mapping[str, float],
    device: Device,
    *,
    ambient_c: float = ROOM_C,
    gap_c: float = 3.0,
    battery: float = 1.0,
    seed: int = 0,
) -> list[Moment]:
    """A day in steps of two minutes; with an empty battery the device is off.

    latencies_s   {name: seconds of one inference}, the best model first, the most frugal last
    gap_c         how far below a threshold the temperature must fall before the better model comes back; a thirtieth
                  of this number is the gap of the battery's share
    Raises ValueError for no model, negative latencies or gap, and a battery outside 0 to 1.

    >>> from edukit.deployment.device.profiles import devices
    >>> moments = day({"full": 0.03, "light": 0.005}, devices["phone"])
    >>> len(moments), moments[0].model, sorted({moment.model for moment in moments})
    (720, 'full', ['full', 'light'])
    """
    _check(latencies_s, gap_c, battery)
    switch = Switch(
        list(latencies_s),
        temperature_c=_below(UP_C, gap_c),
        battery=Thresholds(UP_BATTERY, tuple(up + max(gap_c, 1e-6) / 30 for up in UP_BATTERY)),
    )
    trembles = np.random.default_rng(seed).normal(0, SENSOR_C, round(24 * 3600 / STEP_S))
    warmth = ambient_c
    moments = []
    for number, tremble in enumerate(trembles):
        hour = number * STEP_S / 3600
        model = switch.choose(State(temperature_c=warmth + tremble, battery=battery)) if battery else OFF
        rate = requests_at(hour) if battery else 0.0
        watts = power(rate, latencies_s[model], device) if battery else 0.0
        warmth = step(warmth, watts, STEP_S, device, ambient_c)
        battery = max(0.0, battery - watts * STEP_S / device["battery_j"])
        moments.append(Moment(hour, rate, battery, warmth, model))
    return moments


def requests_at(hour: float) -> float:
    """Requests a second at an hour of the day.

    >>> requests_at(3), requests_at(18.5)
    (0.0, 30.0)
    """
    return REQUESTS[max(start for start in REQUESTS if start <= hour % 24)]


def power(requests_per_s: float, latency_s: float, device: Device) -> float:
    """Watts: what the device takes idle, its screen while there are requests, a core for as long as it works.

    >>> from edukit.deployment.device.profiles import devices
    >>> power(30, 0.01, devices["phone"])  # 0.15 + 1 + 3.5 · 30 %
    2.2
    """
    busy = min(1.0, requests_per_s * latency_s)
    return round(device["idle_w"] + (SCREEN_W if requests_per_s else 0.0) + device["busy_w"] * busy, 9)


def switches(moments: list[Moment]) -> int:
    """How often the model changes: each time, one is loaded and another may be evicted."""
    return sum(a.model != b.model for a, b in zip(moments, moments[1:], strict=False))


def answered(moments: list[Moment]) -> dict[str, float]:
    """{model: the share of the day's requests that it answers}.

    >>> answered([Moment(0, 1, 1, 25, "full"), Moment(1, 3, 1, 25, "light")])
    {'full': 0.25, 'light': 0.75}
    """
    total = sum(moment.requests_per_s for moment in moments) or 1.0
    shares: dict[str, float] = {}
    for moment in moments:
        shares[moment.model] = shares.get(moment.model, 0.0) + moment.requests_per_s / total
    return shares


def _below(up, gap) -> Thresholds:
    return Thresholds(up, tuple(value - max(gap, 1e-6) for value in up))


def _check(latencies_s, gap_c, battery) -> None:
    if not latencies_s or min(latencies_s.values()) < 0:
        raise ValueError(f"latencies_s must hold one or more latencies that are not negative, got {dict(latencies_s)}")
    if not 0 <= gap_c < 100:
        raise ValueError(f"gap_c must be from 0 to 100 degrees, got {gap_c!r}")
    if not 0 <= battery <= 1:
        raise ValueError(f"battery must be a share of 0 to 1, got {battery!r}")
