"""Building blocks of networks, drawn: a box for each layer, with its channels and multiply-adds (MACs).

    block_costs(channels, size) ─> the words in each box

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.networks.costs import LayerCost, block_costs
from edukit.plots.drawings.shapes import Arrow, Box, Meter
from edukit.plots.drawings.sheet import WIDTH, sheet
from edukit.plots.style import house
from edukit.refuse import check_whole

LEFT = 14
WIDEST = 104  # pixels of a box
HEIGHT = 78
MIDDLE = 118  # height of the line on which the layers lie
BRANCH = 48  # pixels from there to a branch
KINDS = {  # (column, branch) of each layer, in the order in which they run; the number of columns
    "standard": ([(1, 0)], 3),
    "separable": ([(1, 0), (2, 0)], 4),
    "inverted residual": ([(1, 0), (2, 0), (3, 0)], 6),
    "Fire": ([(1, 0), (2, -1), (2, 1)], 5),
    "ShuffleNet unit": ([(1, 1), (2, 1), (3, 1)], 6),
}
JOINS = {  # the box in which two ways meet
    "inverted residual": ("add", "input and\nresult"),
    "Fire": ("join", "channels\nof both"),
    "ShuffleNet unit": ("shuffle", "channels\nof both\nin turn"),
}


class BlockPlot:
    """One of five blocks for the same job: as many channels out as in, at the same height and width."""

    def __init__(self, fig, channels: int = 64, size: int = 14):
        """channels: a multiple of 8; size: height and width of the image."""
        check_whole(channels, "channels", 8)
        check_whole(size, "size")
        if channels % 8:
            raise ValueError(f"channels must be a multiple of 8, got {channels!r}")
        self.costs = block_costs(channels, size)
        self.macs = {kind: sum(layer.macs for layer in layers) for kind, layers in self.costs.items()}
        with house():
            axes = sheet(fig)
            self.artists = {kind: _draw(axes, kind, self.costs[kind], channels, size) for kind in KINDS}
            self.meter = Meter(axes, LEFT, 240, WIDTH - 2 * LEFT, "MACs of all layers")

    def update(self, kind):
        """kind: one of KINDS."""
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
        for name, artists in self.artists.items():
            for artist in artists:
                artist.set_visible(name == kind)
        macs = self.macs[kind]
        share = f"{100 * macs / self.macs['standard']:.0f} % of the standard convolution"
        self.meter.show(macs / max(self.macs.values()), f"{short(macs)}, {share}")
        layers = "; ".join(
            f"{_name(layer)}, {_channels(layer)}, {short(layer.macs)} MACs" for layer in self.costs[kind]
        )
        return f"{kind[0].upper()}{kind[1:]}: {layers}. All layers: {short(macs)} MACs, {share}."


def short(count: int) -> str:
    """A count in three digits.

    >>> short(7225344), short(37632), short(144)
    ('7.23 M', '37.6 k', '144')
    """
    for unit, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= unit:
            return f"{count / unit:.3g}{letter}"
    return str(count)


def _draw(axes, kind, costs: list[LayerCost], channels, size):
    """All artists of one block."""
    places, columns = KINDS[kind]
    step = (WIDTH - 2 * LEFT + 20) / columns
    width = min(WIDEST, step - 20)
    left = LEFT + (WIDTH - 2 * LEFT - step * (columns - 1) - width) / 2

    def box(column, branch, text, below, height=HEIGHT):
        return Box(axes, left + step * column, MIDDLE + BRANCH * branch - height / 2, width, height, text, below)

    shape = f"{channels} channels\n{size} × {size}"
    layers = [
        box(*place, _name(cost), f"{cost.kind}\n{_channels(cost)}\n{short(cost.macs)} MACs")
        for place, cost in zip(places, costs, strict=True)
    ]
    first = box(0, 0, "input", shape)
    last = box(columns - 1, 0, "output", shape)
    shapes = [first, last, *layers]
    if kind in JOINS:
        join = box(columns - 2, 0, *JOINS[kind])
        shapes += [join, *_arrows(axes, kind, first, layers, join), Arrow(axes, [join.right, last.left])]
    else:
        row = [first, *layers, last]
        shapes += [Arrow(axes, [one.right, two.left]) for one, two in zip(row, row[1:], strict=False)]
    return [artist for shape in shapes for artist in shape.artists]


def _arrows(axes, kind, first, layers, join):
    """The arrows of a block with two ways, from its input to where they meet."""
    if kind == "Fire":
        squeeze, *wide = layers
        ways = [_bent(squeeze.right, box.left) for box in wide] + [_bent(box.right, join.left) for box in wide]
        return [Arrow(axes, points) for points in ([first.right, squeeze.left], *ways)]
    row = [first, *layers, join]
    ways = [_bent(one.right, two.left) for one, two in zip(row, row[1:], strict=False)]
    high = MIDDLE - BRANCH - 20
    around = [first.top, (first.top[0], high), (join.top[0], high), join.top]
    words = "half of the channels passes" if kind == "ShuffleNet unit" else "the input passes"
    passing = Arrow(axes, around)
    passing.label.set(text=words, position=((first.top[0] + join.top[0]) / 2, high - 10), ha="center")
    return [passing, *(Arrow(axes, points) for points in ways)]


def _bent(start, end):
    """Points of a way with two corners, or a straight one where both ends are at one height."""
    if start[1] == end[1]:
        return [start, end]
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]


def _name(cost: LayerCost) -> str:
    return f"{cost.kernel[0]} × {cost.kernel[1]}"


def _channels(cost: LayerCost) -> str:
    return f"{cost.channels[0]} → {cost.channels[1]}"
