"""A day of a phone: requests, warmth and battery from midnight to midnight, and the model that answers. ESTIMATES.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Mapping

import numpy as np

from edukit.deployment.device.profiles import Device
from edukit.deployment.manager.day import UP_BATTERY, UP_C, answered, day, switches
from edukit.plots.style import BLUE, CUT, GREEN, INK, KEPT, LIMIT, MUTED, house

COLORS = (BLUE, GREEN, CUT)


class DayPlot:
    """Three curves over the hours and a band for each model, drawn where that model answers."""

    def __init__(self, fig, latencies_s: Mapping[str, float], device: Device):
        """latencies_s: {name: seconds}, the best model first; at most three."""
        self.latencies_s = latencies_s
        self.device = device
        names = list(latencies_s)
        with house():
            rows = fig.subplots(4, 1, sharex=True, height_ratios=(1, 1.6, 1.3, 0.3 + 0.35 * len(names)))
            self.requests, self.warmth, self.battery, self.models = rows
            self.axes = self.warmth
            self.rate = self.requests.plot([0], [0], color=MUTED)[0]
            self.curve = self.warmth.plot([0], [0], color=INK, linewidth=1.4)[0]
            self.charge = self.battery.plot([0], [0], color=KEPT)[0]
            for axes, limits in ((self.warmth, UP_C), (self.battery, [100 * share for share in UP_BATTERY])):
                for limit in limits:
                    axes.axhline(limit, color=LIMIT, linewidth=1, linestyle="--")
            self.bands = [
                self.models.plot([0], [0], "|", color=COLORS[i % 3], markersize=9)[0] for i in range(len(names))
            ]
            self.models.set_yticks(range(len(names)), [f"{n}, {1e3 * s:.3g} ms" for n, s in latencies_s.items()])
            self.models.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, 24), xlabel="hour of the day")
            self.models.set_xticks(range(0, 25, 3))
            self.models.grid(False, axis="y")
            self.requests.set(ylim=(0, 33), ylabel="requests/s")
            self.warmth.set(ylim=(14, 50), ylabel="°C, estimate")
            self.battery.set(ylim=(0, 104), ylabel="battery, %")

    def update(self, ambient_c, gap_c):
        """ambient_c: degrees of the air; gap_c: how far it must cool before the better model comes back."""
        moments = day(self.latencies_s, self.device, ambient_c=ambient_c, gap_c=gap_c)
        hours = np.array([moment.hour for moment in moments])
        self.rate.set_data(hours, [moment.requests_per_s for moment in moments])
        self.curve.set_data(hours, [moment.temperature_c for moment in moments])
        self.charge.set_data(hours, [100 * moment.battery for moment in moments])
        used = np.array([moment.model for moment in moments])
        for row, (name, band) in enumerate(zip(self.latencies_s, self.bands, strict=True)):
            band.set_data(hours[used == name], np.full((used == name).sum(), row))
        changes = switches(moments)
        self.requests.set_title(f"air of {ambient_c:g} °C, gap of {gap_c:g} °C: {changes} switches in a day (estimate)")
        shares = answered(moments)
        said = ", ".join(f"{name} {shares.get(name, 0):.0%}" for name in self.latencies_s)
        warmest = max(moment.temperature_c for moment in moments)
        return (
            f"Air of {ambient_c:g} °C, a gap of {gap_c:g} °C: the model changes {_times(changes)} a day (estimate). "
            f"Who answers how many requests: {said}. The warmest moment has {warmest:.1f} °C, "
            f"midnight {100 * moments[-1].battery:.0f} % battery."
        )


def _times(count) -> str:
    return "once" if count == 1 else f"{count} times"
