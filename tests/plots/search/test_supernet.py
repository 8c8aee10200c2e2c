"""Pictures of a supernet: the marks lie where the rows say, and the words say the numbers of the rows."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.experiments.search.supernet import Row
from edukit.plots.search.supernet import OperatorsAndBitsPlot, SubNetworksPlot


def row(width, bits, size_bytes, validation, test=None) -> Row:
    sizes = dict(kernel1=3, width1=width, depth1=1, kernel2=3, width2=2, depth2=1)
    return Row(
        **sizes, bits1=bits, bits2=bits, macs=width * 10**6, size_bytes=size_bytes, validation=validation, test=test
    )


ROWS = [
    row(2, 32, 20_000, 0.80, 0.7),
    row(4, 32, 40_000, 0.90, 0.8),
    row(6, 32, 60_000, 0.85, 0.9),
    row(2, 4, 3_000, 0.70, 0.61),
    row(4, 4, 5_000, 0.75, 0.62),
    row(6, 4, 6_000, 0.84, 0.63),
]


def test_a_ring_lies_on_the_network_that_is_chosen():
    plot = SubNetworksPlot(Figure(), ROWS)
    said = plot.update(3, 6, 1, 3, 2, 1)
    assert np.allclose(np.ravel(plot.ring.get_data()), [6, 85])
    assert "6.00 M MACs, 60.0 kB in float, 85.0 % of 500" in said and "at most as many MACs has 90.0 %" in said
    assert "none of its MACs has more" in plot.update(3, 4, 1, 3, 2, 1)


def test_a_network_that_was_not_measured_is_refused():
    with pytest.raises(ValueError, match="choice must be kernel1"):
        SubNetworksPlot(Figure(), ROWS).update(7, 2, 1, 3, 2, 1)


def test_within_a_limit_each_way_marks_its_own_best():
    """The widest network is off the float front: one after the other never sees it with 4 bits."""
    plot = OperatorsAndBitsPlot(Figure(), ROWS)
    said = plot.update(6)
    assert np.allclose(np.ravel(plot.rings["one after the other"].get_data()), [5, 75])
    assert np.allclose(np.ravel(plot.rings["together"].get_data()), [6, 84])
    assert "one after the other 75.0 % of the validation images that choose, 62.0 % of the test images" in said
    assert "together 84.0 %" in said and "63.0 %" in said


def test_a_limit_below_every_candidate_is_refused():
    with pytest.raises(ValueError, match="limit_bytes must be at least 3,000"):
        OperatorsAndBitsPlot(Figure(), ROWS).update(2)
