"""The operators of a file and what the runtime makes of them, a row for each operator that is executed.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from matplotlib.patches import FancyBboxPatch

from edukit.deployment.explain.fusion import words
from edukit.deployment.explain.profile import role_of
from edukit.plots.style import FAINT, FLOAT, INK, MUTED, ORANGE, QUANTIZED, house

ROWS, PLACES, WIDTH = 8, 6, 1.0  # operators after fusion in the window, boxes before them in a row
SHORT = {
    "DequantizeLinear": "DQ",
    "QuantizeLinear": "Q",
    "BatchNormalization": "BN",
    "GlobalAveragePool": "GAP",
    "DynamicQuantizeLinear": "dynamic Q",
}
COLORS = {"integer": QUANTIZED, "float": FLOAT, "conversion": ORANGE}


class FusionPlot:
    """Left the operators of the file, right the one that stands for them: blue integers, grey float, orange Q/DQ."""

    def __init__(self, fig, fusion):
        """fusion: from `edukit.deployment.fusion`."""
        self.fusion = fusion
        with house():
            axes = fig.subplots()
            axes.set(xlim=(-0.1, PLACES + 2.6), ylim=(ROWS - 0.4, -0.9))
            axes.axis("off")
            before, after = fusion.before.total(), fusion.after.total()
            axes.text(0, -0.6, f"in the file: {before} operators", color=INK)
            axes.text(PLACES + 0.9, -0.6, f"fused: {after}", color=INK)
            self.rows = [[_Box(axes, place * WIDTH, row, WIDTH) for place in range(PLACES)] for row in range(ROWS)]
            self.after = [_Box(axes, PLACES + 0.9, row, 1.6) for row in range(ROWS)]
            self.arrows = [
                axes.text(PLACES + 0.45, row, "→", ha="center", va="center", color=MUTED) for row in range(ROWS)
            ]

    def update(self, first):
        """first: the operator after fusion that stands at the top, counted from 1."""
        start = min(first, max(1, len(self.fusion.fused) - ROWS + 1)) - 1
        shown = self.fusion.fused[start : start + ROWS]
        for row in range(ROWS):
            fused = shown[row] if row < len(shown) else None
            self._show(row, fused)
        return f"{self.fusion.sentence} Shown: operators {start + 1} to {start + len(shown)} of those after."

    def _show(self, row, fused):
        covers = _labels(fused) if fused else []
        empty = PLACES - len(covers)
        for box in self.rows[row][:empty]:
            box.hide()
        for box, label in zip(self.rows[row][empty:], covers, strict=True):
            box.show(*label)
        self.arrows[row].set_visible(fused is not None)
        if fused:
            self.after[row].show(SHORT.get(fused.node.kind, fused.node.kind), _color(fused.node.kind))
        else:
            self.after[row].hide()


class _Box:
    """A rounded box with a word in it."""

    def __init__(self, axes, x, y, width):
        style = "round,pad=0,rounding_size=0.08"
        self.patch = axes.add_patch(FancyBboxPatch((x, y - 0.33), width - 0.08, 0.66, boxstyle=style, linewidth=0))
        self.text = axes.text(x + (width - 0.08) / 2, y, "", ha="center", va="center", color=INK, fontsize=8)

    def show(self, word, color):
        self.patch.set(visible=True, facecolor=color)
        self.text.set(visible=True, text=word, color=INK if color in (FAINT, ORANGE) else "white")

    def hide(self):
        self.patch.set_visible(False)
        self.text.set_visible(False)


def _labels(fused) -> list[tuple[str, str]]:
    """A word and a colour for each box; what does not fit is counted in the last."""
    found = []
    for word in words(node.kind for node in fused.covers):
        count, _, kind = word.rpartition(" ")
        short = SHORT.get(kind, kind)
        found.append((f"{count} {short}".strip(), _color(kind)))
    if len(found) > PLACES:
        found[PLACES - 1 :] = [(f"{len(found) - PLACES + 1} more", FAINT)]
    return found or [("added", FAINT)]


def _color(kind) -> str:
    return COLORS.get(role_of(kind, "uint8" if kind.startswith("Q") else "float"), FAINT)
