"""Networks: compact building blocks, the kit's own classifiers, and published nets to check the counting against.

Read in this order: blocks → classifier → reference → trained.
"""

from edukit.networks.blocks import DepthwiseSeparable, InvertedResidual, MobileNetBlock, ResidualBlock
from edukit.networks.classifier import EncoderClassifier, MobileClassifier, ResidualClassifier
from edukit.networks.reference import mobilenet_v1, mobilenet_v2, resnet18
from edukit.networks.trained import trained

__all__ = [
    "DepthwiseSeparable",
    "EncoderClassifier",
    "InvertedResidual",
    "MobileClassifier",
    "MobileNetBlock",
    "ResidualBlock",
    "ResidualClassifier",
    "mobilenet_v1",
    "mobilenet_v2",
    "resnet18",
    "trained",
]
