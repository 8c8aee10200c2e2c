"""Estimates of latency: layer by layer on a device, and network by network beside what was measured.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.roofline import layer_times
from edukit.plots.point_names import log_ticks
from edukit.plots.style import BLUE, FLOAT, INK, LIMIT, MUTED, ORANGE, QUANTIZED, house

PRECISIONS = {"FP32": "float32", "INT8": "int8"}
COLORS = {"arithmetic": BLUE, "memory": ORANGE, "the call": MUTED}


class LayerTimesPlot:
    """A bar for each layer: blue waits for arithmetic, orange for memory, grey for its call."""

    def __init__(self, fig, costs, name: str):
        """costs: as `layer_costs` counts them; name: of the network."""
        self.costs = list(costs)
        self.name = name
        rows = np.arange(1, len(self.costs) + 1)
        with house():
            self.axes = fig.subplots()
            self.bars = self.axes.bar(rows, [1.0] * len(rows), 0.75, color=BLUE)
            for what, color in COLORS.items():
                self.axes.bar([0], [0], color=color, label=f"waits for {what}")
            fig.legend(loc="outside upper left", ncols=len(COLORS), frameon=False)
            self.axes.set(xlim=(0.2, len(rows) + 0.8), xlabel="layer", ylabel="ms (estimate)")
            self.axes.grid(False, axis="x")

    def update(self, device, precision):
        """device: a key of `devices`; precision: "FP32" or "INT8"."""
        times = layer_times(self.costs, devices[device], PRECISIONS[precision])
        for bar, time in zip(self.bars, times, strict=True):
            bar.set(height=1e3 * time.total_s, facecolor=COLORS[time.waits_for])
        self.axes.set_ylim(0, 1.1e3 * max(time.total_s for time in times))
        total = sum(time.total_s for time in times)
        self.axes.set_title(f"{self.name}, {precision}, {device}: {1e3 * total:.3g} ms (estimate)")
        counts = {what: sum(time.waits_for == what for time in times) for what in COLORS}
        said = ", ".join(f"{count} for {what}" for what, count in counts.items())
        return (
            f"{self.name} in {precision} on the {device}: {1e3 * total:.3g} ms (estimate). "
            f"{len(times)} layers wait: {said}."
        )


class EstimatesPlot:
    """A dot for each network: estimate across, measurement upwards; on the line both are equal."""

    def __init__(self, fig, rows):
        """rows: network, precision, estimated_us, measured_us, of `experiments.deployment.device_estimates`."""
        self.rows = rows
        self.found = np.array([(row.estimated_us, row.measured_us) for row in rows]) / 1e3
        low, high = self.found.min() / 1.6, self.found.max() * 1.6
        ends = np.array([low, high])
        with house():
            axes = fig.subplots()
            for factor, style in ((1, "-"), (2, ":"), (4, ":"), (8, ":")):
                axes.plot(ends, factor * ends, color=LIMIT if factor == 1 else MUTED, linewidth=1, linestyle=style)
                words = "equal" if factor == 1 else f"{factor} ×"
                axes.annotate(words, (high / factor, high), (0, 3), textcoords="offset points", ha="center", color=INK)
            for precision, color in (("float32", FLOAT), ("int8", QUANTIZED)):
                one = self.found[[row.precision == precision for row in rows]]
                name = next(name for name, of in PRECISIONS.items() if of == precision)
                axes.plot(*one.T, "o", color=color, markersize=7, label=name, zorder=3)
            axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
            axes.set_xticks(*log_ticks(low, high))
            axes.set_yticks(*log_ticks(low, high))
            axes.minorticks_off()
            axes.set(xlabel="estimate, ms (logarithmic)", ylabel="measured, ms (logarithmic)")
            axes.legend(loc="lower right", frameon=False, handletextpad=0.1)
            self.axes = axes

    def update(self):
        """Nothing moves."""
        ratios = self.found[:, 1] / self.found[:, 0]
        return (
            f"{len(self.rows)} networks on one computer, estimate and measurement: the middle one takes "
            f"{np.median(ratios):.1f} times its estimate, the others {ratios.min():.1f} to {ratios.max():.1f} times."
        )
