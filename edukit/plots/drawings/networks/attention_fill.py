"""Attention, drawn: the weights of softmax fill a triangle row by row; the state of linear attention keeps its size.

    softmax   row i: i weights on the keys before it; all keys and values are kept      2 N d numbers
    linear    Σ φ(k) vᵀ and Σ φ(k): each step changes the numbers, not how many         d (d + 1) numbers

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
import torch

from edukit.networks.attention import LinearState, softmax_weights
from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, width_of, write
from edukit.plots.style import house
from edukit.refuse import check_whole

LEFT = 64
TOP = 52
SIDE = 188  # pixels of the triangle
STATE = 372
ROOM = 308  # pixels of the meters
SQUARE = 34  # pixels of a cell of the state
PALEST = 0.2


class AttentionFillPlot:
    """One sequence, taken in position by position, by softmax attention and by linear attention."""

    def __init__(self, fig, length: int = 12, features: int = 4, *, seed: int = 0):
        """length: positions N, 2 to 30; features: d of a query, a key and a value, 1 to 4; seed: of all three."""
        check_whole(length, "length", 2, 30)
        check_whole(features, "features", 1, 4)
        self.length = length
        self.features = features
        q, k, v = 0.7 * torch.randn(3, length, features, generator=torch.Generator().manual_seed(seed))
        self.weights = softmax_weights(4 * q, k, causal=True).numpy()
        self.states = running(q, k, v)
        self.rows, self.columns = np.tril_indices(length)
        size = SIDE / length
        with house():
            axes = sheet(fig)
            corners = level_rows(LEFT, TOP, length, length, size)[self.rows, self.columns]
            self.cells = Cells(axes, corners, size)
            self.state = Cells(axes, level_rows(STATE, TOP, features, features, SQUARE), SQUARE)
            right = STATE + max(features * SQUARE, width_of("sum of φ(k) vᵀ")) + 20
            self.sum = Cells(axes, level_rows(right, TOP, features, 1, SQUARE), SQUARE)
            for x, words in ((LEFT, "softmax attention"), (STATE, "linear attention")):
                write(axes, x, 16, words, ha="left", size=NORMAL, weight="bold")
            write(axes, LEFT + SIDE / 2, TOP - 14, f"keys 1 to {length}", color=QUIET)
            write(axes, LEFT - 14, TOP + SIDE / 2, f"queries 1 to {length}", rotation=90, color=QUIET)
            write(axes, STATE, TOP - 14, "sum of φ(k) vᵀ", ha="left", color=QUIET)
            write(axes, right, TOP - 14, "sum of φ(k)", ha="left", color=QUIET)
            later = "later keys:\nnot looked at"
            write(axes, LEFT + SIDE, TOP + 26, later, ha="right", color=QUIET, linespacing=1.25)
            self.counted = write(axes, LEFT, TOP + SIDE + 18, ha="left")
            names = ("softmax keeps: keys, values", "linear keeps: its state")
            self.meters = [Meter(axes, STATE, 214 + 34 * i, ROOM, name) for i, name in enumerate(names)]

    def update(self, step):
        """step 0 to the length: positions that were taken in."""
        check_whole(step, "step", 0, self.length)
        values = PALEST + (1 - PALEST) * self.weights[self.rows, self.columns]
        self.cells.show(np.where(self.rows < step, values, np.nan))
        first = step * (step - 1) // 2
        self.cells.frame([((first,), (first + step - 1,))] if step else [])
        self._show_state(step)
        weights = step * (step + 1) // 2
        kept = 2 * step * self.features
        state = self.features * (self.features + 1)
        most = max(2 * self.length * self.features, state)
        for meter, count in zip(self.meters, (kept, state), strict=True):
            meter.show(count / most, f"{count} numbers")
        counts = f"new weights: {step}, all weights: {weights}"
        self.counted.set_text(counts)
        return (
            f"Position {step} of {self.length}. {counts.capitalize()}. Softmax attention keeps keys and values, {kept} "
            f"numbers, and linear attention its state, {state} numbers."
        )

    def _show_state(self, step):
        """Both parts of the state after a step, on one range of colours each."""
        for cells, parts in zip((self.state, self.sum), self.states, strict=True):
            now = parts[step].reshape(cells.shape)
            most = np.abs(parts).max()
            digits = 1 if most < 9.95 else 0
            words = np.reshape([number(value, digits) for value in now.ravel()], cells.shape)
            cells.show(0.8 * np.abs(now) / most, words)


def running(q, k, v) -> tuple[np.ndarray, np.ndarray]:
    """The state of causal linear attention before the first and after each position: (N + 1, d, e) and (N + 1, d).

    >>> sums, weight = running(*torch.zeros(3, 2, 1))
    >>> weight.ravel().tolist()  # φ(0) is 1
    [0.0, 1.0, 2.0]
    """
    state = LinearState.empty(d=k.shape[-1], e=v.shape[-1])
    seen = [(state.sums, state.weight)]
    for position in zip(q, k, v, strict=True):
        state.step(*position)
        seen.append((state.sums, state.weight))
    sums, weight = zip(*seen, strict=True)
    return torch.stack(sums).numpy(), torch.stack(weight).numpy()
