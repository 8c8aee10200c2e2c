"""Weights and what comes in, drawn: which weights magnitude removes and which Wanda removes, and what the outputs lose.

    norm of each input   1.0   1.0   10.0  …
    weights              left, with the empty cells that go        scores |w| ‖x‖ to the right

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, write
from edukit.plots.style import ORANGE, house

OUTPUTS = 3
INPUTS = 6
EXAMPLES = 64
SIZE = 42  # pixels of a cell
LEFT = 90
RIGHT = 420
TOP = 100
LARGE = 3  # the input that is made larger
TIMES = (1, 3, 10)
WEIGHTS = np.array(
    [[0.9, -0.4, 0.7, 0.2, -0.6, 0.3], [-0.5, 0.8, 0.3, -0.4, 0.6, 0.9], [0.4, 0.6, -0.9, 0.3, 0.5, -0.7]]
)
SCORES = ("magnitude", "Wanda")


class WeightsAndInputsPlot:
    """Half of each row goes: by the size of the weight alone, or by size times the norm of the input."""

    def __init__(self, fig, *, seed: int = 0):
        """seed: of the inputs."""
        random = np.random.default_rng(seed)
        self.w = WEIGHTS
        self.x = random.normal(size=(EXAMPLES, INPUTS))
        self.x /= np.linalg.norm(self.x, axis=0)
        with house():
            axes = sheet(fig)
            self.inputs = Cells(axes, level_rows(LEFT, 40, 1, INPUTS, SIZE), SIZE)
            self.weights = Cells(axes, level_rows(LEFT, TOP, OUTPUTS, INPUTS, SIZE), SIZE)
            self.scores = Cells(axes, level_rows(RIGHT, TOP, OUTPUTS, INPUTS, SIZE), SIZE)
            write(axes, LEFT, 22, "one column for each input", ha="left", size=NORMAL, weight="bold")
            self.title = write(axes, RIGHT, 82, ha="left", size=NORMAL, weight="bold")
            for y, words in ((61, "norm of\nthe input"), (TOP + 1.5 * SIZE, "weights,\na row for\neach output")):
                write(axes, LEFT - 10, y, words, ha="right", color=QUIET, linespacing=1.2)
            write(axes, RIGHT, 61, "empty cells go: three of each row", ha="left", color=QUIET)
            self.lost = Meter(
                axes, LEFT, TOP + OUTPUTS * SIZE + 18, RIGHT + INPUTS * SIZE - LEFT, "change of the outputs"
            )

    def update(self, score, one_input_times):
        """score: one of SCORES; one_input_times: one of TIMES, how many times as large the fourth input is."""
        if score not in SCORES:
            raise ValueError(f"score must be one of {', '.join(SCORES)}, got {score!r}")
        if one_input_times not in TIMES:
            raise ValueError(f"one_input_times must be one of {', '.join(map(str, TIMES))}, got {one_input_times!r}")
        x = self.x * np.where(np.arange(INPUTS) == LARGE, one_input_times, 1)
        norms = np.linalg.norm(x, axis=0)
        scores = abs(self.w) * (norms if score == "Wanda" else 1)
        stays = kept(scores)
        self.inputs.show(norms[None] / max(TIMES), [[number(norm) for norm in norms]], color=ORANGE)
        self.weights.show(_shares(abs(self.w), stays), [[number(w, 1) for w in row] for row in self.w])
        self.scores.show(_shares(scores, stays), [[number(s, 1) for s in row] for row in scores])
        self.title.set_text("score: |w| times the norm" if score == "Wanda" else "score: |w|")
        lost = np.linalg.norm(x @ (self.w * ~stays).T) / np.linalg.norm(x @ self.w.T)
        self.lost.show(lost, f"{100 * lost:.0f} % of the outputs")
        of_it = int(stays[:, LARGE].sum())
        return (
            f"By {score}, with one input {one_input_times} times as large as the others: {of_it} of the {OUTPUTS} "
            f"weights of that input stay, and the outputs change by {100 * lost:.0f} %."
        )


def kept(scores: np.ndarray) -> np.ndarray:
    """True for the higher half of each row.

    >>> kept(np.array([[0.5, 1.0, 0.4, 0.6]])).tolist()
    [[False, True, False, True]]
    """
    ranks = np.argsort(np.argsort(scores, axis=1, kind="stable"), axis=1)
    return ranks >= scores.shape[1] // 2


def _shares(values, stays):
    return np.where(stays, values / values.max(), np.nan)
