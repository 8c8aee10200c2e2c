"""One update of four weights: the numbers drawn are those of the formula."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.latent_weights import LatentWeightsPlot


def drawn(plot):
    return [[text.get_text() for text in column] for column in plot.columns]


def test_each_step_fills_what_it_says():
    plot = LatentWeightsPlot(Figure(figsize=(7, 2.8)))
    filled = []
    for step in range(6):
        assert plot.update(step).startswith(f"Step {step} of 5: ")
        filled.append(sum(any(column) for column in drawn(plot)))
    assert filled == [1, 2, 3, 4, 6, 6]


def test_the_numbers_are_those_that_are_computed_by_hand():
    """S = 0.5, codes -4 to 3; a rate of 0.04 moves 0.3 to 0.26, which stays code 1, and 0.8 to 0.72, now code 1."""
    plot = LatentWeightsPlot(Figure(figsize=(7, 2.8)))
    plot.update(4)
    assert drawn(plot) == [
        ["0.30", "0.80", "−9.00", "9.00"],
        ["1", "2", "0", "0"],
        ["1", "2", "−4", "3"],
        ["passes", "passes", "stops", "stops"],
        ["0.5", "1.0", "−2.0", "1.5"],
        ["1", "2", "3", "4"],
    ]
    said = plot.update(5)
    assert said.endswith("moves 2 latent weights, and of the stored weights it changes 1.")
    assert drawn(plot)[0][:2] == ["0.26", "0.72"] and drawn(plot)[2] == ["1", "1", "−4", "3"]
    assert [text.get_fontweight() for text in plot.columns[2]] == ["normal", "bold", "normal", "normal"]


@pytest.mark.parametrize("step", [-1, 6, 1.5])
def test_other_steps_are_refused(step):
    with pytest.raises(ValueError, match="step"):
        LatentWeightsPlot(Figure(figsize=(7, 2.8))).update(step)
