"""The panels that show what a detector found: suppression on a scene, precision and recall, the stages of a recipe."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.detection.curve import PrecisionRecallPlot
from edukit.plots.detection.scenes import StagesPlot, SuppressionPlot


def suppression(image, found, truth, names) -> Panel:
    """Which boxes stay on a scene: score and threshold of IoU in percent; arguments as for `SuppressionPlot`."""
    plot = partial(SuppressionPlot, image=image, found=found, truth=truth, names=names)
    return Panel(plot, score_percent=(5, 95, 30), iou_percent=(0, 100, 50), figsize=(7.5, 4.0))


def precision_recall(scores, hits, objects: int) -> Panel:
    """How precision and recall move with the threshold of the score.

    >>> precision_recall([0.9, 0.6, 0.3], [True, False, True], objects=2).description[:41]
    'Score at least 50 %: 2 boxes, 1 of them r'
    """
    plot = partial(PrecisionRecallPlot, scores=scores, hits=hits, objects=objects)
    return Panel(plot, score_percent=(0, 100, 50), figsize=(7.0, 3.4))


def stages(images, truth, found, names) -> Panel:
    """What each stage of a recipe finds on a few scenes: found, {stage: (boxes, scores, classes) of each}."""
    plot = partial(StagesPlot, images=images, truth=truth, stages=found, names=names)
    return Panel(plot, stage=list(found), still={"stage": list(found)[-1]}, figsize=(8.5, 2.6))
