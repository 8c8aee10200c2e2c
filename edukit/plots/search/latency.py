"""What a latency table predicts, against what was measured.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import KEPT, MUTED, house
from edukit.search.latency_table import rank_correlation


class PredictedPlot:
    """A dot for each network; on the line, the prediction is exact."""

    def __init__(self, fig, predicted_us, measured_us):
        """predicted_us, measured_us: equally long, at least two networks."""
        self.predicted = np.asarray(predicted_us, float)
        self.measured = np.asarray(measured_us, float)
        self.order = rank_correlation(self.predicted, self.measured)
        ends = np.array(
            [min(self.predicted.min(), self.measured.min()), max(self.predicted.max(), self.measured.max())]
        )
        margin = 0.04 * np.ptp(ends)
        with house():
            axes = fig.subplots()
            axes.plot(ends, ends, color=MUTED, linewidth=1)
            axes.plot(self.predicted, self.measured, "o", color=KEPT, markersize=5, alpha=0.8)
            limits = (ends[0] - margin, ends[1] + margin)
            axes.set(xlabel="sum of the parts, µs", ylabel="whole network, µs", xlim=limits, ylim=limits)

    def update(self):
        """Nothing moves; the sentence says how well the order is predicted."""
        off = np.median(np.abs(self.predicted / self.measured - 1))
        return (
            f"{len(self.predicted)} networks: rank correlation {self.order:.2f} between the sum of the parts and the "
            f"measured latency; half of the predictions are less than {100 * off:.1f} % off."
        )
