"""Sinks: the weights shown are those of the head under that cache, and the loss is that of the texts."""

from functools import partial

import numpy as np
import pytest

from edukit.experiments.networks.back_copy import TRIGGERS, first_layer_weights, reader, texts
from edukit.networks.attention import window_mask
from edukit.networks.writer import bits_per_token
from edukit.plots import Picture
from edukit.plots.networks.sinks import SHOWN, SinksPlot

MODEL = reader(0, epochs=2)
TEXTS = texts(20, seed=2)
draw = partial(Picture, partial(SinksPlot, model=MODEL, texts=TEXTS), figsize=(7.0, 4.2))


@pytest.mark.parametrize(("window", "sinks"), [(4, 0), (4, 1), (1, 2), (64, 0)])
def test_the_weights_and_the_loss_are_those_of_the_cache(window, sinks):
    picture = draw(window=window, sinks=sinks)
    visible = window_mask(64, window, sinks)
    shown = picture._plot.image.get_array()
    text = TEXTS[picture._plot.shown, None, :64]
    expected = first_layer_weights(MODEL, text, visible=visible)[0, 0, :SHOWN, :SHOWN]
    assert 2 <= np.isin(text[0, :SHOWN], TRIGGERS).sum() <= 6
    assert np.allclose(shown, 100 * expected, atol=1e-4) and (shown[~visible[:SHOWN, :SHOWN].numpy()] == 0).all()
    lost = bits_per_token(MODEL, TEXTS, visible=visible) - bits_per_token(MODEL, TEXTS)
    assert f"loses {max(0.0, lost):.2f} bits" in picture.description or lost < -0.005
    assert ("all tokens" in picture.description) == (window == 64)


@pytest.mark.parametrize("sinks", [0, 2])
def test_nothing_is_cut_off(sinks):
    picture = draw(window=4, sinks=sinks)
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
