"""A stored row: as many cells as bytes, and the formats are those of the package."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.pruning.stored_row import FORMATS, TYPES, StoredRowPlot, parts
from edukit.pruning.weights.run_lengths import run_length_bytes
from edukit.pruning.weights.storage import stored_bytes


@pytest.fixture(scope="module")
def plot():
    return StoredRowPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("bits", TYPES)
@pytest.mark.parametrize("zeros", [0, 5, 8, 12, 15])
def test_each_line_has_a_cell_for_each_byte(plot, zeros, bits):
    said = plot.update(zeros, bits)
    w = np.where(abs(plot.w) > zeros, plot.w, 0).astype(TYPES[bits])
    assert (w == 0).sum() == zeros and f"{zeros} of 16 weights are 0" in said
    for format in FORMATS:
        shown = int((plot.lines[format].squares.get_facecolor()[:, 3] == 1).sum())
        counted = parts(w, format)
        if counted is None:
            assert format == "2:4" and "2:4 needs two zeros" in said and shown == 0
            continue
        right = run_length_bytes(w) if format == "run lengths" else stored_bytes(w[None], format)
        assert shown == sum(counted) == right and f"{format} {right}" in said


@pytest.mark.parametrize(("zeros", "bits", "name"), [(16, 16, "zeros"), (-1, 8, "zeros"), (3, 32, "value_bits")])
def test_other_values_are_refused(plot, zeros, bits, name):
    with pytest.raises(ValueError, match=name):
        plot.update(zeros, bits)
