"""Compact blocks in pictures: what each costs as its sizes change, and which channels depend on each other.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.colors import ListedColormap
from torch import nn

from edukit.networks.compact import ShuffleUnit
from edukit.networks.costs import block_costs
from edukit.networks.reach import reach
from edukit.plots.style import BLUE, CUT, FAINT, INK, KEPT, LIMIT, MUTED, ORANGE, dark, house

NAMES = list(block_costs(32, 7))
CHANNELS, UNITS = 16, 8  # of the picture of who hears whom
WIDEST = 1.5  # times the standard convolution: a longer bar is cut off


class BlocksPlot:
    """Five blocks for one job: parameters and MACs as shares of the standard convolution's, k x k and 1x1 apart."""

    def __init__(self, fig):
        rows = np.arange(len(NAMES))
        with house():
            self.axes = fig.subplots(1, 2, sharey=True)
            self.around = [axes.barh(rows, [0.5] * len(rows), 0.6, color=ORANGE) for axes in self.axes]
            self.across = [axes.barh(rows, [0.5] * len(rows), 0.6, 0.5, color=BLUE) for axes in self.axes]
            self.labels = [[axes.text(1, row, "", va="center", color=INK) for row in rows] for axes in self.axes]
            for axes, title in zip(self.axes, ("Parameters", "MACs for one image"), strict=True):
                axes.axvline(1, color=MUTED, linewidth=1.2, linestyle="--", zorder=0)
                axes.set(title=title, xlim=(0, 2.5), xticks=[0, 0.5, 1, 1.5])
                axes.set_xlabel("times the standard convolution's")
                axes.grid(False, axis="y")
            for row, (words, color) in enumerate((("k×k filters", ORANGE), ("1×1 filters", BLUE))):
                place = {"transform": self.axes[1].transAxes, "ha": "right"}
                self.axes[1].text(0.98, 0.3 - 0.12 * row, words, color=dark(color), **place)
            self.axes[0].set(yticks=rows, yticklabels=NAMES, ylim=(len(rows) - 0.5, -0.5))
            self.axes[0].set_ylabel("block")

    def update(self, channels, kernel, stride, expansion, squeeze, size):
        """As `block_costs` takes them; a bar is cut off at 1.5 times the standard one, its label tells the whole."""
        found = block_costs(channels, size, kernel=kernel, stride=stride, expansion=expansion, squeeze=squeeze)
        for side, what in enumerate(("parameters", "macs")):
            counts = [sum(getattr(layer, what) for layer in found[name]) for name in NAMES]
            for row, (name, count) in enumerate(zip(NAMES, counts, strict=True)):
                around = sum(getattr(layer, what) for layer in found[name] if layer.kind != "pointwise")
                first = min(around / counts[0], WIDEST)
                whole = min(count / counts[0], WIDEST)
                self.around[side][row].set_width(first)
                self.across[side][row].set(x=first, width=whole - first)
                share = f"  {ratio(count, counts[0])}" if row else ""
                self.labels[side][row].set(x=whole + 0.04, text=f"{short(count)}{share}")
        others = ", ".join(f"{n} {ratio(c, counts[0])}" for n, c in zip(NAMES[1:], counts[1:], strict=True))
        return (
            f"{channels} to {channels * stride} channels, {kernel}x{kernel}, stride {stride}, image {size}x{size}: "
            f"a standard convolution takes {short(counts[0])} MACs, and times that: {others}."
        )


class ReachPlot:
    """Left: which input channels each output depends on behind some ShuffleNet units. Right: how many pairs."""

    def __init__(self, fig):
        self.found = {kind: _reached(kind) for kind in (True, False)}
        with house():
            fig.get_layout_engine().set(wspace=0.06)
            left, right = fig.subplots(1, 2, width_ratios=[1, 1.1])
            self.image = left.imshow(
                self.found[True][0], cmap=ListedColormap([FAINT, BLUE]), vmin=0, vmax=1, aspect="auto"
            )
            left.set(title="Blue: the output depends on the input", xlabel="channel of the input")
            left.set(ylabel="channel behind the units", xticks=range(0, CHANNELS, 4), yticks=range(0, CHANNELS, 4))
            left.grid(False)
            for lines in (left.hlines, left.vlines):
                lines(np.arange(1, CHANNELS) - 0.5, -0.5, CHANNELS - 0.5, "white", linewidth=1)
            for kind, color, words, y in ((True, KEPT, "with the shuffle", 93), (False, CUT, "without", 43)):
                right.plot([100 * m.mean() for m in self.found[kind]], "o-", color=color, markersize=4)
                right.text(UNITS, y, words, color=dark(color), ha="right")
            self.mark = right.plot([], [], "o", markersize=12, fillstyle="none", color=LIMIT, markeredgewidth=2)[0]
            right.set(title="Pairs that hear of each other", xlabel="units behind each other", ylabel="of all pairs, %")
            right.set(ylim=(0, 105), xlim=(-0.4, UNITS + 0.4), xticks=range(UNITS + 1))

    def update(self, units, shuffle):
        """units 0 to 8 at stride 1; shuffle: True or False."""
        found = self.found[shuffle][units]
        self.image.set_data(found)
        self.mark.set_data([units], [100 * found.mean()])
        half = CHANNELS // 2
        way = "with" if shuffle else "without"
        across = found[:half, half:].sum() + found[half:, :half].sum()
        return (
            f"{units} unit{'s' * (units != 1)} {way} the shuffle: {found.sum()} of {found.size} pairs of channels "
            f"hear of each other, {across} of them across the halves."
        )


def short(count: float) -> str:
    """A count in three digits, as people say it.

    >>> short(940), short(13_748_224), short(2_100_000_000), short(0)
    ('940', '13.7 M', '2.1 G', 'impossible')
    """
    if not count:
        return "impossible"
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}"


def ratio(count: float, of: float) -> str:
    """How many times less, or more.

    >>> ratio(10, 84), ratio(14, 10), ratio(0, 10)
    ('1/8.4', '×1.4', '–')
    """
    if not count:
        return "–"
    return f"1/{of / count:.2g}" if count < of else f"×{count / of:.2g}"


def _reached(shuffle):
    """The matrix (out, in) of 0 and 1 behind 0, 1, 2, … units."""
    units = [ShuffleUnit(CHANNELS, CHANNELS, shuffle=shuffle) for _ in range(UNITS)]
    return [reach(nn.Sequential(*units[:count]), CHANNELS).int().numpy() for count in range(UNITS + 1)]
