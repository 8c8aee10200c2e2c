"""Make datasets/trained/: train the bundled networks, and print their rows of the card.

    python -m edukit.experiments.networks.make_trained datasets/trained        (about an hour on one thread)

The recipes were chosen on validation images; the test accuracy is measured once, with the weights as they are stored.
"""

import hashlib
import sys
from pathlib import Path

from safetensors.torch import save
from torch import nn

from edukit.data import digits, shapes
from edukit.networks.trained import NETWORKS, SEEDS
from edukit.training import accuracy, fit, seeded, shift, threads

RECIPES = {  # data, and how to learn from it
    "shapes_residual": (shapes, dict(epochs=24, learning_rate=0.003, augment=shift)),
    "shapes_encoder": (shapes, dict(epochs=40, learning_rate=0.003, augment=shift)),
    "digits_residual": (digits, dict(epochs=15, learning_rate=0.004)),
}


def main(folder: str) -> None:
    """Every network from every seed; one row of the card each."""
    for name, (data, recipe) in RECIPES.items():
        for seed in SEEDS:
            print(card_row(make(name, data(), seed, recipe), Path(folder) / f"{name}_{seed}.safetensors", data().test))


def make(name: str, data, seed: int, recipe: dict) -> nn.Module:
    """One network, trained, with its weights rounded to float16 as the file will hold them."""
    with seeded(seed), threads(1):
        return rounded(fit(NETWORKS[name](), data.train, seed=seed, progress=f"{name}, seed {seed}", **recipe))


def rounded(model: nn.Module) -> nn.Module:
    """The model with every real number rounded to float16, in place."""
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half())
    return model


def card_row(model: nn.Module, path: Path, test) -> str:
    """Write the weights as float16, and say what they are worth."""
    half = {n: t.half() if t.is_floating_point() else t for n, t in model.state_dict().items()}
    path.write_bytes(content := save({name: tensor.contiguous() for name, tensor in half.items()}))
    percent = 100 * accuracy(model, test)
    return f"| {path.name} | {len(content):,} | {percent:.1f}% | `{hashlib.sha256(content).hexdigest()}` |"


if __name__ == "__main__":
    main(*sys.argv[1:])
