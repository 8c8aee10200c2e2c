"""The classifiers of the kit: a mobile student, a residual teacher worth compressing, and a transformer encoder.

    student   stem 32 ↓   MobileNet blocks 64, 128 ↓, 128, 256 ↓, 256, 512 ↓   mean over the image   linear
    teacher   stem 32 ↓   residual blocks  32, 64 ↓, 128 ↓, 256 ↓              mean over the image   linear
    encoder   stem 32 ↓, 64 ↓   places added   2 layers of attention and feed-forward   mean over the places   linear

Symbols   ↓ stride 2, half the height and width · width a factor on every number of channels, rounded to a multiple of 8
Shapes    (B, in_channels, H, W) -> logits (B, classes), for any H and W
Source    Howard et al. 2017, https://arxiv.org/abs/1704.04861; He et al. 2015, https://arxiv.org/abs/1512.03385;
          Dosovitskiy et al. 2020, https://arxiv.org/abs/2010.11929; a stem of convolutions instead of patches
          learns from few images: Xiao et al. 2021, https://arxiv.org/abs/2106.14881
In production  torchvision.models.mobilenet_v3_small, timm: the same plan, more stages, tuned blocks
"""

import torch
from torch import nn

from edukit.checked import checked
from edukit.networks.blocks import MobileNetBlock, ResidualBlock, conv_bn, scaled
from edukit.refuse import check_sizes

MOBILE_PLAN = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]  # channels out, stride
RESIDUAL_PLAN = [(32, 1), (64, 2), (128, 2), (256, 2)]


class _Classifier(nn.Module):
    """Stem, blocks, mean over the image, linear: the subclass names the blocks."""

    @checked
    def __init__(self, classes: int = 10, in_channels: int = 3, width: float = 1.0):
        super().__init__()
        check_sizes(classes=classes, in_channels=in_channels)
        channels = [scaled(32, width), *(scaled(out, width) for out, _ in self.plan)]
        strides = [stride for _, stride in self.plan]
        self.stem = nn.Sequential(*conv_bn(in_channels, channels[0], 3, stride=2), nn.ReLU())
        self.blocks = nn.Sequential(*map(self.block, channels, channels[1:], strides))
        self.classifier = nn.Linear(channels[-1], classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.blocks(self.stem(x)).mean((2, 3)))


class MobileClassifier(_Classifier):
    """The student: MobileNet blocks.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(MobileClassifier()), count_parameters(MobileClassifier(width=0.5))
    (274250, 73130)
    """

    block, plan = MobileNetBlock, MOBILE_PLAN


class ResidualClassifier(_Classifier):
    """The teacher: residual blocks of standard convolutions.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(ResidualClassifier())
    1228970
    """

    block, plan = ResidualBlock, RESIDUAL_PLAN


class EncoderClassifier(nn.Module):
    """Attention instead of convolution: every place of the image may look at every other.

    size   height and width of the images, a multiple of 4: each place has a learned vector of its own

    >>> from edukit.measure import count_parameters
    >>> count_parameters(EncoderClassifier())
    91306
    """

    @checked
    def __init__(self, classes: int = 10, in_channels: int = 3, size: int = 32, features: int = 64, layers: int = 2):
        super().__init__()
        check_sizes(classes=classes, in_channels=in_channels, features=features, layers=layers, size=size)
        if size % 4:
            raise ValueError(f"size must be a multiple of 4, got {size!r}")
        if features % 4:
            raise ValueError(f"features must be a multiple of the 4 heads, got {features!r}")
        self.stem = nn.Sequential(
            *conv_bn(in_channels, features // 2, 3, stride=2), nn.ReLU(), *conv_bn(features // 2, features, 3, stride=2)
        )
        self.places = nn.Parameter(0.02 * torch.randn((size // 4) ** 2, features))
        layer = nn.TransformerEncoderLayer(features, 4, 2 * features, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, nn.LayerNorm(features), enable_nested_tensor=False)
        self.classifier = nn.Linear(features, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2) + self.places
        return self.classifier(self.encoder(x).mean(1))
