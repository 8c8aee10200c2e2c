"""The bank: what is empty is what was pruned, and bytes and MACs are those of the layer that is left."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from torch import nn

from edukit.measure import count_macs
from edukit.plots.drawings.pruning.filter_bank import NOTES, FilterBankPlot, macs_left, masks, smallest


@pytest.fixture(scope="module")
def plot():
    return FilterBankPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("percent", [0, 25, 60, 90])
@pytest.mark.parametrize("kind", NOTES)
def test_empty_cells_are_the_pruned_weights(plot, kind, percent):
    plot.update(kind, percent)
    mask = masks(plot.weights, percent / 100)[kind]
    assert (plot.cells.squares.get_facecolor()[:, 3] == 1).tolist() == mask.ravel().tolist()


@pytest.mark.parametrize("sparsity", [0, 0.3, 0.5, 0.9, 1.0])
def test_structures_go_as_a_whole_and_never_all(sparsity):
    found = masks(np.random.default_rng(1).normal(size=(8, 4, 3, 3)), sparsity)
    for kind, of_each in (("filters", found["filters"]), ("channels", found["channels"].swapaxes(0, 1))):
        kept = of_each.reshape(len(of_each), -1)
        assert (kept.all(1) == kept.any(1)).all(), kind
        assert kept.any(1).sum() == max(1, len(kept) - round(sparsity * len(kept)))
    assert (found["2:4"].sum(1) == 2).all()


@pytest.mark.parametrize(("percent", "filters", "channels"), [(0, 8, 4), (25, 6, 3), (50, 4, 2), (75, 2, 1)])
def test_macs_and_bytes_of_structures_are_those_of_a_smaller_layer(plot, percent, filters, channels):
    found = masks(plot.weights, percent / 100)
    for kind, N, M in (("filters", filters, 4), ("channels", 8, channels)):
        assert macs_left(found[kind], kind) == count_macs(nn.Conv2d(M, N, 3, padding=1), (M, 16, 16))
        assert smallest(plot.weights, found[kind], kind) == ("dense", 2 * 9 * M * N)


def test_single_zeros_save_bytes_and_no_macs(plot):
    mask = masks(plot.weights, 0.5)["single weights"]
    assert macs_left(mask, "single weights") == 16 * 16 * 288
    assert smallest(plot.weights, mask, "single weights") == ("bitmask", 144 * 2 + 288 // 8)
    everything = masks(plot.weights, 0)["single weights"]
    assert smallest(plot.weights, everything, "single weights") == ("dense", 576)


def test_two_of_four_take_nine_sixteenths(plot):
    said = plot.update("2:4", 10)
    assert "324 of 576 bytes" in said and 324 / 576 == 9 / 16 and "144 of 288 weights" in said
    assert len(plot.cells.frames.get_segments()) == 4 and not plot.update("filters", 10).count("2:4")
    assert not plot.cells.frames.get_segments()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("rows", 50), "kind must be one of single weights, filters, channels, 2:4, got 'rows'"),
        (("2:4", 91), "sparsity_percent must be from 0 to 90, got 91"),
        (("filters", float("nan")), "sparsity_percent must be from 0 to 90, got nan"),
    ],
)
def test_other_values_are_refused(plot, values, message):
    with pytest.raises(ValueError, match=message):
        plot.update(*values)


@pytest.mark.parametrize("filters", [0, 9])
def test_more_filters_than_fit_are_refused(filters):
    with pytest.raises(ValueError, match="filters must be a whole number"):
        FilterBankPlot(Figure(), filters)
