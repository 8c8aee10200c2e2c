"""A teacher with two peaks in pictures, and the single peak that each direction of the divergence ends at.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.distillation.peaks import PLACES, log_peak, one_peak, two_peaks
from edukit.plots.style import BLUE, FAINT, MUTED, ORANGE, dark, house

DIRECTIONS = (("forward: KL(teacher ‖ student)", BLUE, False), ("reverse: KL(student ‖ teacher)", ORANGE, True))


class PeaksPlot:
    """The teacher as a grey area on both sides, and one student a side."""

    def __init__(self, fig):
        with house():
            self.axes = fig.subplots(1, 2, sharey=True)
            self.areas, self.lines, self.words = [], [], []
            for axes, (title, color, _) in zip(self.axes, DIRECTIONS, strict=True):
                self.areas.append(axes.fill_between(PLACES, 0 * PLACES, color=FAINT, edgecolor=MUTED))
                self.lines.append(axes.plot([], [], color=color)[0])
                self.words.append(axes.text(0.98, 0.95, "", transform=axes.transAxes, ha="right", va="top"))
                self.words[-1].set_color(dark(color))
                axes.set(title=title, xlabel="what may be said", xlim=(-9, 9), ylim=(0, 0.045), yticks=[])
                axes.text(0.02, 0.95, "teacher", transform=axes.transAxes, va="top", color=dark(MUTED))
            self.axes[0].set_ylabel("probability")

    def update(self, distance, larger_percent):
        """distance: 0 to 8 widths of a peak · larger_percent: the share of the left peak."""
        teacher = two_peaks(distance, larger_percent / 100)
        said = []
        for area, line, words, (title, _, reverse) in zip(self.areas, self.lines, self.words, DIRECTIONS, strict=True):
            mean, width = one_peak(teacher, reverse=reverse)
            area.set_data(PLACES, 0 * PLACES, teacher)
            line.set_data(PLACES, np.exp(log_peak(mean, width)))
            words.set_text(f"student\nmean {mean:.1f}\nwidth {width:.1f}".replace("-", "−"))
            between = float(teacher[np.abs(PLACES - mean) < 0.5].sum())
            said.append(f"{title.partition(':')[0]} ends at mean {mean:.1f} and width {width:.1f}{_where(between)}")
        return f"Two peaks {distance:g} apart, the left one with {larger_percent} %: {'; '.join(said)}."


def _where(probability: float) -> str:
    """What the teacher says of the student's favourite place."""
    return ", where the teacher says little" if probability < 0.05 else ""
