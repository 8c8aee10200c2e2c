"""The panels that need no detector: overlap, anchors, suppression step by step, the BiFPN."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.detection.overlap import OverlapPlot
from edukit.plots.drawings.detection.anchors import AnchorsPlot
from edukit.plots.drawings.detection.bifpn import STEPS, BifpnPlot
from edukit.plots.drawings.detection.suppression_steps import SCORES, SuppressionStepsPlot


def overlap() -> Panel:
    """IoU by moving a box: its upper left corner and its size.

    >>> overlap().description[:63]
    'Box b of 10 × 8 pixels at (11, 4) shares 35 of 115 square pixel'
    """
    return Panel(OverlapPlot, x=(0, 12, 11), y=(0, 10, 4), width=(2, 12, 10), height=(2, 10, 8))


def anchors() -> Panel:
    """The anchors of one level around an object of a size that the learner chooses."""
    return Panel(AnchorsPlot, stride=[4, 8, 16], size=(4, 60, 26), still={"stride": 8, "size": 26})


def suppression_steps() -> Panel:
    """Seven boxes from the best to the worst; the still shows all of them judged."""
    return Panel(SuppressionStepsPlot, step=(0, len(SCORES), 0), still={"step": len(SCORES)}, play="step")


def bifpn(shares=None) -> Panel:
    """Three maps that are fused in four steps; shares: as a trained network has learned them, equal otherwise."""
    plot = BifpnPlot if shares is None else partial(BifpnPlot, shares=shares)
    return Panel(plot, step=(0, len(STEPS), 0), still={"step": 3}, play="step")
