"""An integer layer, drawn: two inputs and two weights on their way to one output code, station by station.

    q_x ─ Z_x ─> Σ · q_w ─> + b ─> · M ─> round, + Z_y, clip ─> q_y        M = S_x S_w / S_y

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from dataclasses import dataclass

import numpy as np

from edukit.plots.drawings.shapes import Arrow, Box, Bracket
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, number, sheet, write
from edukit.plots.style import dark, house
from edukit.quantization.grid.affine import QParams, choose_qparams, dequantize, quantize
from edukit.quantization.integer.layers import accumulate_linear, requantize
from edukit.refuse import check_whole

STATIONS = 7
LEFT = 14  # pixels: where the first box starts, its width, from one box to the next
BOX = 86
APART = 98
STORED = 14  # heights of the rows
TOP = 94
TYPES = 182
BELOW = 232


@dataclass(frozen=True)
class Passage:
    """All numbers of a linear layer of one output, from the codes of its inputs to its own code.

    sums    the products, their sum, and the sum with the bias · scaled: the last times the multiplier, float32
    """

    grids: tuple[QParams, QParams, QParams]
    inputs: np.ndarray
    weights: np.ndarray
    bias: int
    products: np.ndarray
    accumulator: int
    multiplier: np.float32
    scaled: np.float32
    output: int


def passage(x, weights, bias: float, x_range, y_range) -> Passage:
    """The numbers of two real inputs, two real weights and a bias, all stored in 8 bits but the bias.

    x_range, y_range   (low, high) of the grids of input and output; the weights' is symmetric

    >>> passage((1.0, 0.5), (1.0, -1.0), 0.0, (-1.0, 1.0), (-1.0, 1.0)).products.tolist()
    [16129, -8128]
    """
    w = np.float32(weights)
    x_grid = choose_qparams(*np.float32(x_range))
    w_grid = choose_qparams(-np.abs(w).max(), np.abs(w).max(), symmetric=True)
    y_grid = choose_qparams(*np.float32(y_range))
    q_x = quantize(np.float32(x), x_grid)
    q_w = quantize(w, w_grid)
    products = [int(accumulate_linear(q_x[i : i + 1], q_w[None, i : i + 1], x_grid.zero_point)[0]) for i in range(2)]
    q_b = round(float(bias) / (float(x_grid.scale) * float(w_grid.scale)))
    accumulator = accumulate_linear(q_x, q_w[None], x_grid.zero_point) + np.int32(q_b)
    multiplier = np.float32(x_grid.scale) * np.float32(w_grid.scale) / np.float32(y_grid.scale)
    output = int(requantize(accumulator, x_grid, w_grid, y_grid)[0])
    scaled = np.float32(accumulator[0]) * multiplier
    grids = x_grid, w_grid, y_grid
    return Passage(grids, q_x, q_w, q_b, np.array(products), int(accumulator[0]), multiplier, scaled, output)


class IntegerLayerPlot:
    """Seven stations from int8 codes to an int8 code; the bottom row says which real number stands at each."""

    def __init__(self, fig, x=(0.8, -0.3), weights=(0.5, -0.9), bias=0.1, *, x_range=(-0.6, 1.0), y_range=(-0.5, 1.5)):
        """x, weights: two numbers each; bias: a number; x_range, y_range: what the 8 bits of input and output cover."""
        if len(x) != 2 or len(weights) != 2:
            raise ValueError(f"x and weights must hold two numbers each, got {x!r} and {weights!r}")
        self.passage = passage(x, weights, bias, x_range, y_range)
        self.exact = float(np.dot(x, weights) + bias)
        self.real = _real(self.passage)
        with house():
            axes = sheet(fig)
            self.boxes = [Box(axes, LEFT + APART * i, TOP, BOX, 74) for i in range(STATIONS)]
            for box, words in zip(self.boxes, _stations(self.passage), strict=True):
                box.say(*words)
            for one, next_one in zip(self.boxes, self.boxes[1:], strict=False):
                Arrow(axes, [one.right, next_one.left])
            self.stored = {i: Box(axes, LEFT + APART * i, STORED, BOX, 60) for i in range(1, STATIONS - 1)}
            for box, words in zip(self.stored.values(), _stored(self.passage), strict=True):
                box.say(*words)
            for i, box in self.stored.items():
                Arrow(axes, [box.bottom, self.boxes[i].top])
            for first, last, words in ((0, 0, "int8"), (1, 3, "int32"), (4, 4, "float32"), (5, 6, "int8")):
                start, end = self.boxes[first].left[0], self.boxes[last].right[0]
                Bracket(axes, TYPES, above=False).move(start, end, words)
            write(axes, LEFT, BELOW - 19, "in real numbers", ha="left", color=QUIET)
            self.values = [
                write(axes, box.top[0], BELOW, words) for box, words in zip(self.boxes, self.real, strict=True)
            ]
            y = float(dequantize(np.int32(self.passage.output), self.passage.grids[2]))
            words = f"the float layer: {number(self.exact, 4)}, the integers: {number(y, 4)}"
            self.compared = write(axes, self.boxes[-1].right[0], BELOW + 28, words, ha="right", size=NORMAL)

    def update(self, step):
        """step 0 to 6: the station that is marked."""
        check_whole(step, "step", 0, STATIONS - 1)
        for i, box in enumerate(self.boxes):
            box.mark(i == step)
            self.values[i].set(color=dark(ACCENT) if i == step else QUIET, weight="bold" if i == step else "normal")
        for i, box in self.stored.items():
            box.mark(i == step)
        return f"Step {step}: {_sentences(self.passage)[step]} In real numbers: {self.real[step].replace('−', '-')}."


def _stations(p: Passage):
    x_grid, _, y_grid = p.grids
    above = p.inputs - x_grid.zero_point
    rounded = int(np.rint(p.scaled))
    total = rounded + int(y_grid.zero_point)
    clipped = f"\nclip: {number(p.output)}" if p.output != total else ""
    return [
        ("input", "\n".join(number(q) for q in p.inputs)),
        ("− $Z_x$", "\n".join(number(q) for q in above)),
        ("multiply", f"{number(p.products[0])}\n{_plus(p.products[1])}\n= {number(p.products.sum())}"),
        ("+ bias", f"{_plus(p.bias)}\n= {number(p.accumulator)}"),
        ("× M", number(p.scaled, 2)),
        ("round", f"{number(rounded)} {_plus(y_grid.zero_point)}\n= {number(total)}{clipped}"),
        ("output", number(p.output)),
    ]


def _stored(p: Passage):
    """What the file of the layer holds, a box above each station but the first and the last."""
    return [
        ("$Z_x$", number(p.grids[0].zero_point)),
        ("weights", "int8\n" + ", ".join(number(q) for q in p.weights)),
        ("bias", f"int32\n{number(p.bias)}"),
        ("M", f"$S_x S_w / S_y$\n{p.multiplier:.3g}"),
        ("$Z_y$", number(p.grids[2].zero_point)),
    ]


def _real(p: Passage) -> list[str]:
    """The real numbers that stand at each station."""
    x_grid, w_grid, y_grid = p.grids
    inputs = ", ".join(number(v, 2) for v in dequantize(p.inputs, x_grid))
    unit = float(x_grid.scale) * float(w_grid.scale)
    later = [unit * p.products.sum(), unit * p.accumulator, float(y_grid.scale) * float(p.scaled)]
    y = float(dequantize(np.int32(p.output), y_grid))
    return [inputs, inputs, *[number(v, 4) for v in [*later, y, y]]]


def _sentences(p: Passage) -> list[str]:
    x_grid, _, y_grid = p.grids
    above = p.inputs - x_grid.zero_point
    return [
        f"the inputs are the int8 codes {p.inputs[0]} and {p.inputs[1]}.",
        f"the zero point {x_grid.zero_point} is taken off both codes, which leaves {above[0]} and {above[1]}.",
        f"the int8 weights {p.weights[0]} and {p.weights[1]} multiply them: the int32 sum is {p.products.sum()}.",
        f"the int32 bias {p.bias} is added, which makes {p.accumulator}.",
        f"the sum times {p.multiplier:.3g} is {p.scaled:.2f}, counted in steps of the output.",
        f"it is rounded to {np.rint(p.scaled):.0f}, the zero point {y_grid.zero_point} is added, and what is outside "
        f"of {y_grid.qmin} to {y_grid.qmax} is clipped.",
        f"the output is the int8 code {p.output}.",
    ]


def _plus(value) -> str:
    return f"{'−' if value < 0 else '+'} {number(abs(value))}"
