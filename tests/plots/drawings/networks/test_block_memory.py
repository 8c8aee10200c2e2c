"""The block's memory: what the drawing says is alive is what the kit measures on the real block."""

import pytest
from matplotlib.figure import Figure
from torch import nn

from edukit.networks import InvertedResidual
from edukit.networks.live_memory import peak_bytes
from edukit.plots.drawings.networks.block_memory import NAMES, STEPS, BlockMemoryPlot, alive, alive_sizes


@pytest.fixture(scope="module")
def plot():
    return BlockMemoryPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize(("channels", "expansion", "size"), [(24, 6, 28), (3, 2, 1), (8, 4, 9)])
def test_the_peak_of_all_steps_is_that_of_the_real_block(channels, expansion, size, residual):
    plot = BlockMemoryPlot(Figure(figsize=(7, 2.8)), channels, expansion, size)
    peak = max(sum(alive_sizes(plot.sizes, step, residual)) for step in range(1, len(STEPS) + 1))
    real = InvertedResidual(channels, channels, expansion=expansion)
    assert 4 * peak == peak_bytes(real if residual else nn.Sequential(real.body), (channels, size, size))


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
def test_what_is_alive_is_marked_and_summed(plot, step, residual):
    said = plot.update(step, residual)
    marked = [name for name in NAMES if plot.boxes[name].patch.get_linewidth() > 1]
    held = sum(plot.sizes[name] for name in alive(step, residual))
    assert marked == sorted(alive(step, residual), key=NAMES.index)
    assert (
        f"{held:,} values; {'the' if residual else 'no'} input is added." in said
        and plot.meter.words.get_text() == f"{held:,}"
    )
    assert plot.passing.line.get_visible() == residual


@pytest.mark.parametrize("step", [0, 6, 1.5])
def test_other_steps_are_refused(plot, step):
    with pytest.raises(ValueError, match="step must be a whole number"):
        plot.update(step, True)
