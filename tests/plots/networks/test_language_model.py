"""Pictures of a language model say what its sizes give."""

from functools import partial

import pytest

from edukit.networks.language_model import LLAMA_3_8B
from edukit.plots import Picture
from edukit.plots.networks.language_model import SharePlot

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
