"""Three more compact blocks: Fire, the ShuffleNet unit, and squeeze-and-excite.

    Fire                1x1 to S channels, then 1x1 and 3x3 side by side to E1 + E3     M S + S E1 + k² S E3
    ShuffleNetV2 unit   half of the channels passes untouched, half is worked on        M²/2 + k² M/2  at stride 1
    channel shuffle     (g, n) -> (n, g): the next unit's half holds channels of both   0: numbers only move
    squeeze-and-excite  each channel times a number in 0…1 that the whole image chose   2 M R, once an image

Symbols   multiply-adds for each output pixel · M channels in · S, E1, E3 squeezed and expanded · k kernel, 3 unless
          another is asked for · g groups · n channels of a group · R reduced
Shapes    (B, M, H, W) -> (B, E1 + E3, H, W) · (B, N, ceil(H / stride), ceil(W / stride)) · (B, M, H, W)
Source    Iandola et al. 2016, https://arxiv.org/abs/1602.07360 (Fire); Zhang et al. 2017,
          https://arxiv.org/abs/1707.01083 (shuffle); Ma et al. 2018, https://arxiv.org/abs/1807.11164 (unit);
          Hu et al. 2017, https://arxiv.org/abs/1709.01507 (squeeze-and-excite)
In production  torchvision.models.squeezenet, shufflenetv2; a shuffle multiplies nothing, but it moves every byte
"""

import torch
from torch import nn

from edukit.checked import checked
from edukit.networks.blocks import check_kernel, conv_bn
from edukit.refuse import check_array, check_sizes


class Fire(nn.Module):
    """SqueezeNet's module: few channels in the middle make the 3x3 convolution cheap.

    >>> Fire(96, 16, 64, 64)(torch.zeros(1, 96, 7, 7)).shape
    torch.Size([1, 128, 7, 7])
    """

    @checked
    def __init__(self, in_channels: int, squeeze: int, expand1: int, expand3: int, *, kernel: int = 3):
        super().__init__()
        check_kernel(kernel)
        check_sizes(in_channels=in_channels, squeeze=squeeze, expand1=expand1, expand3=expand3)
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1 = nn.Conv2d(squeeze, expand1, 1)
        self.expand3 = nn.Conv2d(squeeze, expand3, kernel, padding=kernel // 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1(x), self.expand3(x)], 1))


@checked
def channel_shuffle(x: torch.Tensor, groups: int) -> torch.Tensor:
    """The channels in a new order: the first of each group, then the second of each, and so on.

    x (B, C, …), C a multiple of groups, or a ValueError

    >>> channel_shuffle(torch.arange(6).reshape(1, 6), 2).tolist()
    [[0, 3, 1, 4, 2, 5]]
    """
    check_array(x)
    if x.ndim < 2:
        raise ValueError(f"x must have the shape (B, C, …), got {tuple(x.shape)}")
    if not isinstance(groups, int) or groups < 1 or x.shape[1] % groups:
        raise ValueError(f"groups must divide the {x.shape[1]} channels, got {groups!r}")
    return x.unflatten(1, (groups, -1)).transpose(1, 2).flatten(1, 2)


class ShuffleUnit(nn.Module):
    """ShuffleNetV2's unit. At stride 1 half of the channels passes by; at stride 2 both branches see all of them.

    in_channels, out_channels   equal at stride 1; out_channels even
    shuffle                     False leaves the halves where they are: to see what is lost

    >>> ShuffleUnit(24, 116, stride=2)(torch.zeros(1, 24, 9, 9)).shape
    torch.Size([1, 116, 5, 5])
    """

    @checked
    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, *, kernel: int = 3, shuffle: bool = True):
        super().__init__()
        check_sizes(in_channels=in_channels, out_channels=out_channels, stride=stride)
        if out_channels % 2 or (stride == 1 and in_channels != out_channels):
            raise ValueError(
                f"out_channels must be even, and equal to in_channels at stride 1, got {in_channels} and {out_channels}"
            )
        half = out_channels // 2
        seen = out_channels // 2 if stride == 1 else in_channels
        first = [*conv_bn(seen, half, 1), nn.ReLU(), *conv_bn(half, half, kernel, stride, groups=half)]
        self.work = nn.Sequential(*first, *conv_bn(half, half, 1), nn.ReLU())
        self.passing = nn.Identity()
        if stride > 1:
            depthwise = conv_bn(in_channels, in_channels, kernel, stride, groups=in_channels)
            self.passing = nn.Sequential(*depthwise, *conv_bn(in_channels, half, 1), nn.ReLU())
        self.stride = stride
        self.groups = 2 if shuffle else 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        left, right = x.chunk(2, 1) if self.stride == 1 else (x, x)
        return channel_shuffle(torch.cat([self.passing(left), self.work(right)], 1), self.groups)


class SqueezeExcite(nn.Module):
    """Each channel times a factor of its own, between 0 and 1, found from the means of all channels.

    reduced   channels in the middle

    >>> SqueezeExcite(8, 2)(torch.ones(1, 8, 5, 5)).shape
    torch.Size([1, 8, 5, 5])
    """

    @checked
    def __init__(self, channels: int, reduced: int):
        super().__init__()
        check_sizes(channels=channels, reduced=reduced)
        self.down = nn.Conv2d(channels, reduced, 1)
        self.up = nn.Conv2d(reduced, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        factor = torch.sigmoid(self.up(torch.relu(self.down(x.mean((2, 3), keepdim=True)))))
        return x * factor
