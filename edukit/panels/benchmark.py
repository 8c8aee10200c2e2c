"""The panels of the lesson on the benchmark, and its table of stages."""

from functools import partial

from edukit.deployment.benchmark import HEADS, figures
from edukit.panels.panel import Panel
from edukit.plots.benchmark import PAY_IN, CallsPlot, ChoicePlot
from edukit.plots.drawings.deployment.pipeline import PipelinePlot
from edukit.table import Table


def pipeline() -> Panel:
    """From a teacher to a file, step by step.

    >>> pipeline().description
    'The teacher: many numbers of 4 bytes each.'
    """
    return Panel(PipelinePlot, step=(0, 4, 0), play="step", still={"step": 4})


def stages_table(stages, says: str) -> Table:
    """What each model weighs, knows and takes, a row for each, as `measure_stages` measured them."""
    return Table(HEADS, [figures(stage) for stage in stages], says)


def calls(times_s) -> Panel:
    """Mean and median of calls, with the length of the warm-up as the control.

    times_s   seconds of at least 50 calls of a fresh session, one after the other

    >>> calls([8e-3] + [2e-5] * 99).description[:41]
    '100 calls, the first takes 8,000 µs. With'
    """
    return Panel(partial(CallsPlot, times_s=times_s), warmup=(0, 40, 0), still={"warmup": 10}, figsize=(7.2, 3.2))


def choice(stages, images: int) -> Panel:
    """The cheapest model that loses little enough, in kB, µs or µJ.

    stages   as `measure_stages` measures them, the one to compare with first
    images   how many the accuracies were measured on
    """
    plot = partial(ChoicePlot, stages=stages, images=images)
    return Panel(plot, may_lose_points=(0.0, 6.0, 2.0), pay_in=list(PAY_IN), figsize=(7.5, 4.2))
