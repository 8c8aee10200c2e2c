"""Scales that weights share, drawn: one for the tensor, one for each row, one for each group of four.

    one colour and one frame   the weights of one scale          the same colour to the right   that scale

The numbers in the cells are the codes. Where a scale serves small and large weights, the small ones get few codes.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from dataclasses import replace

import numpy as np
import torch
from torch import nn

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Box, Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, SMALL, number, sheet, tints, write
from edukit.plots.style import BLUE, GREEN, ORANGE, RED, house
from edukit.quantization.grid.affine import choose_qparams, quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.granularity import split_groups
from edukit.quantization.grid.sweep import SCALE_BITS, SHARINGS, as_stored, error_sweep

ROWS = 4
COLUMNS = 12
GROUP = 4
BITS = 4
LEFT = 20
TOP = 62
SIZE = 32  # pixels of a cell
SCALES = 440
APART = 82  # pixels from one scale to the next
MOST = 12  # bits a weight that fill the meters: 4 of a code, and 32 for each four weights
HUES = (BLUE, ORANGE, GREEN, RED)
DEPTHS = (0.55, 0.25, 0.85)  # neighbours in a row differ in lightness


class SharedScalesPlot:
    """A matrix of weights and its scales, the codes of 4 bits, and how many bits a weight then takes."""

    def __init__(self, fig, *, seed: int = 0):
        """seed: of the weights; their rows differ in size, as those of networks do."""
        random = np.random.default_rng(seed)
        self.weights = (random.normal(size=(ROWS, COLUMNS)) * [[1.0], [0.2], [0.5], [0.1]]).astype(np.float32)
        self.found = {
            (row.sharing, bits): row for bits in SCALE_BITS for row in _errors(self.weights, bits) if row.bits == BITS
        }
        with house():
            axes = sheet(fig)
            self.cells = Cells(axes, level_rows(LEFT, TOP, ROWS, COLUMNS, SIZE), SIZE)
            words = f"{ROWS} rows of {COLUMNS} weights: their codes of {BITS} bits"
            write(axes, LEFT, 24, words, ha="left", size=NORMAL, weight="bold")
            self.title = write(axes, SCALES, 24, ha="left", size=NORMAL, weight="bold")
            self.where = write(axes, LEFT, 45, ha="left", color=QUIET)
            write(axes, SCALES, 45, "the distance of two codes", ha="left", color=QUIET)
            self.boxes = {sharing: self._draw_scales(axes, sharing) for sharing in SHARINGS}
            names = ("codes", "scales")
            self.meters = [Meter(axes, LEFT + 202 * i, 222, 182, name) for i, name in enumerate(names)]
            self.total = write(axes, SCALES, 222, ha="left", size=NORMAL, weight="bold")
            self.error = write(axes, SCALES, 243, ha="left", size=SMALL, color=QUIET)

    def update(self, share, scale_bits):
        """share: one of SHARINGS; scale_bits: 8, 16 or 32."""
        if share not in SHARINGS:
            raise ValueError(f"share must be one of {', '.join(SHARINGS)}, got {share!r}")
        if scale_bits not in SCALE_BITS:
            raise ValueError(f"scale_bits must be 8, 16 or 32, got {scale_bits!r}")
        codes, scales = shared(self.weights, share, scale_bits)
        colors = _colors(scales.shape)
        across = COLUMNS // scales.shape[1]
        down = ROWS // scales.shape[0]
        self.cells.paint(colors.repeat(down, 0).repeat(across, 1), words=[number(q) for q in codes.ravel()])
        places = np.ndindex(scales.shape)
        regions = [((r * down, c * across), ((r + 1) * down - 1, (c + 1) * across - 1)) for r, c in places]
        self.cells.frame(regions)
        for sharing, boxes in self.boxes.items():
            for artist in (artist for box in boxes for artist in box.artists):
                artist.set_visible(sharing == share)
        for box, scale in zip(self.boxes[share], scales.ravel(), strict=True):
            box.say(f"{scale:.3f}")
        return self._count(share, scale_bits, scales.size)

    def _count(self, share, scale_bits, count):
        row = self.found[share, scale_bits]
        of_scales = row.bits_per_weight - BITS
        for meter, bits in zip(self.meters, (BITS, of_scales), strict=True):
            meter.show(bits / MOST, f"{bits:.2f} bits")
        scales = f"{count} scale{'s' * (count > 1)} of {scale_bits} bits"
        self.title.set_text(scales)
        self.where.set_text("one frame: the weights that share a scale")
        self.total.set_text(f"{row.bits_per_weight:.2f} bits a weight")
        self.error.set_text(f"signal over error: {row.sqnr_db:.1f} dB")
        extra = " and one of 32 for them all" if scale_bits == 8 else ""
        return (
            f"Scales {share}: {scales}{extra} beside {ROWS * COLUMNS} codes of {BITS} bits make "
            f"{row.bits_per_weight:.2f} bits a weight, and {row.sqnr_db:.1f} dB of signal over error."
        )

    def _draw_scales(self, axes, sharing):
        """A box for each scale, as high as the rows that it serves."""
        _, scales = shared(self.weights, sharing)
        colors = _colors(scales.shape)
        height = SIZE * ROWS // len(scales)
        boxes = []
        for row, column in np.ndindex(scales.shape):
            place = SCALES + APART * column, TOP + height * row + 2
            boxes.append(Box(axes, *place, APART - 8, height - 4))
            boxes[-1].patch.set_facecolor(colors[row, column])
        return boxes


def shared(w: np.ndarray, share: str, scale_bits: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Codes of 4 bits (rows, columns), and the scales that they are counted in, (rows, groups), (rows, 1) or (1, 1).

    >>> codes, scales = shared(np.eye(4, dtype=np.float32), "per channel")
    >>> codes[0].tolist(), scales.shape
    ([7, 0, 0, 0], (4, 1))
    """
    w = torch.from_numpy(w)
    values = split_groups(w, GROUP) if share == "per group" else w
    axis = {"per tensor": None, "per channel": 0, "per group": (0, 1)}[share]
    grid = choose_qparams(*min_max(values, axis), BITS, symmetric=True)
    grid = replace(grid, scale=as_stored(grid.scale, scale_bits))
    scales = grid.scale.numpy()
    return quantize(values, grid).reshape(w.shape).numpy(), scales.reshape(len(scales) if scales.ndim else 1, -1)


def _errors(w, scale_bits):
    layer = nn.Linear(COLUMNS, ROWS, bias=False)
    layer.weight = nn.Parameter(torch.from_numpy(w))
    return error_sweep(nn.Sequential(layer), [BITS], group_size=GROUP, scale_bits=scale_bits)


def _colors(shape):
    """A colour for each scale: a hue for each row, a lightness for each group in it."""
    return np.array([[tints(DEPTHS[column], HUES[row]) for column in range(shape[1])] for row in range(shape[0])])
