"""One layer of 36 weights, made smaller in five ways, and what each way does to the bytes.

    bytes = weights · bits / 8        fewer bits · zeros · fewer channels · another network · channels and bits

What is written in a cell is what a file stores: a weight, or the code of one. The bytes are those of the arrays.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from typing import NamedTuple

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, number, sheet, write
from edukit.plots.style import GREEN, house
from edukit.pruning.weights.mask import magnitude_mask
from edukit.quantization.grid.affine import choose_qparams, quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.lowbit.packing import pack

CHANNELS = 6  # on each side of the layer
FEW_BITS = 4
CELL = 36
LEFT, TOP = 56, 48
RIGHT, ROOM = 338, 330
NOTES = {
    "as trained": "Six channels in, six out, one weight for each pair.",
    "fewer bits": "Quantization: each weight becomes a number\nof equal steps, −7 to 7. The step is stored once.",
    "zeros": "Pruning: half of the weights are 0 now. A 0 takes\nas many bits as any other number.",
    "fewer channels": "Half of the channels go on both sides, and every\nweight that belongs to one of them.",
    "another network": "Distillation: a smaller network learns what the\nlarge one answers. Its weights are its own.",
    "channels and bits": "Both factors at once: the gains multiply.",
}


class Stored(NamedTuple):
    """What a way leaves of the layer: the numbers in the file, which cells they take (NaN: none), and their bits."""

    cells: np.ndarray
    bits: int
    size_bytes: int


class FourWaysPlot:
    """The layer as a square of cells, and the formula as three bars."""

    def __init__(self, fig, *, seed: int = 1):
        """seed: of the weights."""
        self.stored = ways(_weights(CHANNELS, seed))
        with house():
            axes = sheet(fig)
            self.cells = Cells(axes, level_rows(LEFT, TOP, CHANNELS, CHANNELS, CELL), CELL)
            middle = CHANNELS * CELL / 2
            write(axes, LEFT + middle, TOP - 14, "channels in", color=QUIET)
            write(axes, LEFT - 16, TOP + middle, "channels out", rotation=90, color=QUIET)
            self.title = write(axes, RIGHT, 24, ha="left", size=NORMAL, weight="bold")
            self.note = write(axes, RIGHT, 42, ha="left", va="top", color=QUIET, linespacing=1.35)
            names = ("weights", "× bits of each", "÷ 8 = bytes")
            self.meters = [Meter(axes, RIGHT, 118 + 50 * i, ROOM, name) for i, name in enumerate(names)]

    def update(self, way):
        """way: one of NOTES."""
        if way not in NOTES:
            raise ValueError(f"way must be one of {', '.join(NOTES)}, got {way!r}")
        stored = self.stored[way]
        whole = self.stored["as trained"]
        size = np.abs(stored.cells)
        words = [[_word(value) for value in row] for row in stored.cells]
        self.cells.show(size / np.nanmax(size), words, color=GREEN if way == "another network" else ACCENT)
        self.title.set_text(way)
        self.note.set_text(NOTES[way])
        weights, before = (int(np.isfinite(one.cells).sum()) for one in (stored, whole))
        rows = (weights, before), (stored.bits, whole.bits), (stored.size_bytes, whole.size_bytes)
        for meter, (left, all_of_it) in zip(self.meters, rows, strict=True):
            meter.show(left / all_of_it, f"{left} of {all_of_it}")
        zeros = int((stored.cells == 0).sum()) if way == "zeros" else 0
        held = f"{weights} weights" + (f", {zeros} of them 0," if zeros else "")
        return f"{way.capitalize()}: {held} of {stored.bits} bits take {stored.size_bytes} of {whole.size_bytes} bytes."


def ways(w: np.ndarray) -> dict[str, Stored]:
    """What each way stores of a square layer w (n, n) of float32.

    >>> [stored.size_bytes for stored in ways(np.ones((6, 6), np.float32)).values()]
    [144, 18, 144, 36, 64, 5]
    """
    another = _weights(len(w) * 2 // 3, seed=0)
    stays = np.ix_(_largest(w, axis=1), _largest(w, axis=0))
    zeros = np.where(magnitude_mask(w, 0.5), w, 0).astype(w.dtype)
    corner = np.ix_(range(len(another)), range(len(another)))
    everywhere = np.ix_(range(len(w)), range(len(w)))
    found = {
        "as trained": _placed(w, w, everywhere),
        "fewer bits": _placed(w, _codes(w), everywhere, FEW_BITS),
        "zeros": _placed(w, zeros, everywhere),
        "fewer channels": _placed(w, w[stays], stays),
        "another network": _placed(w, another, corner),
        "channels and bits": _placed(w, _codes(w[stays]), stays, FEW_BITS),
    }
    return {way: found[way] for way in NOTES}


def _weights(channels, seed) -> np.ndarray:
    """Weights of a square layer, none of them close to 0."""
    random = np.random.default_rng(seed)
    signs = random.choice([-1, 1], (channels, channels))
    return (signs * random.uniform(0.1, 0.94, signs.shape)).astype(np.float32)


def _codes(w) -> np.ndarray:
    return quantize(w, choose_qparams(*min_max(w), FEW_BITS, symmetric=True))


def _largest(w, axis) -> np.ndarray:
    """The half of the channels with the largest sums of sizes, in their order."""
    order = np.argsort(-np.abs(w).sum(axis), kind="stable")
    return np.sort(order[: len(order) // 2])


def _placed(w, stored, where, bits=32) -> Stored:
    """What is stored at its places in a square as large as w, and the bytes of it."""
    cells = np.full(w.shape, np.nan)
    cells[where] = stored
    data = pack(stored, bits) if bits < 8 else stored
    return Stored(cells, bits, data.nbytes)


def _word(value) -> str:
    """A number in a cell: a code as it is, a weight with one decimal, a pruned one as 0.

    >>> _word(-7.0), _word(0.62), _word(0.0), _word(np.nan)
    ('−7', '0.6', '0', '')
    """
    if np.isnan(value):
        return ""
    return number(value) if value == round(value) else number(value, 1)
