"""Softmax by blocks, drawn: the state shown last gives the package's outputs, and one block is held at a time."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.networks.attention import softmax_attention
from edukit.plots.drawings.networks.block_fill import BlockFillPlot


@pytest.fixture(scope="module")
def plot():
    return BlockFillPlot(Figure(figsize=(7, 2.8)))


def test_the_last_block_of_each_row_gives_the_outputs_of_softmax_attention(plot):
    q, k, v = torch.randn(3, 12, 3, generator=torch.Generator().manual_seed(0))
    last = [plot.states[plot.order.index((row, row))] for row in range(3)]
    found = np.concatenate([values / total[:, None] for _, total, values in last])
    assert np.allclose(found, softmax_attention(q, k, v, causal=True), atol=1e-5)


@pytest.mark.parametrize("step", range(7))
def test_a_step_adds_a_block_and_never_a_later_key(plot, step):
    said = plot.update(step)
    full = plot.cells.squares.get_facecolor()[:, 3] == 1
    blocks = {(row, column) for row, column in zip(plot.rows[full] // 4, plot.columns[full] // 4, strict=True)}
    assert blocks == set(plot.order[:step]) and (plot.columns[full] <= plot.rows[full]).all()
    assert said.startswith(f"{step} of 6 blocks seen.") and "144 numbers" in said and "are 36," in said


def test_the_numbers_shown_are_those_of_the_queries_at_work(plot):
    plot.update(2)
    maximum = [float(text.get_text().replace("−", "-")) for text in plot.state[0].numbers]
    assert np.allclose(maximum, plot.states[1][0], atol=0.051)
    assert plot.queries.get_text() == "held for queries 5 to 8"


def test_weights_of_seen_keys_sum_to_the_total(plot):
    q, k, _ = torch.randn(3, 12, 3, generator=torch.Generator().manual_seed(0))
    scores = (q[4:8] @ k.T / 3**0.5).numpy()
    maximum, total, _ = plot.states[plot.order.index((1, 0))]
    assert np.allclose(total, np.exp(scores[:, :4] - maximum[:, None]).sum(1), rtol=1e-5)


@pytest.mark.parametrize("sizes", [(0, 4, 3), (7, 4, 3), (3, 5, 3), (3, 4, 0)])
def test_other_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="(blocks|block|features) must be a whole number"):
        BlockFillPlot(Figure(), *sizes)


@pytest.mark.parametrize("step", [-1, 7])
def test_another_step_is_refused(plot, step):
    with pytest.raises(ValueError, match="step must be a whole number"):
        plot.update(step)
