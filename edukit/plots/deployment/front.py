"""Which models a device can run: accuracy against estimated latency, with the device's own budgets. ESTIMATES.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Mapping

import numpy as np

from edukit.deployment.device.estimate import best_for, estimate_of, reasons_against
from edukit.deployment.device.profiles import devices
from edukit.deployment.tradeoff import pareto_front
from edukit.plots.point_names import PointNames
from edukit.plots.style import FAINT, KEPT, LIMIT, MUTED, house


class FrontPlot:
    """A point for each model, hollow where the device cannot run it; a ring around the best one that it can."""

    def __init__(self, fig, models: Mapping[str, tuple]):
        """models: {name: (accuracy, its layers' costs, precision)}."""
        self.models = models
        self.accuracies = [100 * accuracy for accuracy, _, _ in models.values()]
        with house():
            self.axes = fig.subplots()
            self.axes.set(ylabel="test accuracy, %", xlabel="one inference, ms (estimate, logarithmic)")
            self.too_slow = self.axes.axvspan(1, 2, color=FAINT, zorder=0)
            self.limit = self.axes.axvline(1, color=LIMIT, linewidth=1.5, linestyle="--", zorder=1)
            self.front = self.axes.plot([1], [1], color=MUTED, linewidth=1, zorder=2)[0]
            self.points = [self.axes.plot([1], [1], "o", color=KEPT, markersize=9, zorder=3)[0] for _ in models]
            self.ring = self.axes.plot([1], [1], "o", markersize=18, fillstyle="none", color=LIMIT, zorder=4)[0]
            self.names = PointNames(self.axes)

    def update(self, device):
        """device: a key of `devices`."""
        profile = devices[device]
        found = {name: estimate_of(costs, profile, how) for name, (_, costs, how) in self.models.items()}
        against = [reasons_against(one, profile) for one in found.values()]
        times = [1e3 * one.latency_s for one in found.values()]
        self.names.show(times, self.accuracies, list(found), pale=[i for i, why in enumerate(against) if why])
        for point, time, accuracy, why in zip(self.points, times, self.accuracies, against, strict=True):
            point.set_data([time], [accuracy])
            point.set_fillstyle("none" if why else "full")
        front = sorted(pareto_front(times, self.accuracies), key=lambda i: times[i])
        self.front.set_data(
            np.repeat([times[i] for i in front], 2)[1:], np.repeat([self.accuracies[i] for i in front], 2)[:-1]
        )
        self._limit(1e3 * profile["budget_latency_s"])
        return self._said(profile, found, against)

    def _limit(self, most):
        low, high = self.axes.get_xlim()
        self.axes.set_xlim(low, max(high, 1.3 * most))
        self.limit.set_xdata([most, most])
        self.too_slow.set(x=most, width=max(0, self.axes.get_xlim()[1] - most))

    def _said(self, profile, found, against):
        candidates = {name: (self.models[name][0], one) for name, one in found.items()}
        best = best_for(profile, candidates)
        row = list(found).index(best) if best else None
        self.ring.set_data(
            [] if best is None else [1e3 * found[best].latency_s], [] if best is None else [self.accuracies[row]]
        )
        self.axes.set_title(f"{profile.name}: {profile.example}")
        refused = [f"{name}: {why[0]}" for name, why in zip(found, against, strict=True) if why]
        answer = f"the best that it can run is {best}" if best else "it can run none of them"
        return f"On the {profile.name}, {answer} (estimate). It cannot run: {'; '.join(refused) or 'none'}."
