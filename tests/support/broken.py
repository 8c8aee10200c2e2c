"""A network and calibration data broken on purpose, each with the cause that a diagnosis must name."""

import numpy as np
import torch

from edukit.data import digits
from edukit.networks import trained
from edukit.training import accuracy

DATA = digits()
X = torch.from_numpy(DATA.calibration.x)


def validation(model):
    return accuracy(model, DATA.validation)


def net():
    return trained("digits_residual")


def unequal_channels(times):
    """The same function with channels of very different size between two layers of the first block."""
    model = net()
    _, norm, _, reader, _ = model.blocks[0].body
    factors = torch.logspace(-np.log10(times), np.log10(times), len(norm.weight))
    norm.weight.data *= factors
    norm.bias.data *= factors
    reader.weight.data /= factors[:, None, None]
    return model


def wild_image():
    wild = X.clone()
    wild[17] *= 60
    return wild


def as_it_is():
    return X


CASES = {  # the network, its calibration data, how it is quantized, the cause
    "nothing": (net, as_it_is, {}, "nothing"),
    "wild inputs": (net, wild_image, {}, "wild inputs"),
    "another scale": (net, lambda: X * 0.2, {}, "calibration data"),
    "unequal channels": (lambda: unequal_channels(100), as_it_is, {"per_channel": False}, "unequal channels"),
    "one layer": (net, as_it_is, {"weight_bits": {"stem.0": 2}}, "one layer"),
    "two bits": (net, as_it_is, {"weight_bits": 2, "rounding": "nearest"}, "too few bits"),
}
