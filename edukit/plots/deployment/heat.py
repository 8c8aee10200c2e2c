"""How warm a device gets under load, and how fast it stays. ESTIMATES.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import math

import numpy as np

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.thermal import seconds_until_limit, sustained
from edukit.plots.style import BLUE, INK, LIMIT, house

MINUTES = 60


class HeatPlot:
    """Temperature above, speed below, over an hour in which one core never rests."""

    def __init__(self, fig):
        self.minutes = np.linspace(0, MINUTES, 361)
        with house():
            self.warmth, self.speed = fig.subplots(2, 1, sharex=True, height_ratios=(1.5, 1))
            self.axes = self.warmth
            self.curve = self.warmth.plot([0], [0], color=INK)[0]
            self.limit = self.warmth.axhline(45, color=LIMIT, linewidth=1.5, linestyle="--")
            self.rate = self.speed.plot([0], [0], color=BLUE)[0]
            self.warmth.set(ylim=(22, 50), ylabel="°C (estimate)")
            self.speed.set(ylim=(0, 112), ylabel="speed, %", xlim=(0, MINUTES), xlabel="minutes under load")
            self.speed.set_yticks([0, 50, 100])

    def update(self, device):
        """device: a key of `devices`."""
        profile = devices[device]
        temperatures, speeds = sustained(profile, 60 * self.minutes)
        self.curve.set_data(self.minutes, temperatures)
        self.rate.set_data(self.minutes, 100 * speeds)
        self.limit.set_ydata([profile["limit_c"]] * 2)
        watts = f"{profile['busy_w']:g} W where the case gives off {profile['sustained_w']:g} W"
        self.warmth.set_title(f"{device}: {watts} (assumed)")
        until = seconds_until_limit(profile, profile["busy_w"])
        if math.isinf(until):
            return f"The {device} takes {watts}: it stays below its limit, and keeps its speed (estimate)."
        return (
            f"The {device} takes {watts}: after {until / 60:.0f} minutes it is at its limit of "
            f"{profile['limit_c']:g} °C, and slows down to {100 * speeds[-1]:.0f} % (estimate)."
        )
