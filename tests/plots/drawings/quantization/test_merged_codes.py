"""The drawing of merged codes: its rows are P and Q, and its curve is the package's divergence."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.merged_codes import COUNTS, MergedCodesPlot, merged
from edukit.quantization.grid.entropy import divergence


@pytest.fixture(scope="module")
def plot():
    return MergedCodesPlot(Figure(figsize=(7, 2.8)))


def written(cells):
    return [float(text.get_text()) for text in cells.numbers if text.get_text()]


@pytest.mark.parametrize("window", range(4, 13))
def test_p_and_q_have_the_divergence_that_is_said(plot, window):
    P, Q, _ = merged(np.array(COUNTS), window, 4)
    some = P > 0
    loss = np.sum(P[some] * np.log(P[some] / Q[some])) / 100
    assert loss == pytest.approx(divergence(np.array(COUNTS), 0, window, 4))
    assert plot.update(window).endswith(f"KL = {loss:.3f}.") and f"{loss:.3f}" in plot.said.get_text()


@pytest.mark.parametrize("window", range(4, 13))
def test_p_holds_all_values_and_q_those_in_the_window(plot, window):
    said = plot.update(window)
    assert sum(written(plot.p)) == 100 and len(written(plot.p)) == window
    guessed = 0.5 * (window == 11)  # the last code saw no value there, and counts as half of one
    assert sum(written(plot.q)) == pytest.approx(sum(COUNTS[:window]) + guessed, abs=0.05)
    assert f"clips {100 - sum(COUNTS[:window])} of 100" in said
    assert len(plot.q.frames.get_segments()) == 4


def test_of_the_three_windows_of_the_lesson_the_middle_one_loses_least(plot):
    four, eight, twelve = (plot.losses[bins - 4] for bins in (4, 8, 12))
    assert eight < twelve < four and plot.losses.min() > 0


@pytest.mark.parametrize("window", [3, 13, 8.5])
def test_a_window_that_is_none_is_refused(plot, window):
    with pytest.raises((ValueError, TypeError), match="window"):
        plot.update(window)
