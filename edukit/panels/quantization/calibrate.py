"""The panels of lesson 02: a range and its two errors, merged codes, more images, batches in time."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.merged_codes import COUNTS, MergedCodesPlot
from edukit.plots.quantization.calibrate import METHODS, MoreImagesPlot, MovingAveragePlot, RangePlot


def ranges(observer) -> Panel:
    """Which values of a layer deserve a code, and what clipping and rounding cost.

    observer   an `edukit.quantization.Observer` that has watched the layer

    >>> from edukit.quantization import Observer
    >>> observer = Observer()
    >>> for batch in ([0.0, 1.0, 2.0], [0.0, 1.5, 8.0]):
    ...     observer.update(batch)
    >>> ranges(observer).description[:43]
    'min_max at 4 bits: 0.00 to 8.00, step 0.533'
    """
    plot = partial(RangePlot, observer=observer)
    start = {"method": list(METHODS), "bits": (2, 8, 4), "percentile": (90.0, 100.0, 99.9)}
    return Panel(plot, figsize=(7.5, 4.6), still={"method": "mse", "bits": 4}, **start)


def merged_codes() -> Panel:
    """What four codes still know of a histogram, for each window of its bins, and what KL makes of it.

    >>> merged_codes().description
    'A window of 12 bins for 4 codes clips 0 of 100 values; the codes lose KL = 0.161.'
    """
    return Panel(MergedCodesPlot, window=(4, len(COUNTS), len(COUNTS)), still={"window": 8}, figsize=(7.5, 3.0))


def more_images(ends) -> Panel:
    """Where a range ends as more images are watched: {way: {images: [end, for each draw]}}, images doubling.

    >>> more_images({"min_max": {1: [3.0, 5.0], 2: [4.0, 6.0]}}).description[:60]
    '1 images, where the range ends on average (smallest to large'
    """
    doublings = len(next(iter(ends.values()))) - 1
    return Panel(
        partial(MoreImagesPlot, ends=ends),
        doublings=(0, doublings, 0),
        figsize=(7.5, 3.4),
        still={"doublings": doublings},
    )


def momentum(history) -> Panel:
    """Batches in time and their moving average: history (batches, 2), as an `Observer` keeps it.

    >>> momentum([[0, 4], [0, 8]]).description[:46]
    'Momentum 0.90, started with the first batch: a'
    """
    plot = partial(MovingAveragePlot, history=history)
    return Panel(
        plot, momentum=(0.0, 0.99, 0.9), start_at_zero=False, figsize=(7.5, 3.2), still={"start_at_zero": True}
    )
