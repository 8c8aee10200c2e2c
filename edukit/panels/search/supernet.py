"""The panels of a supernet: what a network uses of it, all of its networks, and bits chosen with the operators."""

from functools import partial

from edukit.experiments.search.supernet import NAMES, Row, measured
from edukit.panels.panel import Panel
from edukit.plots.drawings.search.elastic import ElasticPlot
from edukit.plots.search.supernet import OperatorsAndBitsPlot, SubNetworksPlot
from edukit.search.supernet import Supernet
from edukit.search.trained_supernet import trained_supernet


def elastic(supernet: Supernet | None = None, stage: int = 1) -> Panel:
    """What one stage of a network uses of the supernet's weights; by default of the bundled one.

    >>> elastic().description[:28]
    'Kernel 5, width 6, depth 3: '
    """
    supernet = trained_supernet() if supernet is None else supernet
    options = {choice.name: list(choice.options) for choice in supernet.space.choices}
    controls = {name: options[f"{name}{stage}"] for name in ("kernel", "width", "depth")}
    largest = {name: values[-1] for name, values in controls.items()}
    panel = Panel(
        partial(ElasticPlot, supernet=supernet, stage=stage), **controls, still={n: v[0] for n, v in controls.items()}
    )
    for name, value in largest.items():
        panel.controls[name].value = value
    return panel


def sub_networks(rows: list[Row] | None = None) -> Panel:
    """Accuracy, MACs and bytes of each of the supernet's networks, as measured once; by default the bundled table.

    >>> sub_networks().description[:38]
    'Stage 1: kernel 3, width 3, depth 2; s'
    """
    rows = measured() if rows is None else rows
    controls = {name: sorted({row.choice[name] for row in rows}) for name in NAMES}
    still = dict(kernel1=5, width1=4, depth1=2)
    return Panel(partial(SubNetworksPlot, rows=rows), **controls, still=still, figsize=(7.5, 3.2))


def operators_and_bits(rows: list[Row] | None = None) -> Panel:
    """Two fronts, with a limit of bytes as the control; by default of the bundled table."""
    rows = measured() if rows is None else rows
    least = -(-min(row.size_bytes for row in rows if row.bits1 != 32) // 1000)
    return Panel(
        partial(OperatorsAndBitsPlot, rows=rows), limit_kb=(least, 60, 30), still={"limit_kb": 20}, figsize=(7.5, 3.2)
    )
