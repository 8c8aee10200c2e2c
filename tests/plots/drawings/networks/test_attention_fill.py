"""Attention: rows fill one after the other and sum to 1, and the state gives the package's own outputs."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.networks.attention import linear_attention, positive
from edukit.plots.drawings.networks.attention_fill import AttentionFillPlot, running


@pytest.fixture(scope="module")
def plot():
    return AttentionFillPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("step", range(13))
def test_a_step_fills_one_more_row_of_the_triangle(plot, step):
    said = plot.update(step)
    full = plot.cells.squares.get_facecolor()[:, 3] == 1
    assert full.sum() == step * (step + 1) // 2 and (full == (plot.rows < step)).all()
    assert f"all weights: {full.sum()}." in said and f"{8 * step} numbers" in said and "20 numbers" in said


def test_the_weights_of_a_row_sum_to_one(plot):
    assert np.allclose(plot.weights.sum(1), 1) and np.allclose(np.triu(plot.weights, 1), 0)


def test_the_state_gives_linear_attentions_outputs():
    q, k, v = torch.randn(3, 9, 4, generator=torch.Generator().manual_seed(3))
    sums, weight = (torch.from_numpy(part) for part in running(q, k, v))
    q_plus = positive(q - q.amax(-1, keepdim=True).clamp(max=0))
    y = (q_plus[:, None] @ sums[1:])[:, 0] / (q_plus * weight[1:]).sum(-1, keepdim=True)
    assert torch.allclose(y, linear_attention(q, k, v, causal=True), atol=1e-5)


def test_the_state_keeps_its_size_and_changes_its_numbers(plot):
    shown = []
    for step in (1, 12):
        plot.update(step)
        shown.append([text.get_text() for text in plot.state.numbers])
    assert len(shown[0]) == len(shown[1]) == 16 and shown[0] != shown[1]


@pytest.mark.parametrize("sizes", [(1, 4), (31, 4), (12, 0), (12, 5)])
def test_other_sizes_are_refused(sizes):
    with pytest.raises(ValueError, match="(length|features) must be a whole number"):
        AttentionFillPlot(Figure(), *sizes)


@pytest.mark.parametrize("step", [-1, 13])
def test_another_step_is_refused(plot, step):
    with pytest.raises(ValueError, match="step must be a whole number"):
        plot.update(step)
