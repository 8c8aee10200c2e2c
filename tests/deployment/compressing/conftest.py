"""A small network that knows something, and the examples it was trained on: two groups of pictures."""

import pytest
import torch
from torch import nn

from edukit.deployment.compressing.candidates import Networks, Settings
from edukit.deployment.compressing.examples import as_examples
from edukit.training import fit, seeded


def network() -> nn.Module:
    body = nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2), nn.ReLU()
    with seeded(0):
        return nn.Sequential(*body, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(128, 3))


@pytest.fixture(scope="session")
def pictures():
    """300 pictures of 8x8 and their classes: the bright third of each says which."""
    draw = torch.Generator().manual_seed(0)
    labels = torch.randint(3, (300,), generator=draw)
    images = torch.rand(300, 1, 8, 8, generator=draw)
    for i, label in enumerate(labels):
        images[i, :, 2 * label : 2 * label + 2] += 0.6
    return images, labels


@pytest.fixture(scope="session")
def model(pictures):
    return fit(network(), pictures, epochs=4, progress=None)


@pytest.fixture(scope="session")
def networks(model, pictures):
    return Networks({"model": model}, as_examples(pictures, model), Settings(steps=20))
