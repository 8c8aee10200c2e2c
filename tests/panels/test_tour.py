"""Each control of the panels moves its picture and its description; a still shows the point."""

import numpy as np
import pytest

from edukit.data import Split
from edukit.panels.tour import fewer_bits, forgetting, four_ways
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


def test_the_still_is_the_smallest_network_that_reads_enough():
    wrong = (SPLIT.y + 1) % 10
    landscape = {
        (100, 0, 8): Choice(FILTERS, SPLIT.y, 800.0),
        (50, 0, 8): Choice(FILTERS[:8], SPLIT.y, 400.0),
        (100, 0, 2): Choice(FILTERS, wrong, 200.0),
        (50, 0, 2): Choice(FILTERS[:8], wrong, 100.0),
    }
    shown = forgetting(landscape, Choice(FILTERS, SPLIT.y, 3200.0), SPLIT).remains()[0]["text/plain"]
    assert shown.startswith("8 bits, 0 % zeros, 50 % of the channels")
    forgotten = {key: choice._replace(answers=wrong) for key, choice in landscape.items()}
    assert "0.0 %" in forgetting(forgotten, Choice(FILTERS, SPLIT.y, 3200.0), SPLIT).remains()[0]["text/plain"]


def test_fewer_bits_start_with_all_of_them_and_end_in_the_still():
    stored = {bits: Choice(FILTERS, SPLIT.y, 100.0 * bits) for bits in (2, 32, 8)}
    panel = fewer_bits(stored, SPLIT)
    assert panel.controls["bits"].options == (32, 8, 2) and panel.values == {"bits": 32}
    assert panel.drawn_once and panel.remains()[0]["text/plain"].startswith("2 bits: ")


def test_every_way_has_its_bytes():
    panel = four_ways()
    for way in panel.controls["way"].options:
        panel.controls["way"].value = way
        assert panel.description.lower().startswith(way)
