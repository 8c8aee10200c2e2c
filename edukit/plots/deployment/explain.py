"""Where the time of a file goes: operator by operator, and every layer under the roofline of this machine.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import FLOAT, INK, LIMIT, MUTED, ORANGE, QUANTIZED, house

COLORS = {"integer": QUANTIZED, "float": FLOAT}
KINDS = 8  # of operators; the fastest ones are left out


class OperatorsPlot:
    """A bar for each kind of operator: blue integers, grey float, orange conversions, layout and moves."""

    def __init__(self, fig):
        rows = np.arange(KINDS)
        with house():
            self.axes = fig.subplots()
            self.bars = self.axes.barh(rows, [0.0] * KINDS, 0.6)
            self.labels = [self.axes.text(0, row, "", va="center", color=INK) for row in rows]
            self.axes.set(xlabel="of the time, %", xlim=(0, 128), xticks=range(0, 101, 20), ylim=(KINDS - 0.5, -0.5))
            self.axes.set_yticks(rows, [""] * KINDS)
            longest = {"ha": "right", "alpha": 0, "transform": self.axes.transAxes}
            self.axes.text(-0.01, 0.5, "DynamicQuantizeLinear", **longest)  # keeps room
            self.axes.grid(False, axis="y")

    def update(self, explanation):
        """explanation: from `edukit.deployment.explain`."""
        profile = explanation.profile
        kinds = {}
        for call in profile.calls:
            kinds.setdefault((call.kind, call.role), []).append(call)
        slowest = sorted(kinds.items(), key=lambda item: -sum(call.time_s for call in item[1]))[:KINDS]
        names = [kind for (kind, _), _ in slowest]
        for row in range(KINDS):
            (_, role), calls = slowest[row] if row < len(slowest) else (("", ""), [])
            share = 100 * profile.share(calls)
            self.bars[row].set(width=share, facecolor=COLORS.get(role, ORANGE))
            time_s = sum(call.time_s for call in calls)
            self.labels[row].set(x=share + 1, text=f"{_count(calls)}, {1e6 * time_s:,.0f} µs" if calls else "")
        self.axes.set_yticklabels(names + [""] * (KINDS - len(names)))
        return explanation.sentence


def _count(calls) -> str:
    return f"{len(calls)} call{'s' * (len(calls) > 1)}"


class RooflinePlot:
    """MACs a second of every layer against its MACs a byte, under what the machine can do in float and in integers."""

    def __init__(self, fig, machine):
        """machine: from `edukit.deployment.explain.roofline.roofline`."""
        self.machine = machine
        intensity = np.geomspace(0.1, 1000, 50)
        with house():
            self.axes = fig.subplots()
            for role, color, name in (("integer", QUANTIZED, "INT8"), ("float", FLOAT, "FP32")):
                roof = np.minimum(machine.peak(role), intensity * machine.bandwidth) / 1e9
                self.axes.plot(intensity, roof, color=color, linewidth=1.5)
                self.axes.text(900, 1.12 * machine.peak(role) / 1e9, f"{name} peak", ha="right", color=INK)
            self.points = {role: self.axes.plot([], [], "o", color=color)[0] for role, color in COLORS.items()}
            self.slow = self.axes.plot([], [], "o", color=LIMIT, markersize=13, fillstyle="none")[0]
            self.axes.set(xscale="log", yscale="log", xlim=(0.1, 1000))
            self.axes.set(ylim=(0.01 * machine.float_macs_s / 1e9, 2.5 * machine.integer_macs_s / 1e9))
            self.axes.set(xlabel="MACs for each byte moved (logarithmic)", ylabel="GMAC/s (logarithmic)")
            self.axes.set_title("Each dot a layer; the ring is where most of the time goes", color=INK)
            words = "above the slope: read from a cache"
            self.axes.text(0.02, 0.95, words, transform=self.axes.transAxes, color=MUTED)
            self.axes.minorticks_off()
            self.axes.tick_params(colors=MUTED)

    def update(self, profile):
        """profile: from `edukit.deployment.explain.profile.profile`."""
        layers = [call for call in profile.calls if call.macs and call.time_s and call.bytes]
        for role, points in self.points.items():
            own = [call for call in layers if call.role == role]
            points.set_data([c.macs / c.bytes for c in own], [c.macs / c.time_s / 1e9 for c in own])
        if not layers:
            self.slow.set_data([], [])
            return "The file has no layer that multiplies."
        slowest = max(layers, key=lambda call: call.time_s)
        speed = slowest.macs / slowest.time_s
        intensity = slowest.macs / slowest.bytes
        self.slow.set_data([intensity], [speed / 1e9])
        bound = "memory" if intensity < self.machine.ridge(slowest.role) else "arithmetic"
        return (
            f"{len(layers)} layers. The slowest does {intensity:.1f} MACs a byte, where {bound} sets the limit, "
            f"and reaches {speed / self.machine.peak(slowest.role):.0%} of the {slowest.role} peak."
        )
