"""Building blocks of compact networks: filter each channel alone, then mix the channels.

    standard convolution    k x k over all channels                 k² M N        multiply-adds for each output pixel
    depthwise separable     k x k per channel, 1 x 1 over them      k² M + M N
    separable / standard    1/N + 1/k²                              about 1/8 for k = 3 and many channels

Symbols   k kernel, odd: 3 unless another is asked for · M in_channels · N out_channels · t expansion
Shapes    (B, M, H, W) -> (B, N, ceil(H / stride), ceil(W / stride))
Source    Howard et al. 2017, https://arxiv.org/abs/1704.04861, section 3.1 (separable);
          Sandler et al. 2018, https://arxiv.org/abs/1801.04381 (inverted residual);
          He et al. 2015, https://arxiv.org/abs/1512.03385 (residual)
In production  torchvision.models, timm; a depthwise layer waits for memory more than for arithmetic
"""

from numbers import Integral, Real

import torch
from torch import nn

from edukit.checked import checked
from edukit.refuse import check_sizes, shown


class DepthwiseSeparable(nn.Sequential):
    """Depthwise kernel x kernel, then pointwise 1x1, each with batch norm and ReLU.

    >>> DepthwiseSeparable(8, 16, stride=2)(torch.zeros(1, 8, 9, 9)).shape
    torch.Size([1, 16, 5, 5])
    """

    @checked
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, *, kernel: int = 3):
        depthwise = conv_bn(in_channels, in_channels, kernel, stride, groups=in_channels)
        super().__init__(*depthwise, nn.ReLU(), *conv_bn(in_channels, out_channels, 1), nn.ReLU())


class MobileNetBlock(nn.Module):
    """A depthwise separable convolution, with its input added where the shapes allow it.

    >>> MobileNetBlock(8, 8).residual, MobileNetBlock(8, 16).residual, MobileNetBlock(8, 8, stride=2).residual
    (True, False, False)
    """

    @checked
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        self.residual = stride == 1 and in_channels == out_channels
        self.separable = DepthwiseSeparable(in_channels, out_channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.separable(x) if self.residual else self.separable(x)


class InvertedResidual(nn.Module):
    """MobileNetV2: widen t times by 1x1, filter depthwise, narrow by 1x1 without ReLU; residual where shapes allow it.

    >>> InvertedResidual(8, 8, expansion=6)(torch.zeros(1, 8, 9, 9)).shape
    torch.Size([1, 8, 9, 9])
    """

    @checked
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, *, expansion: int = 6, kernel: int = 3):
        super().__init__()
        check_sizes(in_channels=in_channels, expansion=expansion)
        hidden = in_channels * expansion
        widen = [*conv_bn(in_channels, hidden, 1), nn.ReLU6()] if expansion > 1 else []
        depthwise = [*conv_bn(hidden, hidden, kernel, stride, groups=hidden), nn.ReLU6()]
        self.residual = stride == 1 and in_channels == out_channels
        self.body = nn.Sequential(*widen, *depthwise, *conv_bn(hidden, out_channels, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.body(x) if self.residual else self.body(x)


class ResidualBlock(nn.Module):
    """Two standard 3x3 convolutions and their input added; where shapes change, a 1x1 convolution fits the input.

    >>> ResidualBlock(8, 16, stride=2)(torch.zeros(1, 8, 9, 9)).shape
    torch.Size([1, 16, 5, 5])
    """

    @checked
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        first = conv_bn(in_channels, out_channels, 3, stride)
        second = conv_bn(out_channels, out_channels, 3)
        self.body = nn.Sequential(*first, nn.ReLU(), *second)
        same = stride == 1 and in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Sequential(*conv_bn(in_channels, out_channels, 1, stride))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


def conv_bn(in_channels: int, out_channels: int, kernel: int, stride: int = 1, *, groups: int = 1) -> list[nn.Module]:
    """A convolution that keeps height and width (over the stride), and the batch norm that serves as its bias.

    Raises ValueError for sizes that are no whole numbers of at least 1, and an even kernel.

    >>> [type(layer).__name__ for layer in conv_bn(3, 8, 3)]
    ['Conv2d', 'BatchNorm2d']
    """
    check_kernel(kernel)
    check_sizes(in_channels=in_channels, out_channels=out_channels, stride=stride, groups=groups)
    conv = nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(out_channels)]


def scaled(channels: int, width: float) -> int:
    """The number of channels times the width multiplier, as a multiple of 8, at least 8: fast kernels work in eights.

    >>> scaled(32, 1.0), scaled(32, 0.5), scaled(64, 0.3), scaled(32, 0.01)
    (32, 16, 16, 8)
    """
    check_sizes(channels=channels)
    if not isinstance(width, Real) or isinstance(width, bool) or not 0 < width < 1000:
        raise ValueError(f"width must be a number above 0 and below 1000, got {width!r}")
    return max(8, round(channels * width / 8) * 8)


def check_kernel(kernel: int, name: str = "kernel") -> None:
    """Raise a ValueError for an even kernel: it has no middle, and the image would change its size.

    >>> check_kernel(5)
    """
    whole = isinstance(kernel, Integral) and not isinstance(kernel, bool)
    if not whole or not 1 <= kernel < 2**20 or kernel % 2 == 0:
        raise ValueError(f"{name} must be an odd number of at least 1, got {shown(kernel)}")
