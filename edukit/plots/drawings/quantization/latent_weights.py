"""One update of four weights that are trained with the rounding in place, in six steps: forward, backward, update.

    latent w ──> round and clip ──> stored ŵ ──> loss
       <───────── passes or stops <──────────────

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import torch

from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, write
from edukit.plots.style import ORANGE, dark, house
from edukit.quantization.grid.affine import QParams, quantize
from edukit.quantization.qat.straight_through import straight_through
from edukit.refuse import check_whole

STEP = 0.5
GRID = QParams(torch.tensor(STEP), torch.tensor(0), -4, 3)
TOP = 22
HEIGHT = 52
WIDTH = 136
LEFTS = (14, 192, 370, 548)  # of the four boxes
WORDS = (
    ("latent weight", "a float that learns"),
    ("round, clip", "codes −4 to 3"),
    ("stored weight", "0.5 times the code"),
)
WORDS += (("network", "and its loss"),)
HEADS = 96
ROWS = (122, 148, 174, 200)  # of the four weights
BACK = 236  # of the arrows that lead back
COLUMNS = (  # place, name, the step that shows it
    (LEFTS[0] + 36, "w", 0),
    (LEFTS[0] + 100, "gradient", 4),
    (LEFTS[1] + 36, "code", 1),
    (LEFTS[1] + 100, "gradient", 4),
    (LEFTS[2] + 36, "ŵ", 2),
    (LEFTS[2] + 100, "gradient", 3),
)


class LatentWeightsPlot:
    """Four latent weights, their codes, what is stored, the gradient that arrives, and what is passed on."""

    def __init__(self, fig, weights=(0.3, 0.8, -9.0, 9.0), arriving=(1.0, 2.0, 3.0, 4.0), rate=0.04):
        """weights and arriving gradients: four of each; rate: of the update."""
        self.before = torch.tensor(weights, requires_grad=True)
        self.arriving = torch.tensor(arriving)
        stored = straight_through(self.before, GRID)
        (self.passed,) = torch.autograd.grad(stored, self.before, self.arriving)
        self.after = self.before.detach() - rate * self.passed
        with house():
            axes = sheet(fig)
            self.boxes = [Box(axes, x, TOP, WIDTH, HEIGHT, *words) for x, words in zip(LEFTS, WORDS, strict=True)]
            for box, after in zip(self.boxes, self.boxes[1:], strict=False):
                Arrow(axes, [box.right, after.left])
            self.heads = [write(axes, x, HEADS, name, color=QUIET) for x, name, _ in COLUMNS]
            self.columns = [[write(axes, x, y, size=NORMAL) for y in ROWS] for x, _, _ in COLUMNS]
            down = LEFTS[3] + WIDTH / 2
            arrives = Arrow(axes, [(down, TOP + HEIGHT), (down, BACK), (LEFTS[2] + WIDTH, BACK)], color=dark(ORANGE))
            passes = Arrow(axes, [(LEFTS[2], BACK), (LEFTS[0] + WIDTH, BACK)], color=dark(ORANGE))
            around = write(axes, LEFTS[1] + WIDTH / 2, BACK + 14, "as if nothing were rounded", color=dark(ORANGE))
            self.back = [(3, arrives.artists), (4, [*passes.artists, around])]

    def update(self, step):
        """step: 0 latent weights, 1 codes, 2 stored, 3 a gradient arrives, 4 it passes or stops, 5 the update."""
        check_whole(step, "step", 0, 5)
        before, now = self.before.detach(), self.after if step == 5 else self.before.detach()
        old, codes = (quantize(w, GRID) for w in (before, now))
        inside = self.passed != 0
        shown = (
            ([number(w, 2) for w in now], now != before),
            ([number(g) for g in self.passed], [False] * 4),
            ([number(q) for q in codes], codes != old),
            (["passes" if passes else "stops" for passes in inside], [False] * 4),
            ([number(STEP * q, 1) for q in codes], codes != old),
            ([number(g) for g in self.arriving], [False] * 4),
        )
        for (_, _, first), head, column, (words, changed) in zip(COLUMNS, self.heads, self.columns, shown, strict=True):
            head.set_visible(step >= first)
            for text, word, bold in zip(column, words, changed, strict=True):
                text.set(text=word if step >= first else "", weight="bold" if bold else "normal")
        for place, box in enumerate(self.boxes):
            box.mark(place == (0, 1, 2, 3, 1, 0)[step])
        for first, artists in self.back:
            for artist in artists:
                artist.set_visible(step >= first)
        said = (
            f"four latent weights, {', '.join(number(w, 1) for w in before)}",
            f"each gets its nearest code, and {int((~inside).sum())} codes saturate",
            f"the network computes with the stored weights, {number(STEP, 1)} times the code",
            "a gradient arrives for each stored weight",
            f"the gradient passes where no code saturates, for {int(inside.sum())} of 4 weights",
            f"the optimizer moves {int((now != before).sum())} latent weights, and of the stored weights it changes "
            f"{int((codes != old).sum())}",
        )
        return f"Step {step} of 5: {said[step]}."
