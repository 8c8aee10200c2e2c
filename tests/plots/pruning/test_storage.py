"""What the picture of bytes says is what the formats take."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.pruning.storage import SPARSITIES, TYPES, StoragePlot
from edukit.pruning import magnitude_mask
from edukit.pruning.weights.storage import stored_bytes

DRAWN = np.random.default_rng(0)
LAYERS = {
    "small": DRAWN.normal(0, 0.3, (8, 3, 3, 3)).astype(np.float32),
    "large": DRAWN.normal(0, 0.1, (40, 32, 3, 3)).astype(np.float32),
}
STORAGE = partial(StoragePlot, layers=LAYERS)


@pytest.mark.parametrize("bits", TYPES)
@pytest.mark.parametrize("layer", LAYERS)
def test_the_bytes_are_those_of_the_layer_itself(layer, bits):
    w = LAYERS[layer]
    picture = Picture(STORAGE, layer=layer, value_bits=bits, sparsity_percent=60)
    for name, curve in picture._plot.lines.items():
        for percent, share in zip(SPARSITIES, curve.get_ydata(), strict=True):
            mask = magnitude_mask(w, percent / 100)
            stored = np.where(mask, 1 + abs(w), 0).astype(TYPES[bits])
            assert share == pytest.approx(100 * stored_bytes(stored, name) / (w.size * bits / 8))


def test_csr_pays_from_the_sparsity_of_the_formula_on():
    """s > i / (b + i): 20 % for rows of up to 256 weights at 32 bits, 67 % for longer ones at 8."""
    for layer, bits, limit in (("small", 32, 20), ("large", 32, 33), ("large", 8, 67)):
        before, behind = (
            Picture(STORAGE, layer=layer, value_bits=bits, sparsity_percent=limit + step)._plot.dots["csr"].get_ydata()
            for step in (-4, 8)
        )
        assert before[0] > 100 > behind[0]


def test_2_4_takes_9_of_16_at_16_bits():
    assert "2:4 takes 56.2 %." in Picture(STORAGE, layer="large", value_bits=16, sparsity_percent=50).description
    assert "2:4 takes 62.5 %." in Picture(STORAGE, layer="large", value_bits=8, sparsity_percent=50).description


@pytest.mark.parametrize("layer, bits, percent", [("large", 32, 30), ("large", 8, 95), ("small", 8, 0)])
def test_nothing_is_cut_off(layer, bits, percent):
    picture = Picture(STORAGE, figsize=(8.5, 3.2), layer="small", value_bits=32, sparsity_percent=30)
    picture.move(layer=layer, value_bits=bits, sparsity_percent=percent)
    assert_nothing_is_cut_off(picture)
