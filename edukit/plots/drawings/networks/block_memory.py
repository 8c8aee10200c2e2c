"""An inverted residual block, drawn: the values that it reads and makes, and which of them are alive at each step.

    input ─> widened ─> filtered ─> narrowed ─> output        marked: alive; the meter: all that is alive

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.drawings.shapes import Arrow, Box, Meter
from edukit.plots.drawings.sheet import QUIET, WIDTH, sheet, write
from edukit.plots.style import house
from edukit.refuse import check_whole

LEFT = 24
TOP = 66
HIGH = 74
WIDE = 112
STEPS = ("input", "1 × 1", "3 × 3", "1 × 1", "add")
NAMES = ("input", "widened", "filtered", "narrowed")


class BlockMemoryPlot:
    """A block that widens its channels, filters them one by one, narrows them, and may add its input."""

    def __init__(self, fig, channels: int = 24, expansion: int = 6, size: int = 56):
        """As many channels go out as come in; size: height and width of the image."""
        check_whole(channels, "channels")
        check_whole(expansion, "expansion", 2)
        check_whole(size, "size")
        places = size**2
        wide = channels * expansion
        self.sizes = dict(zip(NAMES, (channels * places, wide * places, wide * places, channels * places), strict=True))
        self.most = sum(alive_sizes(self.sizes, 3, True))
        step = (WIDTH - 2 * LEFT - WIDE) / (len(NAMES) - 1)
        with house():
            axes = sheet(fig)
            self.boxes = {}
            for i, name in enumerate(NAMES):
                shape = f"{wide if name in NAMES[1:3] else channels} channels\n{size} × {size}"
                self.boxes[name] = Box(axes, LEFT + i * step, TOP, WIDE, HIGH, name, shape)
            row = list(self.boxes.values())
            words = ("1 × 1", "3 × 3", "1 × 1")
            for one, two, word in zip(row, row[1:], words, strict=False):
                Arrow(axes, [one.right, two.left], word)
            high = TOP - 34
            way = [row[0].top, (row[0].top[0], high), (row[3].top[0], high), row[3].top]
            self.passing = Arrow(axes, way)
            middle = (row[0].top[0] + row[3].top[0]) / 2
            self.passing.label.set(text="the input waits for the addition", position=(middle, high - 12), ha="center")
            self.note = write(axes, LEFT, 178, ha="left", color=QUIET)
            self.meter = Meter(axes, LEFT, 222, WIDTH - 2 * LEFT, "values alive")

    def update(self, step, residual):
        """step 1 to 5, the input and then each operation; residual: whether the input is added at the end."""
        check_whole(step, "step", 1, len(STEPS))
        names = alive(step, residual)
        for name, box in self.boxes.items():
            box.mark(name in names)
        for artist in self.passing.artists:
            artist.set_visible(residual)
        held = sum(self.sizes[name] for name in names)
        self.meter.show(held / self.most, f"{held:,}")
        doing = ("the block begins", "widen", "filter each channel", "narrow", "add, into the narrowed values")[
            step - 1
        ]
        if step == 5 and not residual:
            doing = "the block ends"
        self.note.set_text(f"step {step}: {doing}")
        ends = "the input is added" if residual else "no input is added"
        return f"Step {step} of {len(STEPS)}, {doing}: alive are {' + '.join(names)}, {held:,} values; {ends}."


def alive(step: int, residual: bool) -> tuple[str, ...]:
    """The values that are alive while a step runs.

    >>> alive(3, residual=False), alive(3, residual=True)
    (('widened', 'filtered'), ('input', 'widened', 'filtered'))
    """
    names = {1: ("input",), 2: ("input", "widened"), 3: ("widened", "filtered"), 4: ("filtered", "narrowed")}
    found = names.get(step, ("narrowed",))
    return ("input", *found) if residual and step >= 3 else found


def alive_sizes(sizes: dict[str, int], step: int, residual: bool) -> list[int]:
    """How large each value is that is alive.

    >>> alive_sizes({"input": 1, "widened": 6, "filtered": 6, "narrowed": 1}, 3, True)
    [1, 6, 6]
    """
    return [sizes[name] for name in alive(step, residual)]
