"""Pictures of a language model say what its sizes give."""

from functools import partial

import pytest

from edukit.deployment import devices
from edukit.networks.language_model import LLAMA_3_8B
from edukit.plots import Picture
from edukit.plots.networks.language_model import CachePlot, SharePlot

cache = partial(Picture, CachePlot, figsize=(7.0, 3.2))
share = partial(Picture, SharePlot, figsize=(7.0, 3.0))


@pytest.mark.parametrize("doublings", [0, 2, 10])
def test_the_share_is_that_of_the_model(doublings):
    picture = share(doublings=doublings)
    tokens = 256 * 2**doublings
    percent = 100 * LLAMA_3_8B.attention_share(tokens)
    assert f"{tokens:,} tokens: attention takes {percent:.1f}%" in picture.description
    assert picture._plot.dot.get_xydata().tolist() == [[tokens, pytest.approx(percent)]]


def test_a_guess_is_drawn():
    picture = share(doublings=2)
    picture.mark(50)
    assert [line.get_ydata()[0] for line in picture.axes[0].lines if line.get_linestyle() == ":"] == [50]


@pytest.mark.parametrize("doublings", [0, 10])
def test_nothing_is_cut_off(doublings):
    picture = share(doublings=doublings)
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()


@pytest.mark.parametrize(("kv_heads", "bits"), [(8, 16), (32, 16), (1, 4)])
def test_the_cache_is_that_of_the_model_and_the_phone_fills_up_where_it_says(kv_heads, bits):
    picture = cache(doublings=5, kv_heads=kv_heads, bits=bits)
    size = LLAMA_3_8B.cache_bytes(8192, bits, kv_heads=kv_heads)
    assert f"takes {size / 1e9:.3g} GB" in picture.description
    assert picture._plot.dot.get_ydata()[0] == pytest.approx(size / 1e9)
    fit = int(picture.description.split("bits, ")[-1].split(" tokens would")[0].replace(",", ""))
    left = devices["phone"]["memory_bytes"] - LLAMA_3_8B.token_macs / 2
    assert LLAMA_3_8B.cache_bytes(fit, bits, kv_heads=kv_heads) <= left
    assert LLAMA_3_8B.cache_bytes(fit + 1, bits, kv_heads=kv_heads) > left


@pytest.mark.parametrize("kv_heads", [1, 32])
@pytest.mark.parametrize("doublings", [0, 10])
def test_no_part_of_the_cache_is_cut_off(doublings, kv_heads):
    picture = cache(doublings=doublings, kv_heads=kv_heads, bits=4)
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
    low, high = picture.axes[0].get_ylim()
    assert low < min(picture._plot.line.get_ydata()) and max(picture._plot.line.get_ydata()) < high
