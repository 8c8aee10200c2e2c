"""Trained networks, bundled: a lesson can measure at once, and everyone measures the same weights.

    name        network                           data                 parameters
    shapes_residual    ResidualClassifier(width=0.5)     shapes(), 32x32x3    308,826
    shapes_encoder     EncoderClassifier()               shapes(), 32x32x3     91,306
    digits_residual    ResidualClassifier(width=0.25)    digits(), 8x8x1       77,858

Each was trained three times, from seeds 0, 1 and 2, because one network is an anecdote. The files hold the weights as
float16, half the bytes; the accuracies on the card datasets/trained.md were measured after that rounding.

In production  torchvision.models, timm and the Hugging Face Hub hold trained weights; safetensors is their format
"""

import torch
from safetensors.torch import load
from torch import nn

from edukit import bundled
from edukit.checked import checked
from edukit.networks.classifier import EncoderClassifier, ResidualClassifier

NETWORKS = {
    "shapes_residual": lambda: ResidualClassifier(width=0.5),
    "shapes_encoder": EncoderClassifier,
    "digits_residual": lambda: ResidualClassifier(in_channels=1, width=0.25),
}
SEEDS = (0, 1, 2)


@checked
def trained(name: str, seed: int = 0) -> nn.Module:
    """The trained network of that name in evaluation mode, its weights in float32.

    seed   0, 1 or 2: which of the three trainings
    Raises ValueError for another name or seed, and for a file whose SHA-256 is not the one on its card.

    >>> trained("digits_residual")(torch.zeros(1, 1, 8, 8)).shape
    torch.Size([1, 10])
    """
    if name not in NETWORKS:
        raise ValueError(f"name must be one of {', '.join(NETWORKS)}, got {name!r}")
    if seed not in SEEDS:
        raise ValueError(f"seed must be one of {', '.join(map(str, SEEDS))}, got {seed!r}")
    content = bundled.intact(f"datasets/trained/{name}_{seed}.safetensors", "datasets/trained.md")
    with torch.random.fork_rng(devices=[]):  # the first weights are drawn only to be replaced
        model = NETWORKS[name]()
    model.load_state_dict(load(content))  # copies each float16 value into a float32 parameter
    return model.eval()
