"""Networks: compact building blocks, the kit's own classifiers, and published nets to check the counting against.

Read in this order: blocks → compact → costs → reach → classifier → reference → trained.
Attention: attention → attention_cost → needle → token_classifier.
"""

from edukit.networks.attention import LinearAttention, SoftmaxAttention, linear_attention, softmax_attention
from edukit.networks.blocks import DepthwiseSeparable, InvertedResidual, MobileNetBlock, ResidualBlock
from edukit.networks.classifier import EncoderClassifier, MobileClassifier, ResidualClassifier
from edukit.networks.compact import Fire, ShuffleUnit, SqueezeExcite, channel_shuffle
from edukit.networks.reference import mobilenet_v1, mobilenet_v2, resnet18, shufflenet_v2, squeezenet
from edukit.networks.trained import trained

__all__ = [
    "DepthwiseSeparable",
    "EncoderClassifier",
    "Fire",
    "InvertedResidual",
    "LinearAttention",
    "MobileClassifier",
    "MobileNetBlock",
    "ResidualBlock",
    "ResidualClassifier",
    "ShuffleUnit",
    "SoftmaxAttention",
    "SqueezeExcite",
    "channel_shuffle",
    "linear_attention",
    "mobilenet_v1",
    "mobilenet_v2",
    "resnet18",
    "shufflenet_v2",
    "softmax_attention",
    "squeezenet",
    "trained",
]
