"""Small networks for the runtimes of phones: those of unseen.py and four more structures, quantized once."""

import functools

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from unseen import followed

from edukit.networks import MobileClassifier
from edukit.quantization import quantize_model

IMAGES = np.random.default_rng(1).random((24, 3, 16, 16), np.float32)
SOUNDS = np.random.default_rng(2).random((24, 2, 64), np.float32)


class UNet(nn.Module):
    """Down twice, up twice, each time joined with what was there before."""

    def __init__(self):
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 12, 3, padding=1)
        self.middle = nn.Conv2d(12, 12, 3, padding=1)
        self.up = nn.Conv2d(20, 8, 3, padding=1)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        first = F.relu(self.down1(x))
        second = F.relu(self.down2(F.max_pool2d(first, 2)))
        wide = F.interpolate(F.relu(self.middle(second)), scale_factor=2, mode="nearest")
        return self.head(F.relu(self.up(torch.cat([first, wide], 1))))


class TwoAnswers(nn.Module):
    """A class for the picture, and a map of places, from one body."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.ReLU())
        self.classes, self.places = nn.Linear(8, 5), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        x = self.body(x)
        return self.classes(x.mean((2, 3))), self.places(x)


class Sounds(nn.Module):
    """Convolutions over time."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv1d(2, 8, 5, stride=2), nn.Conv1d(8, 8, 3, stride=2)
        self.head = nn.Linear(8 * 14, 4)

    def forward(self, x):
        return self.head(F.relu(self.two(F.relu(self.one(x)))).flatten(1))


OWN = {"u-net": UNet, "two answers": TwoAnswers, "sounds": Sounds, "student": lambda: MobileClassifier(5, width=0.25)}
CONVOLUTIONAL = ["vgg", "resnet", "inverted residual", "shuffle", "fire", "shared module", *OWN]
NAMES = [*CONVOLUTIONAL, "transformer"]


def data(name: str) -> np.ndarray:
    return SOUNDS if name == "sounds" else IMAGES


def network(name: str) -> nn.Module:
    """The float network of that name in evaluation mode."""
    if name not in OWN:
        return followed(name)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = OWN[name]()
        model(torch.from_numpy(data(name)))
    return model.eval()


@functools.cache
def quantized(name: str):
    """7-bit weights: with 8, ONNX Runtime saturates on a processor without VNNI."""
    return quantize_model(network(name), data(name), 7)
