"""The picture of the sweep shows its rows: bits with their scales, and dB, for rows of one length at a time."""

from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off
from torch import nn

from edukit.plots import Picture
from edukit.plots.quantization.sweep import SHARINGS, SweepPlot
from edukit.quantization.grid.sweep import error_sweep

START = {"row_length": "64", "group_size": 16, "scale_bits": 32}


@pytest.fixture(scope="module")
def sweeps():
    random = np.random.default_rng(0)
    rows = {str(n): nn.Parameter(torch.from_numpy(random.normal(size=(64, n)).astype(np.float32))) for n in (64, 1024)}
    model = nn.ParameterDict(rows)
    return {(s, held): error_sweep(model, group_size=s, scale_bits=held) for s, held in product((16, 64), (8, 16, 32))}


@pytest.fixture
def picture(sweeps):
    return Picture(partial(SweepPlot, sweeps=sweeps), figsize=(7.5, 4.2), **START)


def test_it_shows_the_rows(sweeps, picture):
    for held, more in {32: 32 / 16, 16: 16 / 16}.items():
        picture.move(**START | {"scale_bits": held})
        rows = {r.sharing: r for r in sweeps[16, held] if (r.layer, r.bits) == ("64", 4)}
        for sharing in SHARINGS:
            x, y = picture._plot.lines[sharing].get_data()
            assert (x[2], y[2]) == (rows[sharing].bits_per_weight, rows[sharing].sqnr_db)
            assert f"{rows[sharing].bits_per_weight:.2f} bits and {rows[sharing].sqnr_db:.1f} dB" in picture.description
        assert rows["per group"].bits_per_weight == 4 + more


def test_groups_as_long_as_the_row_are_channels_and_longer_rows_lose_more(picture):
    picture.move(**START | {"group_size": 64})
    group, channel, _ = (picture._plot.lines[s].get_ydata() for s in ("per group", "per channel", "per tensor"))
    assert np.array_equal(group, channel)
    picture.move(**START | {"group_size": 64, "row_length": "1024"})
    lost = {s: np.mean(channel - picture._plot.lines[s].get_ydata()) for s in ("per group", "per channel")}
    assert abs(lost["per group"]) < 0.5 < lost["per channel"]


def test_nothing_is_cut_off(picture):
    assert_nothing_is_cut_off(picture)
    left, right = picture.axes[0].get_xlim()
    assert all(left < x < right for line in picture._plot.lines.values() for x in line.get_xdata())
