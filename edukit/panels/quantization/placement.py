"""The panel of lesson 03: a block of a network on its way to integers."""

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.placement_steps import STEPS, PlacementPlot


def placement() -> Panel:
    """A residual block as it was trained, folded, with grids, and in integers.

    >>> placement().description[:19]
    'Step 0, as trained:'
    """
    return Panel(PlacementPlot, step=(0, len(STEPS) - 1, 0), play="step", still={"step": 2}, figsize=(7.5, 3.0))
