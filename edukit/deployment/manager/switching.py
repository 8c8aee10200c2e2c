"""Switching while running: the state of the device decides which model answers, with hysteresis.

    level 0 ──value >= up[0]──> level 1 ──value >= up[1]──> level 2
    level 0 <─value <= down[0]─ level 1 <─value <= down[1]─ level 2        down[i] < up[i]

With one threshold for both ways, a value that trembles around it would switch with every request, and load a model
each time. Between down and up the level stays as it is.

Bound     a value must move by up[i] - down[i] before a step is taken back
Source    Schmitt 1938, A thermionic trigger, https://doi.org/10.1088/0950-7671/15/1/305
In production  PowerManager.getCurrentThermalStatus (Android), ProcessInfo.thermalState (iOS)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A device now: degrees Celsius, battery as a share of 0 to 1, bytes of free memory; harmless by default."""

    temperature_c: float = 25.0
    battery: float = 1.0
    free_bytes: float = math.inf


@dataclass(frozen=True)
class Thresholds:
    """When a value makes things worse by a level (up), and when they are better again (down), one pair for each level.

    Values that are bad when they are low count downwards: their up is below their down.
    Raises ValueError for unequal lengths, equal thresholds of a pair, or pairs of both directions.
    """

    up: tuple[float, ...]
    down: tuple[float, ...]

    def __post_init__(self):
        if len(self.up) != len(self.down):
            raise ValueError(f"up and down must be equally long, got {self.up} and {self.down}")
        rising = {up > down for up, down in zip(self.up, self.down, strict=True)}
        if len(rising) > 1 or any(up == down for up, down in zip(self.up, self.down, strict=True)):
            raise ValueError(f"each up must lie on the same side of its down, got {self.up} and {self.down}")

    def level(self, level: int, value: float) -> int:
        """The next level, from the last one and the value now.

        >>> hot = Thresholds(up=(40, 44), down=(37, 41))
        >>> hot.level(0, 39), hot.level(1, 39), hot.level(1, 36), hot.level(0, 45)
        (0, 1, 0, 2)
        """
        sign = -1 if self.up and self.up[0] < self.down[0] else 1
        return next_level(level, sign * value, [sign * v for v in self.up], [sign * v for v in self.down])


TEMPERATURE_C = Thresholds(up=(40.0, 43.0), down=(37.0, 40.0))
BATTERY = Thresholds(up=(0.30, 0.15), down=(0.40, 0.25))
FREE_BYTES = Thresholds(up=(200e6, 100e6), down=(300e6, 150e6))


def next_level(level: int, value: float, up: Sequence[float], down: Sequence[float]) -> int:
    """One level up for each threshold of up that the value reaches, one down for each of down that it falls to.

    >>> next_level(0, 41, up=[40], down=[37]), next_level(1, 38, up=[40], down=[37]), next_level(1, 37, [40], [37])
    (1, 1, 0)
    """
    while level < len(up) and value >= up[level]:
        level += 1
    while level > 0 and value <= down[level - 1]:
        level -= 1
    return level


def hysteresis(values, on: float, off: float) -> list[bool]:
    """For each value, whether the device is in the saving mode: from `on` upwards, and until it falls to `off`.

    >>> hysteresis([36, 40, 39, 38, 37, 39], on=40, off=37)
    [False, True, True, True, False, False]
    """
    modes = []
    saving = False
    for value in values:
        if value >= on:
            saving = True
        elif value <= off:
            saving = False
        modes.append(saving)
    return modes


class Switch:
    """Models from the best to the most frugal one: the worst of all signals decides which of them answers.

    names   one or more; levels beyond the last stay with the last
    """

    def __init__(
        self,
        names: Sequence[str],
        temperature_c: Thresholds = TEMPERATURE_C,
        battery: Thresholds = BATTERY,
        free_bytes: Thresholds = FREE_BYTES,
    ):
        if not names or isinstance(names, str):
            raise ValueError(f"names must be one or more names of models, the best first, got {names!r}")
        self.names = list(names)
        self._thresholds = {"temperature_c": temperature_c, "battery": battery, "free_bytes": free_bytes}
        self._levels = dict.fromkeys(self._thresholds, 0)

    def choose(self, state: State) -> str:
        """The name of the model for this state; ValueError for a value that is NaN.

        >>> switch = Switch(["full", "light"])
        >>> [switch.choose(State(temperature_c=t)) for t in (35, 41, 38, 36)]
        ['full', 'light', 'light', 'full']
        """
        values = {name: getattr(state, name) for name in self._thresholds}
        for name, value in values.items():
            if math.isnan(value):
                raise ValueError(f"{name} must be a number, got NaN")
        for name, thresholds in self._thresholds.items():
            self._levels[name] = thresholds.level(self._levels[name], values[name])
        return self.names[min(max(self._levels.values()), len(self.names) - 1)]
