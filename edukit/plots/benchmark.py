"""The benchmark's result, seen four ways: size, latency, call by call, and which model to choose.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.deployment.tradeoff import cheapest_within, pareto_front, standard_error
from edukit.plots.point_names import PointNames
from edukit.plots.style import CUT, FAINT, FLOAT, INK, KEPT, LIMIT, MUTED, QUANTIZED, house

PAY_IN = {
    "file": ("file on disk", "kB", lambda stage: stage.size_bytes / 1e3),
    "latency": ("median latency of one image", "µs", lambda stage: 1e6 * stage.latency.median_s),
    "energy (estimate)": ("energy of one image (estimate)", "µJ", lambda stage: 1e6 * stage.energy_j),
}


class SizePlot:
    """Accuracy against the size of the file, step by step."""

    def __init__(self, fig):
        with house():
            self.axes = fig.subplots()
            self.line = self.axes.plot([1], [1], "o-", color=KEPT, markersize=8, zorder=3)[0]
            self.flags = PointNames(self.axes)
            self.axes.set(title="Each step makes the file smaller")
            self.axes.set(xlabel="file on disk, kB (logarithmic)", ylabel="test accuracy, %")

    def update(self, stages):
        """stages: as measured, the largest first."""
        sizes = [stage.size_bytes / 1e3 for stage in stages]
        accuracies = [100 * stage.accuracy for stage in stages]
        self.line.set_data(sizes, accuracies)
        names = [f"{stage.name}, {size:,.0f} kB" for stage, size in zip(stages, sizes, strict=True)]
        self.flags.show(sizes, accuracies, names)
        first = stages[0]
        last = stages[-1]
        return (
            f"From {first.name} to {last.name} the file becomes {first.size_bytes / last.size_bytes:.0f} times smaller "
            f"and test accuracy goes from {first.accuracy:.1%} to {last.accuracy:.1%}."
        )


class LatencyPlot:
    """Median and 90th percentile of one inference, a bar for each stage; a plot for one update."""

    def __init__(self, fig):
        with house():
            self.axes = fig.subplots()
            self.axes.set(title="Latency: one image, one thread, ONNX Runtime", xlabel="latency, µs")
            words = "grey FP32, blue INT8 · bar median, line to p90"
            self.axes.text(0.99, 0.02, words, transform=self.axes.transAxes, ha="right", color=MUTED)

    def update(self, stages):
        """stages: as measured; those with integer operators are blue."""
        medians = [1e6 * stage.latency.median_s for stage in stages]
        p90s = [1e6 * stage.latency.p90_s for stage in stages]
        places = range(len(stages))
        with house():
            self.axes.barh(places, medians, color=[_color(stage) for stage in stages], height=0.55)
            self.axes.hlines(places, medians, p90s, color=INK, linewidth=1.5)
            for place, median, p90 in zip(places, medians, p90s, strict=True):
                self.axes.text(p90, place, f"  {median:,.0f} µs, p90 {p90:,.0f}", va="center", color=INK)
            self.axes.set_yticks(list(places), [stage.name for stage in stages])
            self.axes.set(ylim=(len(stages), -0.6), xlim=(0, 1.35 * max(p90s)))
            self.axes.grid(False, axis="y")
        facts = ", ".join(f"{stage.name} {median:,.0f} µs" for stage, median in zip(stages, medians, strict=True))
        return f"Median latency: {facts}."


class CallsPlot:
    """The first calls of a fresh session in the order they were timed, and what is left when some do not count."""

    def __init__(self, fig, times_s, shown: int = 60):
        """times_s: seconds of one call after the other, none left out; shown: how many of them are drawn."""
        self.times = 1e6 * np.asarray(times_s, float)
        drawn = self.times[:shown]
        top = 4 * np.median(self.times)
        self.above = int((drawn > top).sum())
        with house():
            self.axes = fig.subplots()
            self.axes.plot(np.arange(1, len(drawn) + 1), np.minimum(drawn, top), "o", color=KEPT, markersize=4)
            self.warm = self.axes.plot([], [], "o", color=CUT, markersize=6)[0]
            self.mean = self.axes.axhline(0, color=LIMIT, linewidth=1.2, linestyle="--")
            self.median = self.axes.axhline(0, color=KEPT, linewidth=1.2)
            self.axes.set(xlabel="call", ylabel="latency, µs", ylim=(0, 1.05 * top), xlim=(0, len(drawn) + 1))
        self.drawn = np.minimum(drawn, top)

    def update(self, warmup):
        """warmup: so many calls do not count, and are orange; dashed the mean of the others, the line their median."""
        kept = self.times[warmup:]
        mean = kept.mean()
        median = np.median(kept)
        self.warm.set_data(np.arange(1, warmup + 1), self.drawn[:warmup])
        self.mean.set_ydata([mean, mean])
        self.median.set_ydata([median, median])
        above = f" · {self.above} calls lie above" if self.above else ""
        self.axes.set_title(f"calls that count: mean {mean:,.1f} µs (dashed), median {median:,.1f} µs (line){above}")
        return (
            f"{len(self.times)} calls, the first takes {self.times[0]:,.0f} µs. Without {warmup} calls of warm-up the "
            f"mean is {mean:,.1f} µs and the median {median:,.1f} µs."
        )


class ChoicePlot:
    """Accuracy against a cost, the limit of what may be lost, and the cheapest model above it."""

    def __init__(self, fig, stages, images):
        """stages: as measured, the one to compare with first; images: how many the accuracies were measured on."""
        self.stages = stages
        self.accuracies = [stage.accuracy for stage in stages]
        self.errors = [100 * standard_error(accuracy, images) for accuracy in self.accuracies]
        with house():
            self.axes = fig.subplots()
            self.axes.set(title="Grey FP32, blue INT8, hollow where another model is no worse in both")
            self.axes.set(ylabel="test accuracy, % (± 1 standard error)")
            self.below = self.axes.axhspan(0, 1, color=FAINT, zorder=0)
            self.limit = self.axes.axhline(0, color=LIMIT, linewidth=1.5, linestyle="--", zorder=1)
            self.front = self.axes.plot([1], [1], color=MUTED, linewidth=1, zorder=2)[0]
            self.points = [self.axes.errorbar([1], [1], [1], **_mark(stage)) for stage in stages]
            self.ring = self.axes.plot([1], [1], "o", markersize=18, fillstyle="none", color=LIMIT, zorder=4)[0]
            self.flags = PointNames(self.axes)

    def update(self, may_lose_points, pay_in):
        """may_lose_points: 0 or more; pay_in: a key of PAY_IN."""
        label, unit, cost_of = PAY_IN[pay_in]
        costs = [cost_of(stage) for stage in self.stages]
        y = 100 * np.array(self.accuracies)
        chosen = cheapest_within(costs, self.accuracies, may_lose_points)
        front = sorted(pareto_front(costs, self.accuracies), key=lambda i: costs[i])
        dominated = [i for i in range(len(costs)) if i not in front]
        names = [f"{stage.name}, {cost:,.0f} {unit}" for stage, cost in zip(self.stages, costs, strict=True)]
        self.axes.set_xlabel(f"{label}, {unit} (logarithmic)")
        self.flags.show(costs, y, names, room=max(self.errors), pale=dominated)
        for i, mark in enumerate(self.points):
            self._move(mark, costs[i], y[i], self.errors[i], hollow=i in dominated)
        self.front.set_data(np.repeat([costs[i] for i in front], 2)[1:], np.repeat([y[i] for i in front], 2)[:-1])
        self.ring.set_data([costs[chosen]], [y[chosen]])
        limit = y[0] - may_lose_points
        bottom = self.axes.get_ylim()[0]
        self.limit.set_ydata([limit, limit])
        self.below.set(y=bottom, height=max(0, limit - bottom))
        out = ", ".join(self.stages[i].name for i in dominated) or "none"
        return (
            f"May lose {may_lose_points:g} points, paying in {label}: the cheapest is {self.stages[chosen].name}, "
            f"{costs[chosen]:,.0f} {unit} at {y[chosen]:.1f} %. Dominated by another model: {out}."
        )

    @staticmethod
    def _move(mark, x, y, error, *, hollow):
        line, _, (bar,) = mark.lines
        line.set_data([x], [y])
        line.set_fillstyle("none" if hollow else "full")
        bar.set_segments([[(x, y - error), (x, y + error)]])


def _color(stage) -> str:
    return QUANTIZED if any(name.startswith("QLinear") for name in stage.operators) else FLOAT


def _mark(stage) -> dict:
    return {"fmt": "o", "color": _color(stage), "markersize": 9, "elinewidth": 1.2, "zorder": 3}
