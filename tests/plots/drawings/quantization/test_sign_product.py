"""Two rows of signs: the sum on the left is the count on the right, and both are those of the package."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.sign_product import N, SignProductPlot
from edukit.quantization.lowbit.popcount import binary_dot, pack_signs


def drawn(row):
    return [text.get_text() for text in row.numbers]


@pytest.mark.parametrize("seed", range(5))
def test_both_ways_give_the_product_of_the_package(seed):
    plot = SignProductPlot(Figure(figsize=(7, 2.8)), seed=seed)
    said = plot.update(4)
    a, b = pack_signs(plot.signs.astype(float))
    right = int(binary_dot(a, b, N))
    assert right == int((plot.signs[0] * plot.signs[1]).sum())
    assert said.endswith(f"= {right}.")
    assert plot.sum.get_text() == f"sum: {right}".replace("-", "−")
    assert drawn(plot.right[2]).count("1") == (N - right) // 2


def test_each_step_fills_what_it_says():
    plot = SignProductPlot(Figure(figsize=(7, 2.8)))
    filled = []
    for step in range(5):
        plot.update(step)
        rows = [*plot.left, *plot.right]
        filled.append(sum(not (np.array(row.squares.get_facecolor())[:, 3] == 0).all() for row in rows))
    assert filled == [2, 3, 5, 6, 6]


@pytest.mark.parametrize("step", [-1, 5, 1.5])
def test_other_steps_are_refused(step):
    with pytest.raises(ValueError, match="step must be 0 to 4"):
        SignProductPlot(Figure(figsize=(7, 2.8))).update(step)
