"""A bank of filters, drawn: what goes away by single weights, filters, channels, and two of every four.

    weights left · bytes of the smallest format that holds them · multiply-adds (MACs) that are still done

A group of two-of-four lies along the channels, at one place of one filter, as processors read it.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.networks.costs import LayerCost
from edukit.plots.drawings.cells import Cells, filter_bank
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, sheet, write
from edukit.plots.style import house
from edukit.pruning.score import filter_scores
from edukit.pruning.weights.mask import magnitude_mask, two_four_mask
from edukit.pruning.weights.storage import stored_bytes
from edukit.refuse import check_whole

CHANNELS = 4  # one group of 2:4
KERNEL = 3
CELL = 12
APART = 8
LEFT = 50
TOP = 66
RIGHT = 432
ROOM = 252  # pixels of what stands to the right of the bank
SIZE = 16  # height and width of the image that the bank filters
PALEST = 0.45  # a kept cell is never as pale as an empty one
NOTES = {
    "single weights": "Zeros lie everywhere, and an ordinary\nprocessor multiplies by them as well.",
    "filters": "A smaller layer is left: fewer outputs,\nand less for the next layer to read.",
    "channels": "A smaller layer is left: fewer inputs,\nand less for the layer before to make.",
    "2:4": "Two of four stay; one four is framed.\nProcessors with 2:4 units skip the rest.",
}


class FilterBankPlot:
    """Eight filters for four channels: the coloured cells stay, the empty ones go."""

    def __init__(self, fig, filters: int = 8, *, seed: int = 0):
        """filters: 1 to 8; seed: of the weights."""
        check_whole(filters, "filters", 1, 8)
        shape = filters, CHANNELS, KERNEL, KERNEL
        self.weights = np.random.default_rng(seed).normal(size=shape).astype(np.float16)
        step = KERNEL * CELL + APART
        with house():
            axes = sheet(fig)
            corners = filter_bank(LEFT, TOP, filters, CHANNELS, KERNEL, CELL, apart=APART)
            self.cells = Cells(axes, corners, CELL)
            middle = (KERNEL * CELL) / 2
            write(axes, LEFT, 26, f"{filters} filters: one for each output", ha="left", size=NORMAL, weight="bold")
            for f in range(filters):
                write(axes, LEFT + step * f + middle, TOP - 13, f"{f + 1}", color=QUIET)
            for c in range(CHANNELS):
                write(axes, LEFT - 12, TOP + step * c + middle, f"{c + 1}", color=QUIET)
            write(axes, 18, TOP + 2 * step - APART / 2, f"{CHANNELS} channels", rotation=90, color=QUIET)
            names = ("weights", "bytes", "MACs")
            self.meters = [Meter(axes, RIGHT, TOP + 3 + 46 * i, ROOM, name) for i, name in enumerate(names)]
            self.note = write(axes, RIGHT, TOP + 160, ha="left", color=QUIET, linespacing=1.35)

    def update(self, kind, sparsity_percent):
        """kind: one of NOTES; sparsity_percent 0 to 90, without effect on 2:4, which takes out half."""
        if kind not in NOTES:
            raise ValueError(f"kind must be one of {', '.join(NOTES)}, got {kind!r}")
        if not 0 <= sparsity_percent <= 90:
            raise ValueError(f"sparsity_percent must be from 0 to 90, got {sparsity_percent!r}")
        mask = masks(self.weights, sparsity_percent / 100)[kind]
        size = np.abs(self.weights.astype(float))
        self.cells.show(np.where(mask, PALEST + (1 - PALEST) * size / size.max(), np.nan))
        group = [(0, c, 0, 0) for c in range(mask.shape[1])] if kind == "2:4" else []
        self.cells.frame([(cell, cell) for cell in group])
        self.note.set_text(NOTES[kind])
        kept, whole = int(mask.sum()), mask.size
        format, held = smallest(self.weights, mask, kind)
        macs, before = macs_left(mask, kind), _macs(*mask.shape[:2])
        rows = ((kept, whole, ""), (held, self.weights.nbytes, f" ({format})"), (macs, before, ""))
        for meter, (left, all_of_it, how) in zip(self.meters, rows, strict=True):
            meter.show(left / all_of_it, f"{left:,} of {all_of_it:,}{how}")
        where = " where a processor has 2:4 units" if kind == "2:4" else ""
        return (
            f"Pruned by {kind}: {kept} of {whole} weights stay, {held} of {self.weights.nbytes} bytes ({format}), and "
            f"{macs:,} of {before:,} MACs{where}."
        )


def masks(w: np.ndarray, sparsity: float) -> dict[str, np.ndarray]:
    """What each way of pruning keeps of w (filters, channels, k, k): {kind: True where a weight stays}.

    At least one filter and one channel stay.

    >>> [int(mask.sum()) for mask in masks(np.ones((8, 4, 3, 3)), 0.5).values()]
    [144, 144, 144, 144]
    """
    filters = np.ones(w.shape, bool)
    filters[_lowest(w, sparsity)] = False
    channels = np.ones(w.shape, bool)
    channels[:, _lowest(w.swapaxes(0, 1), sparsity)] = False
    fours = np.moveaxis(two_four_mask(np.moveaxis(w, 1, -1)), -1, 1)
    return {"single weights": magnitude_mask(w, sparsity), "filters": filters, "channels": channels, "2:4": fours}


def smallest(w: np.ndarray, mask: np.ndarray, kind: str) -> tuple[str, int]:
    """The format that holds what stays in the fewest bytes, and these bytes; whole filters and channels leave w.

    >>> w = np.ones((8, 4, 3, 3), np.float16)
    >>> smallest(w, masks(w, 0.5)["2:4"], "2:4")
    ('2:4', 324)
    """
    rows = np.moveaxis(np.where(mask, w, 0).astype(w.dtype), 1, -1)
    if kind == "2:4":
        return "2:4", stored_bytes(rows.reshape(-1, rows.shape[-1]), "2:4")
    if kind == "single weights":
        sizes = {format: stored_bytes(rows, format) for format in ("dense", "bitmask", "csr")}
        return min(sizes.items(), key=lambda item: item[1])
    return "dense", int(mask.sum()) * w.dtype.itemsize


def macs_left(mask: np.ndarray, kind: str) -> int:
    """MACs of the convolution that is left, on an image of SIZE x SIZE; single zeros are still multiplied.

    >>> macs_left(np.ones((8, 4, 3, 3), bool), "filters")  # 16 · 16 places, 8 · 4 · 9 weights
    73728
    """
    whole = _macs(*mask.shape[:2])
    if kind in ("single weights", "2:4"):
        return whole // (2 if kind == "2:4" else 1)
    return _macs(int(mask.any((1, 2, 3)).sum()), int(mask.any((0, 2, 3)).sum()))


def _macs(filters, channels):
    size = SIZE, SIZE
    return LayerCost("bank", (channels, filters), (KERNEL, KERNEL), seen=size, made=size).macs


def _lowest(w, sparsity):
    """The filters that go: those with the smallest sums of absolute weights, but never all."""
    gone = min(round(sparsity * len(w)), len(w) - 1)
    return np.argsort(filter_scores(w.astype(np.float32)), kind="stable")[:gone]
