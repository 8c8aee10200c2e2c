"""Two weights on their way to two codes, drawn in the plane of both: to the nearest, by GPTQ, by AdaRound.

    a dot on the plane   two values for two weights      an ellipse   all values with the same error of the output

The output's error is (w - ŵ) H (w - ŵ)ᵀ with H = E[x xᵀ]: the ellipses are long where two errors cancel.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
import torch
from matplotlib.patches import Rectangle

from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, number, sheet, write
from edukit.plots.style import FAINT, INK, LIMIT, MUTED, dark, house
from edukit.quantization.grid.affine import QParams
from edukit.quantization.ptq.adaround import shares_up

METHODS = ("nearest", "GPTQ", "AdaRound")
STEPS = 4
ROWS = ((1.0, 1.0), (2.0, 1.0))
SECOND = 0.4  # the weight that stays
LEFT = 46  # pixels of the plane
TOP = 40
SIZE = 208
LOW = -0.5
HIGH = 1.5
WORDS = 330
LEVELS = (0.1, 0.5, 1.5, 3.0)  # squared errors of the output, summed over the rows
LEARNED = (0, 400, 412, 500)  # steps of AdaRound that are shown
UNIT = QParams(torch.tensor(1.0), torch.tensor(0), -2, 1)


def nearest_path(w, H) -> list[np.ndarray]:
    """Each weight for itself: (w1, w2) before, with the first one rounded, and with both.

    >>> [point.tolist() for point in nearest_path([0.3, 0.4], np.eye(2))]
    [[0.3, 0.4], [0.0, 0.4], [0.0, 0.0], [0.0, 0.0]]
    """
    w = np.asarray(w, float)
    first, both = np.round(w * [1, 0]) + w * [0, 1], np.round(w)
    return [w, first, both, both]


def gptq_path(w, H) -> list[np.ndarray]:
    """One weight is rounded, the other one moves to where the output's error is least, and is rounded then.

    >>> [point.round(2).tolist() for point in gptq_path([0.3, 0.4], np.array([[5.0, 3.0], [3.0, 2.0]]))]
    [[0.3, 0.4], [0.0, 0.4], [0.0, 0.85], [0.0, 1.0]]
    """
    w = np.asarray(w, float)
    one, other = np.argsort(-np.diag(H), kind="stable")  # larger inputs go first
    rounded, moved = w.copy(), w.copy()
    rounded[one] = moved[one] = np.round(w[one])
    moved[other] += (w[one] - rounded[one]) * H[one, other] / H[other, other]
    return [w, rounded, moved, np.round(moved)]


def adaround_path(w, x) -> list[np.ndarray]:
    """Both weights move at once, along the gradient of the error and of the penalty: the whole way, before rounding.

    >>> adaround_path([0.3, 0.4], ROWS)[-1].tolist()
    [0.0, 1.0]
    """
    w = torch.tensor(np.asarray(w), dtype=torch.float32)[None]
    below = torch.floor(w)[0].numpy()
    return [below + h[0].numpy() for h in shares_up(w, torch.tensor(x, dtype=torch.float32), UNIT)]


class RoundingPlanePlot:
    """Left: the plane of two weights, the four codes, ellipses of equal error. Right: what happens, and both errors."""

    def __init__(self, fig, x=ROWS, second=SECOND):
        """x: the inputs (rows, 2) that the two weights meet; second: the weight that the controls leave as it is."""
        self.x = np.asarray(x, float)
        self.second = second
        self.H = self.x.T @ self.x
        self.learned = {}
        with house():
            axes = sheet(fig)
            axes.add_patch(Rectangle((LEFT, TOP), SIZE, SIZE, facecolor="white", edgecolor=FAINT))
            self.ellipses = [axes.plot([], [], color=MUTED, linewidth=0.9)[0] for _ in LEVELS]
            codes = [(a, b) for a in (0, 1) for b in (0, 1)]
            for code in (0, 1):
                write(axes, _at((code, 0))[0], TOP + SIZE + 9, str(code), color=QUIET)
                write(axes, LEFT - 9, _at((0, code))[1], str(code), color=QUIET)
            self.codes = axes.plot(*np.transpose([_at(c) for c in codes]), "s", color=MUTED, markersize=6)[0]
            self.way = axes.plot([], [], "-", color=ACCENT, linewidth=1.8)[0]
            self.start = axes.plot([], [], "o", color=INK, markersize=7)[0]
            self.now = axes.plot([], [], "o", color=ACCENT, markersize=10, markerfacecolor="none", markeredgewidth=2)[0]
            write(axes, LEFT + SIZE / 2, TOP - 16, "a grey line: the same error of the output", color=QUIET)
            write(axes, LEFT + SIZE / 2, TOP + SIZE + 23, "first weight", color=QUIET)
            write(axes, LEFT - 26, TOP + SIZE / 2, "second weight", color=QUIET, rotation=90)
            self.title = write(axes, WORDS, 30, ha="left", size=NORMAL, weight="bold")
            self.said = write(axes, WORDS, 56, ha="left", va="top", linespacing=1.4)
            self.values = write(axes, WORDS, 146, ha="left", color=dark(ACCENT), weight="bold")
            self.meters = [Meter(axes, WORDS, y, 330, name) for y, name in ((178, "weights"), (222, "output"))]
            self.best = axes.plot([], [], "s", color=LIMIT, markersize=9, markerfacecolor="none", markeredgewidth=2)[0]

    def update(self, rounding, step, first_weight):
        """rounding: one of METHODS; step 0 to 3; first_weight: between 0 and 1."""
        w = np.array([first_weight, self.second])
        way = self._way(rounding, w, step)
        for line, level in zip(self.ellipses, LEVELS, strict=True):
            line.set_data(*_at(_ellipse(w, self.H, level)))
        self.start.set_data(*[[v] for v in _at(w)])
        self.way.set_data(*_at(np.transpose(way)))
        self.now.set_data(*[[v] for v in _at(way[-1])])
        best = min(((a, b) for a in (0, 1) for b in (0, 1)), key=lambda c: self._errors(w, c)[1])
        self.best.set_data(*[[v] for v in _at(best)])
        self.title.set_text(f"{rounding}, step {step}")
        self.said.set_text(SAID[rounding][step])
        self.values.set_text(f"now {number(way[-1][0], 2)} and {number(way[-1][1], 2)}")
        errors = self._errors(w, way[-1])
        for meter, error, most in zip(self.meters, errors, (1.0, 3.0), strict=True):
            meter.show(min(1.0, error / most), f"squared error {number(error, 2)}")
        return (
            f"{rounding}, step {step}: {' '.join(SAID[rounding][step].split())} The weights {w[0]:g} and {w[1]:g} are "
            f"now {way[-1][0]:.2f} and {way[-1][1]:.2f}; squared error of the weights {errors[0]:.2f}, of the output "
            f"{errors[1]:.2f}."
        )

    def _way(self, rounding, w, step):
        if rounding not in METHODS:
            raise ValueError(f"rounding must be one of {', '.join(METHODS)}, got {rounding!r}")
        if rounding == "AdaRound":
            key = tuple(w)
            if key not in self.learned:
                self.learned[key] = adaround_path(w, self.x)
            way = self.learned[key][: LEARNED[step] + 1]
            return way if step < STEPS - 1 else [*way, np.round(way[-1])]
        path = nearest_path if rounding == "nearest" else gptq_path
        return path(w, self.H)[: step + 1]

    def _errors(self, w, values):
        off = w - np.asarray(values)
        return float(off @ off), float(off @ self.H @ off)


def _at(values):
    """Weights as places of the sheet: the first to the right, the second up."""
    first, second = np.asarray(values, float)
    unit = SIZE / (HIGH - LOW)
    return LEFT + (first - LOW) * unit, TOP + SIZE - (second - LOW) * unit


def _ellipse(w, H, level):
    """All weights in the picture whose output has this squared error: (2, points), NaN outside."""
    angle = np.linspace(0, 2 * np.pi, 600)
    circle = np.array([np.cos(angle), np.sin(angle)])
    places = w[:, None] + np.linalg.solve(np.linalg.cholesky(H).T, circle) * level**0.5
    return np.where(((places > LOW) & (places < HIGH)).all(0), places, np.nan)


SAID = {
    "nearest": [
        "Each weight looks for its nearest code.\nA thick frame marks the best choice of codes.",
        "The first weight goes down to 0.",
        "The second weight goes down to 0 as well:\nboth errors have the same sign.",
        "The inputs of both are positive,\nso that the two errors add up.",
    ],
    "GPTQ": [
        "Larger inputs belong to the first weight,\nso that it is rounded first.",
        "The first weight goes down to 0.\nThe output is now too small.",
        "The second weight takes over the error: it goes\nup to where the output's error is least.",
        "Only now the second weight is rounded.",
    ],
    "AdaRound": [
        "Both weights may slide between\ntheir lower and their upper code.",
        "A penalty on values between two codes\nbegins to push. The output's error pulls back.",
        "The way leads along the ellipses,\nwhere the two errors cancel.",
        "The penalty has left little between two codes,\nand this rest is rounded.",
    ],
}
