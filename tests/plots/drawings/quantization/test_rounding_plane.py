"""The ways that are drawn end at the codes that the package chooses, and the errors are those of the formula."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.rounding_plane import (
    LEVELS,
    METHODS,
    ROWS,
    UNIT,
    RoundingPlanePlot,
    _ellipse,
    adaround_path,
    gptq_path,
)
from edukit.quantization.ptq.adaround import adaround
from edukit.quantization.ptq.rounding import gptq

X = np.array(ROWS)
H = X.T @ X


@pytest.mark.parametrize("first", [0.2, 0.3, 0.4, 0.7])
def test_the_ways_end_at_the_packages_codes(first):
    w, x = torch.tensor([[first, 0.4]]), torch.tensor(X).float()
    assert gptq_path([first, 0.4], H)[-1].tolist() == gptq(w, x, UNIT, damping=0)[0].tolist()
    assert np.round(adaround_path([first, 0.4], X)[-1]).tolist() == adaround(w, x, UNIT)[0].tolist()


def test_an_ellipse_holds_values_of_one_error():
    w = np.array([0.3, 0.4])
    for level in LEVELS:
        off = _ellipse(w, H, level) - w[:, None]
        errors = (off * (H @ off)).sum(0)
        np.testing.assert_allclose(errors[np.isfinite(errors)], level, rtol=1e-9)
        assert np.isfinite(errors).sum() > 20


def test_the_second_weight_moves_to_the_least_error():
    _, rounded, moved, _ = gptq_path([0.3, 0.4], H)
    errors = {d: np.square(X @ (moved + [0, d] - [0.3, 0.4])).sum() for d in (-0.01, 0, 0.01)}
    assert min(errors, key=errors.get) == 0 and moved[0] == rounded[0] == 0


def test_the_sentence_says_both_errors():
    plot = RoundingPlanePlot(Figure(figsize=(7.5, 3)))
    said = plot.update("nearest", 3, 0.3)
    assert "weights 0.25, of the output 1.49" in said
    assert "of the output 0.09" in plot.update("GPTQ", 3, 0.3) and "of the output 0.09" in plot.update(
        "AdaRound", 3, 0.3
    )
    assert "of the output 0.68" in plot.update("AdaRound", 3, 0.4)  # it does not always find the best
    assert plot.best.get_xydata().shape == (1, 2)


def test_another_way_of_rounding_is_refused():
    with pytest.raises(ValueError, match=f"rounding must be one of {', '.join(METHODS)}"):
        RoundingPlanePlot(Figure()).update("random", 0, 0.3)
