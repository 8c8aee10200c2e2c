"""Elastic layers, drawn with the weights of a supernet: the middle of a kernel, the first channels, the first blocks.

    5x5 filter     wide channels             blocks of a stage          coloured: used; an empty outline: left out

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Arrow, Box, Meter
from edukit.plots.drawings.sheet import NORMAL, WIDTH, sheet, write
from edukit.plots.style import house
from edukit.search.elastic import kernel_centre
from edukit.search.supernet import Supernet

LEFT = 14
TOP = 58
FILTER = 150  # pixels of the kernel, its channels and its blocks
COLUMNS = 12


class ElasticPlot:
    """One stage of a supernet: one filter, the channels of the first block, the blocks."""

    def __init__(self, fig, supernet: Supernet | None = None, stage: int = 1):
        """supernet: by default one that has learned nothing; stage: counted from 1."""
        self.supernet = Supernet() if supernet is None else supernet
        self.stage = stage
        self.body = self.supernet.largest.stages[stage - 1][0].body
        self.largest = self.supernet.largest_choice
        self.total = self._weights(*(self.largest[f"{name}{stage}"] for name in ("kernel", "width", "depth")))
        importance = self.body[6].weight.detach().abs().sum((0, 2, 3)).numpy()
        self.importance = importance / importance.max()
        with house():
            self._draw(sheet(fig))

    def update(self, kernel, width, depth):
        """As the supernet's stage can choose them."""
        small = self.supernet.space.check(self.largest | self._named(kernel, width, depth))
        channels = self.body[0].in_channels * width
        self._show_kernel(kernel)
        shares = np.full(self.channels.shape, np.nan)
        shares.flat[:channels] = 0.15 + 0.85 * self.importance[:channels]
        self.channels.show(shares)
        for number, box in enumerate(self.blocks):
            box.mark(number < depth)
            box.say(f"block {number + 1}", "used" if number < depth else "left out")
        used = self._weights(*(small[name] for name in self._named(kernel, width, depth)))
        for text, words in zip(self.titles, self._titles(kernel, channels, depth), strict=True):
            text.set_text(words)
        self.meter.show(used / self.total, f"{used:,} of {self.total:,}")
        K, C, D = self.body[3].kernel_size[0], len(self.importance), len(self.blocks)
        return (
            f"Kernel {kernel}, width {width}, depth {depth}: {kernel**2} of {K**2} weights of each filter, the first "
            f"{channels} of {C} channels, {depth} of {D} blocks; {used:,} of the {self.total:,} weights of this stage."
        )

    def _draw(self, axes):
        K = self.body[3].kernel_size[0]
        size = FILTER / K
        self.kernel = Cells(axes, level_rows(LEFT, TOP, K, K, size), size)
        rows = -(-len(self.importance) // COLUMNS)
        side = min(18.0, FILTER / rows)
        self.channels = Cells(axes, level_rows(232, TOP, rows, COLUMNS, side), side)
        count = len(self.supernet.largest.stages[self.stage - 1])
        height = min(46.0, (FILTER - 18 * (count - 1)) / count)
        self.blocks = [Box(axes, 520, TOP + number * (height + 18), 120, height) for number in range(count)]
        for one, two in zip(self.blocks, self.blocks[1:], strict=False):
            Arrow(axes, [one.bottom, two.top])
        self.titles = [write(axes, x, 34, size=NORMAL, weight="bold", ha="left") for x in (LEFT, 232, 520)]
        self.meter = Meter(axes, LEFT, 240, WIDTH - 2 * LEFT, f"weights of stage {self.stage}")

    def _show_kernel(self, kernel):
        """The filter that the layer uses: the middle one, changed by its transform."""
        weight = self.body[3].weight.detach()
        K = weight.shape[-1]
        name = f"stages_{self.stage - 1}_0_body_3_weight_{kernel}"
        transform = self.supernet.transforms[name].detach() if kernel < K else None
        filter = kernel_centre(weight[0, 0], kernel, transform).abs().numpy()
        rim = (K - kernel) // 2
        shares = np.full((K, K), np.nan)
        shares[rim : K - rim, rim : K - rim] = 0.15 + 0.85 * filter / filter.max()
        self.kernel.show(shares)
        self.kernel.frame([((rim, rim), (K - rim - 1, K - rim - 1))])

    def _titles(self, kernel, channels, depth):
        return f"kernel {kernel} × {kernel}", f"first {channels} of {len(self.importance)} channels", f"depth {depth}"

    def _named(self, kernel, width, depth) -> dict:
        return {f"kernel{self.stage}": kernel, f"width{self.stage}": width, f"depth{self.stage}": depth}

    def _weights(self, kernel, width, depth) -> int:
        """Weights of the convolutions of the stage: M·w and N narrow channels around a filter for each wide one."""
        M, N = self.supernet.sizes["channels"][self.stage - 1 : self.stage + 1]
        return sum(width * C * (C + kernel**2 + N) for C in [M] + [N] * (depth - 1))
