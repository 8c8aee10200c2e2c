"""Networks: compact blocks, attention, the kit's own classifiers, and published networks. Lessons 09 and 10.

blocks.py            depthwise separable, MobileNet, inverted residual and residual blocks
compact.py           Fire, ShuffleNet unit and channel shuffle, squeeze-and-excite
costs.py             parameters and MACs of every layer of a network
live_memory.py       bytes of values that live at each operation of a network
repvgg.py            three branches that become one convolution
reach.py             which input channels each output channel depends on
classifier.py        the mobile student, the residual teacher, a transformer encoder
reference.py         MobileNet, SqueezeNet, ShuffleNetV2, ResNet-18 with the published counts
trained.py           trained("shapes_residual"): bundled weights
attention/           softmax attention, whole, by blocks and with a cache, and linear attention
language_model.py    MACs and bytes of a language model, from its sizes
token_classifier.py  a classifier whose attention can be exchanged
writer.py            a model that writes digits, pixel by pixel
trained_writer.py    trained_writer(kv_heads): bundled weights
fixed_channels.py    two networks some of whose channels cannot be removed
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
