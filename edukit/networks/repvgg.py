"""RepVGG: three branches while it learns, one convolution when it runs.

    three branches   bn(k3 * x) + bn(k1 * x) + bn(x)              3x3, 1x1 and the input itself, each with a batch norm
    one convolution  (f3 k3 + f1 pad(k1) + f0 δ) * x + s3 + s1 + s0       f = γ / σ, s = β - μ f of each norm

A 1x1 filter is a 3x3 filter with zeros around its middle, and the input itself is a 1x1 filter with one 1. Filters of
one size add up, because a convolution is linear.

Symbols   * convolution · k3, k1 filters · γ, β, μ, σ of a batch norm · δ 1 in the middle of each channel's own filter
Shapes    (B, M, H, W) -> (B, N, ceil(H / stride), ceil(W / stride)); the input is added where M = N and the stride is 1
Error     float rounding, in evaluation mode; while the block trains, its norms depend on the batch
Source    Ding et al. 2021, https://arxiv.org/abs/2101.03697, section 3.3
In production  timm.utils.reparameterize_model, for timm's RepVGG; MobileOne, YOLOv6 and others train such branches
"""

import torch
from torch import nn
from torch.nn import functional as F

from edukit.copies import copied
from edukit.networks.blocks import conv_bn
from edukit.refuse import check_model


class RepVGGBlock(nn.Module):
    """A 3x3 convolution, a 1x1 convolution and, where the shapes allow it, the input: each normed, added, then ReLU.

    >>> RepVGGBlock(8, 16, stride=2)(torch.zeros(1, 8, 9, 9)).shape
    torch.Size([1, 16, 5, 5])
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1):
        super().__init__()
        self.three = nn.Sequential(*conv_bn(in_channels, out_channels, 3, stride))
        self.one = nn.Sequential(*conv_bn(in_channels, out_channels, 1, stride))
        same = stride == 1 and in_channels == out_channels
        self.identity = nn.BatchNorm2d(out_channels) if same else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.three(x) + self.one(x)
        return torch.relu(y if self.identity is None else y + self.identity(x))


def one_convolution(block: RepVGGBlock) -> nn.Conv2d:
    """A single 3x3 convolution that answers as the three branches do in evaluation mode, before the ReLU.

    Raises ValueError for a block whose batch norms have no running statistics, TypeError for another module.

    >>> block = RepVGGBlock(8, 8).eval()
    >>> x = torch.rand(1, 8, 5, 5)
    >>> torch.allclose(one_convolution(block)(x).relu(), block(x), atol=1e-5)
    True
    """
    if not isinstance(block, RepVGGBlock):
        raise TypeError(f"block must be a RepVGGBlock, got {type(block).__name__}")
    with torch.no_grad():
        branches = [_scaled(*block.three), _scaled(block.one[0], block.one[1])]
        if block.identity is not None:
            branches.append(_scaled(_unchanged(block.three[0]), block.identity))
        conv = block.three[0]
        made = nn.Conv2d(conv.in_channels, conv.out_channels, 3, conv.stride, 1)
        made = made.to(conv.weight.device, conv.weight.dtype).eval()
        made.weight.copy_(sum(weight for weight, _ in branches))
        made.bias.copy_(sum(bias for _, bias in branches))
    return made


def fused(model: nn.Module) -> nn.Module:
    """A copy of a model in evaluation mode in which each RepVGGBlock is one convolution and a ReLU.

    >>> fused(nn.Sequential(RepVGGBlock(3, 8), nn.Flatten()))[0]
    Sequential(
      (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
      (1): ReLU()
    )
    """
    check_model(model)
    model = copied(model).eval()
    if isinstance(model, RepVGGBlock):
        return nn.Sequential(one_convolution(model), nn.ReLU()).eval()
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, RepVGGBlock):
                setattr(parent, name, nn.Sequential(one_convolution(child), nn.ReLU()).eval())
    return model


def _unchanged(conv):
    """The 1x1 filters that hand each channel on as it is: a convolution by them is the input."""
    with torch.no_grad():
        made = nn.Conv2d(conv.in_channels, conv.out_channels, 1, bias=False).to(conv.weight)
        made.weight.copy_(torch.eye(conv.in_channels)[:, :, None, None])
    return made


def _scaled(conv, norm):
    """The filters, as 3x3, and the biases of a convolution without a bias and the batch norm behind it."""
    if norm.running_var is None:
        raise ValueError("block must have batch norms with running statistics, got one without")
    factor = norm.weight / (norm.running_var + norm.eps).sqrt()
    weight = conv.weight * factor[:, None, None, None]
    missing = (3 - weight.shape[-1]) // 2
    return F.pad(weight, [missing] * 4), norm.bias - norm.running_mean * factor
