"""The pipeline, drawn: five boxes from a teacher to a file, and what each step does to numbers, bytes and work.

    teacher ─distil─> student ─prune─> fewer channels ─quantize─> 8 bits ─export─> file

The class draws once in `__init__(fig)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, sheet, write
from edukit.plots.style import dark, house
from edukit.refuse import check_whole

LEFT = 108  # pixels: the first box, the way to the next one, and its size
STEP = 120
WIDE = 94
HIGH = 44
BOXES = ("teacher", "student", "pruned", "quantized", "file")
WAYS = ("distil", "prune", "quantize", "export")
ROWS = {
    "numbers": ("all", "fewer", "fewer still", "the same", "the same"),
    "bytes of each": ("4", "4", "4", "1", "1"),
    "MACs": ("all", "fewer", "fewer still", "the same", "the same"),
    "besides": ("", "", "", "scales", "scales, graph"),
}
SAYS = (
    "The teacher: many numbers of 4 bytes each.",
    "Step 1, distil: a network of another shape, with fewer numbers and fewer MACs, learns from the teacher's answers.",
    "Step 2, prune: whole channels go, and with them numbers and MACs; what is left learns on.",
    "Step 3, quantize: as many numbers and MACs as before, but a number takes 1 byte instead of 4, and scales come in.",
    "Step 4, export: codes, scales and the graph of operators go into one file, which a runtime reads without Python.",
)


class PipelinePlot:
    """Five boxes in a row; below each, what the step to it has changed."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            self.boxes = [Box(axes, LEFT + STEP * i, 44, WIDE, HIGH, name) for i, name in enumerate(BOXES)]
            self.arrows = [
                Arrow(axes, [left.right, right.left]) for left, right in zip(self.boxes, self.boxes[1:], strict=False)
            ]
            for way, arrow in zip(WAYS, self.arrows, strict=True):
                arrow.label.set(text=way, y=28)
            self.words = []
            for y, (name, words) in zip(range(132, 280, 36), ROWS.items(), strict=False):
                write(axes, 14, y, name, ha="left", size=NORMAL, weight="bold")
                self.words.append(
                    [write(axes, box.top[0], y, word) for box, word in zip(self.boxes, words, strict=True)]
                )

    def update(self, step):
        """step: 0 for the teacher, to 4 for the file."""
        check_whole(step, "step", 0, len(WAYS))
        for i, box in enumerate(self.boxes):
            box.mark(i == step)
        for name, texts in zip(ROWS, self.words, strict=True):
            for i, text in enumerate(texts):
                new = i == step and i > 0 and ROWS[name][i] not in (ROWS[name][i - 1], "the same")
                color = dark(ACCENT) if new else QUIET
                text.set(visible=i <= step, color=color, weight="bold" if new else "normal")
        return SAYS[step]
