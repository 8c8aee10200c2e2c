"""Weights and inputs: what is empty are the lowest scores, and the change is that of the outputs."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.pruning.weights_and_inputs import LARGE, SCORES, TIMES, WeightsAndInputsPlot, kept


@pytest.fixture(scope="module")
def plot():
    return WeightsAndInputsPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("score", SCORES)
def test_half_of_each_row_is_empty_in_both_matrices_and_the_change_is_said(plot, score, times):
    said = plot.update(score, times)
    filled = [(cells.squares.get_facecolor()[:, 3] == 1).reshape(plot.w.shape) for cells in (plot.weights, plot.scores)]
    assert np.array_equal(*filled) and filled[0].sum(1).tolist() == [3, 3, 3]
    norms = np.where(np.arange(6) == LARGE, times, 1)
    by_hand = kept(abs(plot.w) * (norms if score == "Wanda" else 1))
    assert np.array_equal(filled[0], by_hand)
    x = plot.x * norms
    lost = np.linalg.norm(x @ plot.w.T - x @ (plot.w * by_hand).T) / np.linalg.norm(x @ plot.w.T)
    assert f"change by {100 * lost:.0f} %" in said and f"{by_hand[:, LARGE].sum()} of the 3 weights" in said


def test_inputs_of_one_size_make_no_difference_and_a_large_one_does(plot):
    same = [plot.update(score, 1).partition(":")[2] for score in SCORES]
    other = [plot.update(score, 10).partition(":")[2] for score in SCORES]
    assert same[0] == same[1] and other[0] != other[1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("taylor", 1), "score must be one of magnitude, Wanda, got 'taylor'"),
        (("Wanda", 2), "one_input_times must be one of 1, 3, 10, got 2"),
    ],
)
def test_other_values_are_refused(plot, values, message):
    with pytest.raises(ValueError, match=message):
        plot.update(*values)
