"""Soft labels in pictures: what a large network thinks of a digit, and how strongly that pulls at a small one.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.distillation.soft import soft_gradient, soft_labels
from edukit.plots.style import CUT, INK, KEPT, LIMIT, dark, house

TEMPERATURES = np.arange(1, 21)


class SoftPlot:
    """The picture, the teacher's bars with the student's rings, and the gradient's size with and without T²."""

    def __init__(self, fig, images, teacher_logits, student_logits, classes):
        """images (N, 1, H, W), at most as many as a slider should have · logits (N, classes) of both networks."""
        self.images, self.classes = images, classes
        self.logits = np.asarray(teacher_logits, np.float64), np.asarray(student_logits, np.float64)
        places = np.arange(len(classes))
        with house():
            left, middle, self.right = fig.subplots(1, 3, width_ratios=[0.75, 1.5, 1.4])
            self.image = left.imshow(images[0][0], cmap="gray_r", vmin=0, vmax=1)
            left.set_axis_off()
            self.title = left.set_title("")
            self.bars = middle.bar(places, [0.0] * len(places), color=KEPT)
            self.rings = middle.plot(places, 0 * places, "o", color=INK, fillstyle="none", markersize=7)[0]
            middle.set(title="Teacher (bars), student (rings), %", xlabel="class", xticks=places, xticklabels=classes)
            middle.set(ylim=(0, 109), yticks=range(0, 101, 25))
            middle.grid(False, axis="x")
            self._draw_gradients()

    def _draw_gradients(self):
        axes = self.right
        self.lines = [axes.plot([], [], color=color)[0] for color in (KEPT, CUT)]
        self.dots = axes.plot([], [], "o", color=LIMIT, markersize=8)[0]
        words = (("with T²", KEPT), ("without", CUT))
        self.labels = [axes.text(20, 1, f"{text} ", ha="right", va="bottom", color=dark(c)) for text, c in words]
        axes.set(title="Pull at the student", xlabel="temperature T", yscale="log")
        axes.set(ylabel="length of the gradient", xlim=(0.5, 20.5), ylim=(1e-4, 10), xticks=(1, 5, 10, 15, 20))
        axes.minorticks_off()

    def update(self, picture, temperature):
        """picture: 1 to N · temperature: 1 to 20."""
        row = slice(picture - 1, picture)
        (teacher, student) = self.logits
        p, q = (soft_labels(logits[row], temperature)[0] for logits in (teacher, student))
        self.image.set_data(self.images[picture - 1][0])
        self.title.set_text(f"picture {picture}")
        for bar, height in zip(self.bars, 100 * p, strict=True):
            bar.set_height(height)
        self.rings.set_ydata(100 * q)
        pulls = np.array([np.linalg.norm(soft_gradient(student[row], teacher[row], t)) for t in TEMPERATURES])
        both = pulls, pulls / TEMPERATURES**2
        for line, label, values in zip(self.lines, self.labels, both, strict=True):
            line.set_data(TEMPERATURES, values)
            label.set_y(1.25 * values[-6:].max())
        now = [values[TEMPERATURES == temperature][0] for values in both]
        self.dots.set_data([temperature] * 2, now)
        best = np.argsort(-p)[:3]
        says = ", ".join(f"{self.classes[k]} {100 * p[k]:.1f} %" for k in best)
        return (
            f"Picture {picture} at temperature {temperature}: the teacher says {says}; the student gives the first of "
            f"them {100 * q[best[0]]:.1f} %. The pull is {now[0]:.3g} with T² and {now[1]:.2g} without; "
            f"at temperature 1 it is {pulls[0]:.2g}."
        )
