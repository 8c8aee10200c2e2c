"""The bytes of values that live at each layer of several networks, beside the memory of a small chip.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from edukit.plots.style import BLUE, LIMIT, ORANGE, dark, house

CHIP = 320  # kB of memory of an STM32F746, the chip of the MCUNet paper


class MemoryPlot:
    """A bar for each layer: kB that its values take with one byte each; the largest one in another colour."""

    def __init__(self, fig, nets):
        """nets: {name: {layer: bytes of float32}}."""
        self.nets = {name: np.array(list(layers.values())) / 4000 for name, layers in nets.items()}
        self.layers = {name: list(layers) for name, layers in nets.items()}
        with house():
            self.axes = fig.subplots()
            self.bars = self.axes.vlines([], 0, [], BLUE, linewidth=6)
            self.axes.axhline(CHIP, color=LIMIT, linestyle="--", linewidth=1.2)
            top = max(CHIP, *(values.max() for values in self.nets.values()))
            most = max(map(len, self.nets.values()))
            self.axes.set(xlim=(0, most + 1), ylim=(0, 1.15 * top), xlabel="layer", ylabel="kB of INT8 values alive")
            self.axes.text(most + 0.5, CHIP + 0.03 * top, f"{CHIP} kB", color=dark(LIMIT), ha="right")
            self.axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
            self.words = self.axes.text(0, 0, "", color=dark(ORANGE), va="bottom", ha="left")

    def update(self, net):
        """net: one of `nets`."""
        values = self.nets[net]
        places = np.arange(1, len(values) + 1)
        peak = int(values.argmax())
        self.bars.set_segments([[(place, 0), (place, value)] for place, value in zip(places, values, strict=True)])
        self.bars.set_color([ORANGE if place == peak + 1 else BLUE for place in places])
        self.words.set(position=(peak + 1, values[peak]), text=f" {values[peak]:,.0f} kB, layer {peak + 1}")
        fit = int((values <= CHIP).sum())
        return (
            f"{net}: at most {values[peak]:,.0f} kB of INT8 values are alive, at layer {peak + 1} of {len(values)}; "
            f"{fit} layers fit into {CHIP} kB, {len(values) - fit} do not."
        )
