"""The picture of the sweep shows its rows: sizes with their scales, the middle layer, the worst and the best."""

from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from edukit.plots import Picture
from edukit.plots.quantization.sweep import SHARINGS, SweepPlot
from edukit.quantization.grid.sweep import error_sweep


@pytest.fixture
def sweeps():
    model, random = nn.Sequential(*(nn.Linear(64, n) for n in (4, 8, 16))), np.random.default_rng(0)
    for w in model.parameters():
        w.data = torch.from_numpy(random.normal(size=tuple(w.shape)).astype(np.float32))
    return {
        (s, even, held): error_sweep(model, group_size=s, symmetric=even, scale_bits=held)
        for s, even, held in product((16, 64), (True, False), (16, 32))
    }


def test_it_shows_the_rows(sweeps):
    picture = Picture(partial(SweepPlot, sweeps=sweeps), bits=5, group_size=16, scale_bits=32, symmetric=False)
    rows = [r for r in sweeps[16, False, 32] if r.bits == 5]
    for sharing in SHARINGS:
        errors = [r.sqnr_db for r in rows if r.sharing == sharing]
        (x,), (y,) = picture._plot.marks[sharing].get_data()
        assert y == pytest.approx(np.median(errors))
        bars = picture._plot.spreads[sharing].get_segments()
        assert any(np.allclose(bar, [[x, min(errors)], [x, max(errors)]]) for bar in bars)
        assert f"{sharing} {x:.2f} bits and {y:.1f} dB (worst layer {min(errors):.1f})" in picture.description
    assert picture._plot.marks["per group"].get_data()[0] == pytest.approx(5 + 32 / 16)
    picture.move(bits=5, group_size=16, scale_bits=16, symmetric=False)
    assert picture._plot.marks["per group"].get_data()[0] == pytest.approx(5 + 16 / 16)


def test_large_groups_are_channels_and_symmetric_loses_most_at_two_bits(sweeps):
    picture = Picture(partial(SweepPlot, sweeps=sweeps), bits=2, group_size=64, scale_bits=32, symmetric=True)
    x, y = picture._plot.lines["per group"].get_data()
    assert np.array_equal(y, picture._plot.lines["per channel"].get_data()[1])
    before = picture.description
    picture.move(bits=2, group_size=64, scale_bits=32, symmetric=False)
    gain = picture._plot.lines["per group"].get_data()[1] - y
    assert picture.description != before and gain[0] == max(gain) > 2 and x[0] == 2.5


def test_nothing_is_cut_off(sweeps):
    picture = Picture(
        partial(SweepPlot, sweeps=sweeps), figsize=(7.5, 4.2), bits=8, group_size=16, scale_bits=32, symmetric=True
    )
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
    left, right = picture.axes[0].get_xlim()
    assert all(left < x < right for line in picture._plot.lines.values() for x in line.get_xdata())
