"""Written digits: the pixels shown are the tokens so far, and the numbers are those of real caches."""

from functools import partial

import numpy as np
import pytest
import torch

from edukit.networks.writer import Writer, as_tokens
from edukit.plots import Picture
from edukit.plots.networks.written import WrittenPlot

TEXTS = as_tokens(np.random.default_rng(0).integers(0, 17, (3, 1, 8, 8)) / 16)
MODEL = Writer(kv_heads=2)
draw = partial(Picture, partial(WrittenPlot, model=MODEL, texts=TEXTS, prompt=33), figsize=(7.0, 2.5))


@pytest.mark.parametrize("tokens", [1, 34, 65])
def test_pixels_so_far_are_shown_and_the_cache_is_counted(tokens):
    picture = draw(tokens=tokens)
    caches = MODEL.caches()
    with torch.no_grad():
        MODEL(TEXTS[:1, :tokens], caches)
    numbers = sum(cache.numbers for cache in caches)
    assert f"{tokens} of 65 tokens" in picture.description and f"{numbers:,} together" in picture.description
    shown = np.ma.filled(picture._plot.images[1].get_array(), np.nan).ravel()
    assert np.isnan(shown[tokens - 1 :]).all() and np.allclose(16 * shown[: tokens - 1], TEXTS[1, 1:tokens])
    assert picture._plot.bar.get_width() == numbers


@pytest.mark.filterwarnings("error")  # a layout that collapses is a warning
@pytest.mark.parametrize("tokens", [1, 65])
def test_nothing_is_cut_off(tokens):
    picture = draw(tokens=tokens)
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
