"""Published networks, layer by layer: their counts of parameters and MACs equal those in the papers.

                        parameters    MACs at 224 x 224      in the paper, millions
    MobileNetV1 1.0      4,231,976        568,740,352           4.2        569
    MobileNetV1 0.75     2,585,560        325,400,448           2.6        325
    MobileNetV1 0.5      1,331,592        149,497,088           1.3        149
    MobileNetV1 0.25       470,072         41,030,272           0.5         41
    MobileNetV2          3,504,872        300,774,272           3.4        300
    SqueezeNet 1.0       1,248,424        818,924,576           1.2          -
    SqueezeNet 1.1       1,235,496        349,151,936           -            -
    ShuffleNetV2 x0.5    1,366,792         40,476,448           -            -
    ShuffleNetV2 x1.0    2,278,604        144,907,992           -            -
    ResNet-18           11,689,512      1,814,073,344            -        1800

Shapes    (B, 3, H, W) -> logits (B, classes), for any H and W
Source    Howard et al. 2017, https://arxiv.org/abs/1704.04861, table 6; Sandler et al. 2018,
          https://arxiv.org/abs/1801.04381, table 4; Iandola et al. 2016, https://arxiv.org/abs/1602.07360, table 1;
          Ma et al. 2018, https://arxiv.org/abs/1807.11164, table 5; He et al. 2015, https://arxiv.org/abs/1512.03385
In production  torchvision.models, timm, with trained weights; the weights here are random
"""

from torch import nn

from edukit.checked import checked
from edukit.networks.blocks import DepthwiseSeparable, InvertedResidual, ResidualBlock, conv_bn, scaled
from edukit.networks.compact import Fire, ShuffleUnit
from edukit.refuse import check_sizes

V1_PLAN = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
V2_PLAN = [  # expansion, channels out, blocks, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
]
FIRE_PLAN = [(16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)]  # squeeze, expand
SQUEEZENETS = {"1.0": (96, 7, (0, 3, 7)), "1.1": (64, 3, (0, 2, 4))}  # stem channels, its kernel, Fires behind a pool
SHUFFLE_CHANNELS = {  # of three stages, and of the last 1x1 convolution
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}
RESNET18_PLAN = [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)]


@checked
def mobilenet_v1(width: float = 1.0, classes: int = 1000) -> nn.Sequential:
    """MobileNetV1: a stem and 13 depthwise separable convolutions.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(mobilenet_v1())
    4231976
    """
    check_sizes(classes=classes)
    channels = scaled(32, width)
    layers = [*conv_bn(3, channels, 3, stride=2), nn.ReLU()]
    for out_channels, stride in V1_PLAN:
        layers.append(DepthwiseSeparable(channels, scaled(out_channels, width), stride))
        channels = scaled(out_channels, width)
    return nn.Sequential(*layers, *_head(channels, classes))


@checked
def mobilenet_v2(classes: int = 1000) -> nn.Sequential:
    """MobileNetV2: 17 inverted residuals between a stem and a wide 1x1 convolution.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(mobilenet_v2())
    3504872
    """
    check_sizes(classes=classes)
    channels = 32
    layers = [*conv_bn(3, channels, 3, stride=2), nn.ReLU6()]
    for expansion, out_channels, blocks, first_stride in V2_PLAN:
        for stride in [first_stride] + [1] * (blocks - 1):
            layers.append(InvertedResidual(channels, out_channels, stride, expansion=expansion))
            channels = out_channels
    layers += [*conv_bn(channels, 1280, 1), nn.ReLU6()]
    return nn.Sequential(*layers, *_head(1280, classes))


@checked
def squeezenet(version: str = "1.0", classes: int = 1000) -> nn.Sequential:
    """SqueezeNet: eight Fire modules, and a 1x1 convolution instead of a linear layer.

    version   "1.0", or "1.1" with pooling earlier: 2.3 times fewer MACs

    >>> from edukit.measure import count_parameters
    >>> count_parameters(squeezenet()), count_parameters(squeezenet("1.1"))
    (1248424, 1235496)
    """
    check_sizes(classes=classes)
    if version not in tuple(SQUEEZENETS):
        raise ValueError(f"version must be one of {', '.join(SQUEEZENETS)}, got {version!r}")
    channels, kernel, behind_a_pool = SQUEEZENETS[version]
    layers = [nn.Conv2d(3, channels, kernel, stride=2), nn.ReLU()]
    for i, (squeeze, expand) in enumerate(FIRE_PLAN):
        if i in behind_a_pool:
            layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
        layers.append(Fire(channels, squeeze, expand, expand))
        channels = 2 * expand
    layers += [nn.Dropout(), nn.Conv2d(channels, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers)


@checked
def shufflenet_v2(width: float = 1.0, classes: int = 1000) -> nn.Sequential:
    """ShuffleNetV2: three stages of units, the first of each at stride 2.

    width   0.5, 1.0, 1.5 or 2.0, with the channels that the paper's table names

    >>> from edukit.measure import count_parameters
    >>> count_parameters(shufflenet_v2()), count_parameters(shufflenet_v2(0.5))
    (2278604, 1366792)
    """
    check_sizes(classes=classes)
    if width not in tuple(SHUFFLE_CHANNELS):
        raise ValueError(f"width must be one of {', '.join(map(str, SHUFFLE_CHANNELS))}, got {width!r}")
    *stages, last = SHUFFLE_CHANNELS[width]
    channels = 24
    layers = [*conv_bn(3, channels, 3, stride=2), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)]
    for out_channels, units in zip(stages, (4, 8, 4), strict=True):
        layers += [ShuffleUnit(channels, out_channels, stride=2)]
        layers += [ShuffleUnit(out_channels, out_channels) for _ in range(units - 1)]
        channels = out_channels
    layers += [*conv_bn(channels, last, 1), nn.ReLU()]
    return nn.Sequential(*layers, *_head(last, classes))


@checked
def resnet18(classes: int = 1000) -> nn.Sequential:
    """ResNet-18: a 7x7 stem, max pooling and 8 residual blocks.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(resnet18())
    11689512
    """
    check_sizes(classes=classes)
    channels = 64
    layers = [*conv_bn(3, channels, 7, stride=2), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)]
    for out_channels, stride in RESNET18_PLAN:
        layers.append(ResidualBlock(channels, out_channels, stride))
        channels = out_channels
    return nn.Sequential(*layers, *_head(channels, classes))


def _head(channels: int, classes: int) -> list[nn.Module]:
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
