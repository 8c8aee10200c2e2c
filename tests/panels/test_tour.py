"""Each control of the panel moves its picture and its description."""

import numpy as np
import pytest

from edukit.data import Split
from edukit.panels.tour import forgetting
from edukit.plots.tour import Choice

random = np.random.default_rng(0)
SPLIT = Split(random.random((20, 1, 32, 32), np.float32), np.arange(20) % 10)
FILTERS = random.normal(0, 1, (16, 1, 7, 7))


@pytest.fixture
def panel():
    landscape = {
        (channels, zeros, bits): Choice(FILTERS[: 16 * channels // 100], random.permutation(SPLIT.y), channels * bits)
        for channels in (25, 50, 100)
        for zeros in (0, 40)
        for bits in range(2, 9)
    }
    return forgetting(landscape, Choice(FILTERS, SPLIT.y, 3200.0), SPLIT)


@pytest.mark.parametrize(("control", "value"), [("bits", 2), ("channels_percent", 25), ("zeros_percent", 40)])
def test_every_control_moves_the_picture(panel, control, value):
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description


def test_it_opens_on_the_largest_choice_and_offers_all_of_them(panel):
    assert panel.values == {"bits": 8, "channels_percent": 100, "zeros_percent": 0}
    assert (panel.controls["bits"].min, panel.controls["bits"].max) == (2, 8)
    assert panel.controls["channels_percent"].options == (100, 50, 25)
    assert panel.controls["zeros_percent"].options == (0, 40)
