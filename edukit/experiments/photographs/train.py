"""ResNet-20 trained on CIFAR-10, with weights kept as float16: datasets/resnet20.safetensors.

    python -m edukit.experiments.photographs.train datasets/resnet20.safetensors        (half an hour on one thread)

The recipe was not searched for. The test accuracy is measured once, with the weights as they are stored.
"""

import sys
from pathlib import Path

from safetensors.torch import load
from torch import nn

from edukit import bundled
from edukit.data import cifar10
from edukit.experiments.networks.make_trained import card_row, rounded
from edukit.experiments.photographs.network import ResNet20, mirrored_and_shifted
from edukit.training import fit, seeded, threads

RECIPE = dict(epochs=12, learning_rate=0.005, batch_size=128, weight_decay=0.05, augment=mirrored_and_shifted)


def trained(split) -> nn.Module:
    """The network after training, with weights as the file holds them."""
    with seeded(0), threads(1):
        return rounded(fit(ResNet20(), split, seed=0, **RECIPE))


def bundled_network() -> nn.Module:
    """The trained network of the bundled file, in evaluation mode; ValueError where its SHA-256 is not on its card."""
    with seeded(0):
        model = ResNet20()
    model.load_state_dict(load(bundled.intact("datasets/resnet20.safetensors", "datasets/resnet20.md")))
    return model.eval()


def main(file: str) -> None:
    """Train it, write the file, and print the row of its card."""
    data = cifar10()
    print(card_row(trained(data.train), Path(file), data.test))


if __name__ == "__main__":
    main(*sys.argv[1:])
