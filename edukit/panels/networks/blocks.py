"""The panels of lesson 09: what blocks cost, where a network's costs sit, which channels depend on each other."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.networks.block import KINDS, BlockPlot
from edukit.plots.drawings.networks.block_memory import STEPS, BlockMemoryPlot
from edukit.plots.networks.blocks import UNITS, BlocksPlot, ReachPlot
from edukit.plots.networks.layers import LayersPlot
from edukit.plots.networks.memory import MemoryPlot


def blocks() -> Panel:
    """Parameters and MACs of five blocks as channels, kernel, stride, expansion, squeeze and image size change.

    >>> blocks().description[:72]
    '128 to 128 channels, 3x3, stride 1, image 28x28: a standard convolution '
    """
    buttons = dict(channels=[32, 64, 128, 256, 512], kernel=[3, 5, 7], stride=[1, 2])
    sliders = dict(expansion=(1, 10, 6), squeeze=(1, 32, 8), size=(7, 56, 28))
    panel = Panel(BlocksPlot, **buttons, **sliders, figsize=(8.5, 3.0))
    panel.controls["channels"].value = 128
    return panel


def layers(nets) -> Panel:
    """Parameters, MACs and MACs a byte of each layer of published nets: nets {name: list of LayerCost}.

    >>> from edukit.networks import MobileClassifier
    >>> from edukit.networks.costs import layer_costs
    >>> layers({"MobileClassifier": layer_costs(MobileClassifier(), (3, 32, 32))}).description[:47]
    'MobileClassifier, layer 1 of 14, standard 3x3, '
    """
    longest = max(len(costs) for costs in nets.values())
    plot = partial(LayersPlot, nets=nets)
    return Panel(plot, net=list(nets), layer=(1, longest, 1), still={"layer": 2}, figsize=(8.5, 5.2))


def reached() -> Panel:
    """Which channels hear of each other behind some ShuffleNet units, with and without the shuffle.

    >>> reached().description[-60:]
    'of channels hear of each other, 0 of them across the halves.'
    """
    return Panel(
        ReachPlot, units=(0, UNITS, 1), shuffle=False, play="units", still={"units": UNITS}, figsize=(8.5, 3.4)
    )


def block_layers() -> Panel:
    """The layers of one of five blocks, with the channels and the MACs of each.

    >>> block_layers().description[:9]
    'Standard:'
    """
    return Panel(BlockPlot, kind=list(KINDS), still={"kind": "separable"})


def block_memory() -> Panel:
    """The values of an inverted residual block that are alive at each step, with and without the addition.

    >>> block_memory().description[:14]
    'Step 3 of 5, f'
    """
    return Panel(
        BlockMemoryPlot,
        step=(1, len(STEPS), 3),
        residual=True,
        play="step",
        still={"step": 3},
        figsize=(7, 2.8),
    )


def memory(nets) -> Panel:
    """The values that live at each layer of published nets: nets {name: {layer: bytes of float32}}.

    >>> memory({"one": {"0": 4000, "1": 2000}}).description
    'one: at most 1 kB of INT8 values are alive, at layer 1 of 2; 2 layers fit into 320 kB, 0 do not.'
    """
    return Panel(partial(MemoryPlot, nets=nets), net=list(nets), still={"net": list(nets)[-1]}, figsize=(8.5, 3.0))
