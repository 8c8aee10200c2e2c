"""A teacher and a label pull at the same student, drawn: what each of them wants of every class.

    image ─┬─> teacher ─> p = softmax(z / T) ─┬─> α T (p - q)          up or down, for each class
           └─> student ─> q = softmax(z / T) ─┘
                          q at T = 1, label ────> (1 - α) (y - q)

A pull is minus the gradient of a part of the loss with respect to the student's logits.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.distillation.losses import check_temperature_and_alpha, kd_terms
from edukit.distillation.soft import soft_gradient, soft_labels
from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Arrow, Box, Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, tints, write
from edukit.plots.style import BLUE, MUTED, ORANGE, house

CLASSES = ("cat", "dog", "car", "ship")
TEACHER = (256.0, 16.0, 1.0, 1.0)  # powers of e
STUDENT = (4.0, 1.0, 4.0, 1.0)
SIZE = 42  # pixels of a cell
ANSWERS = 264  # where the cells begin
PULLS = 512
UPPER = 56  # heights of the rows
LOWER = 142
STRONGEST = 2.0  # a pull that fills a cell, and a meter


def pulls(temperature: float, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """How the teacher and the label move each of the student's logits, (classes,) each; above 0 is up.

    >>> [pull.round(2).tolist() for pull in pulls(4, 0.5)]
    [[0.41, 0.09, -0.34, -0.16], [0.3, -0.05, -0.2, -0.05]]
    """
    student, teacher = np.log([STUDENT]), np.log([TEACHER])
    label = np.eye(len(CLASSES))[:1]
    soft = -alpha * soft_gradient(student, teacher, temperature)
    hard = (1 - alpha) * (label - soft_labels(student))
    return soft[0], hard[0]


class TwoPullsPlot:
    """One image on its way through both networks, the two answers, and the two pulls with their lengths."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            self._draw_flow(axes)
            rows = {(x, y): level_rows(x, y, 1, len(CLASSES), SIZE) for x in (ANSWERS, PULLS) for y in (UPPER, LOWER)}
            self.cells = {place: Cells(axes, corners, SIZE) for place, corners in rows.items()}
            for (_, y), cells in self.cells.items():
                for i, name in enumerate(CLASSES):
                    write(axes, cells.centre((0, i))[0], y - 11, name, color=QUIET)
            self.title = write(axes, ANSWERS, 24, ha="left", size=NORMAL, weight="bold")
            write(axes, PULLS, 24, "pull at the student", ha="left", size=NORMAL, weight="bold")
            self.formulas = [write(axes, PULLS, y + SIZE + 13, ha="left", color=QUIET) for y in (UPPER, LOWER)]
            self.parts = write(axes, ANSWERS, 246, ha="left", color=QUIET)
            lengths = ((218, "length: teacher", BLUE), (250, "length: label", MUTED))
            self.meters = [Meter(axes, PULLS, y, 4 * SIZE, name, color=color) for y, name, color in lengths]

    def _draw_flow(self, axes):
        """Boxes and arrows, which stay."""
        image = Box(axes, 14, 97, 70, 44, "image", "of a cat")
        teacher = Box(axes, 122, UPPER, 92, SIZE, "teacher", "large")
        student = Box(axes, 122, LOWER, 92, SIZE, "student", "small")
        label = Box(axes, 122, 212, 92, 38, "label", "cat")
        middle = 103
        for network in (teacher, student):
            Arrow(axes, [image.right, (middle, image.right[1]), (middle, network.left[1]), network.left])
            Arrow(axes, [network.right, (ANSWERS - 6, network.right[1])], "p" if network is teacher else "q")
        end = ANSWERS + len(CLASSES) * SIZE
        for y in (UPPER, LOWER):
            Arrow(axes, [(end + 6, y + SIZE / 2), (PULLS - 6, y + SIZE / 2)])
        up = PULLS - 40
        Arrow(axes, [(end + 6, LOWER + 8), (up, LOWER + 8), (up, UPPER + SIZE / 2 + 2)])
        below = label.right[1] - 14
        Arrow(axes, [(label.right[0], below), (PULLS - 26, below), (PULLS - 26, LOWER + SIZE / 2 + 2)])

    def update(self, temperature, alpha):
        """temperature: above 0; alpha: 0 to 1, the teacher's share."""
        check_temperature_and_alpha(temperature, alpha)
        student, teacher = np.log([STUDENT]), np.log([TEACHER])
        answers = [soft_labels(logits, temperature)[0] for logits in (teacher, student)]
        both = pulls(temperature, alpha)
        for y, answer, pull in zip((UPPER, LOWER), answers, both, strict=True):
            percent = [f"{100 * share:.3g}" for share in answer]
            self.cells[ANSWERS, y].paint(tints(answer), words=percent)
            self.cells[PULLS, y].paint(_signed(pull), words=[_plus(value) for value in pull])
        self.title.set_text(f"answers at T = {temperature:g}, in %")
        self.formulas[0].set_text(f"{alpha:g} · {temperature:g} · (p − q)")
        self.formulas[1].set_text(f"{1 - alpha:g} · (y − q), q at T = 1")
        lengths = [float(np.linalg.norm(pull)) for pull in both]
        for meter, length in zip(self.meters, lengths, strict=True):
            meter.show(min(1.0, length / STRONGEST), f"{length:.2f}")
        terms = kd_terms(student, [teacher], np.array([0]), temperature, alpha)
        soft, hard = (float(terms[part]) for part in ("soft", "hard"))
        self.parts.set_text(f"loss: soft {soft:.2f} + hard {hard:.2f}")
        moves = ", ".join(f"{name} {_plus(value)}" for name, value in zip(CLASSES, both[0], strict=True))
        return (
            f"T = {temperature:g}, alpha = {alpha:g}: the teacher says cat {100 * answers[0][0]:.3g} % and dog "
            f"{100 * answers[0][1]:.3g} %, and pulls {moves}; its pull is {lengths[0]:.2f} long, the label's "
            f"{lengths[1]:.2f}.{_compared(soft, hard, lengths)}"
        )


def _compared(soft, hard, lengths) -> str:
    """How much more the teacher counts, in the loss and in the pull; nothing where a part is missing."""
    if min(soft, hard) == 0:
        return ""
    loss, pull = soft / hard, lengths[0] / lengths[1]
    return f" The soft part of the loss is {loss:.2g} times the hard one, its pull {pull:.2g} times."


def _signed(values) -> np.ndarray:
    """Blue for up, orange for down, deeper for stronger pulls: (n,) -> (n, 3)."""
    share = np.minimum(1, np.abs(values) / STRONGEST * 2)
    return np.where(np.asarray(values)[:, None] > 0, tints(share, BLUE), tints(share, ORANGE))


def _plus(value) -> str:
    """A number with its sign; 0.00 has none."""
    text = number(value, 2)
    return text if text.startswith("−") or text == "0.00" else f"+{text}"
