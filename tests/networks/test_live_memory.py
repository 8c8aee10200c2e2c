"""Live memory: peaks counted by hand and the published one, layer names, and blocks that hold their input."""

import pytest
from torch import nn

from edukit.networks import DepthwiseSeparable, InvertedResidual, MobileNetBlock
from edukit.networks.live_memory import live_bytes, peak_bytes

PIXELS = 4 * 64  # bytes of one channel of 8x8


def alive(model, channels):
    """Channels that live at each operation, once for each layer: the most of them."""
    most = {}
    for live in live_bytes(model, (channels, 8, 8)):
        most[live.layer] = max(most.get(live.layer, 0), live.bytes // PIXELS)
    return most


def test_a_chain_holds_input_and_output_of_each_layer():
    chain = nn.Sequential(nn.Conv2d(2, 6, 1), nn.ReLU(), nn.Conv2d(6, 3, 1), nn.BatchNorm2d(3), nn.Conv2d(3, 1, 1))
    assert alive(chain, 2) == {"input": 2, "0": 8, "2": 9, "4": 4}


def test_a_residual_holds_the_input_of_its_block():
    assert alive(InvertedResidual(8, 8, expansion=2), 8) == {"input": 8, "body.0": 24, "body.3": 40, "body.6": 32}
    assert alive(InvertedResidual(8, 4, expansion=2), 8) == {"input": 8, "body.0": 24, "body.3": 32, "body.6": 20}
    held = max(alive(MobileNetBlock(8, 8), 8).values()) - max(alive(DepthwiseSeparable(8, 8), 8).values())
    assert held == 8


def test_the_callers_model_stays_as_it_is():
    model = MobileNetBlock(4, 4).train()
    peak_bytes(model, (4, 5, 5))
    assert model.training and model.separable[1].num_batches_tracked == 0


def test_the_peak_is_the_most_of_all_operations():
    model = InvertedResidual(4, 4, expansion=3)
    assert peak_bytes(model, (4, 8, 8)) == max(live.bytes for live in live_bytes(model, (4, 8, 8)))


@pytest.mark.parametrize("shape", [(3, 8, 8), (4, 8)])
def test_an_input_that_the_model_does_not_take_is_refused(shape):
    with pytest.raises(ValueError):
        live_bytes(InvertedResidual(4, 4), shape)
