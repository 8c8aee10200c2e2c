"""Batch norm around a rounded weight: each mode shows its own boxes, and what it says holds in the package."""

import pytest
import torch
from matplotlib.figure import Figure
from torch.nn import functional as F

from edukit.plots.drawings.quantization.folded_norm import MODES, FoldedNormPlot
from edukit.quantization.qat.fake import BatchNorm, FakeQuantize, QuantizedLayer


def test_each_mode_shows_its_own_boxes():
    plot = FoldedNormPlot(Figure(figsize=(7, 2.8)))
    for mode in MODES:
        assert plot.update(mode).lower().startswith(mode)
        for artists, name in ((plot.training, "training"), (plot.evaluation, "evaluation")):
            assert {artist.get_visible() for artist in artists} == {mode == name}


def test_both_modes_round_the_weight_that_is_drawn():
    """w γ/σ, with σ of the past, is what is rounded, in training as in evaluation."""
    seen = []
    source = FakeQuantize(8)
    x = source(torch.rand(16, 3, generator=torch.Generator().manual_seed(0)))
    weight, gamma, variance = torch.rand(4, 3) - 0.5, torch.rand(4) + 0.5, torch.rand(4) + 0.5
    layer = QuantizedLayer(lambda x, w, b: seen.append(w) or F.linear(x, w, b), source, 4, norm=BatchNorm(0.1, 1e-5))
    for train in (False, True):
        layer.train(train)(x, weight, None, gamma, torch.zeros(4), torch.zeros(4), variance.clone())
    torch.testing.assert_close(seen[0], seen[1])
    factor = (gamma / (variance + 1e-5).sqrt())[:, None]
    assert ((seen[0] - weight * factor).abs().amax(1) < (weight * factor).abs().amax(1) / 7.5).all()  # half a step


def test_other_modes_are_refused():
    with pytest.raises(ValueError, match="mode must be training or evaluation"):
        FoldedNormPlot(Figure(figsize=(7, 2.8))).update("test")
