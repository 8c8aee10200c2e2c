"""BiFPN: feature maps of several scales tell each other what they see, downwards and then upwards.

    P3 ─────────────────▶ (+) ──▶ P3'          P4'' = fuse(P4, up(P5))
    P4 ───▶ (+) ────────▶ (+) ──▶ P4'          P3'  = fuse(P3, up(P4''))
    P5 ──────┴──────────▶ (+) ──▶ P5'          P4'  = fuse(P4, P4'', down(P3'))    P5' = fuse(P5, down(P4'))

    fuse(x₁, …, xₙ) = conv(Σ wᵢ xᵢ / (ε + Σ wⱼ))        wᵢ = ReLU(a number that learns)

A map that has an input and an output of its own scale alone has nothing to fuse in between, so the first and the last
have no middle node. The division replaces a softmax: the weights still lie between 0 and 1, at the cost of one sum.

Symbols   Pᵢ map with a stride of 2ⁱ pixels · up nearest neighbour, twice the size · down max pooling, half the size
Shapes    a list of maps (B, C, Hᵢ, Wᵢ), each half as high and wide as the one before; the same shapes come out
Source    Tan, Pang, Le 2020 (EfficientDet), https://arxiv.org/abs/1911.09070, section 3
In production  timm's efficientdet of Ross Wightman; torchvision has the one-way pyramid, FeaturePyramidNetwork
"""

import torch
from torch import nn
from torch.nn import functional as F

from edukit.checked import checked
from edukit.copies import copied
from edukit.networks.blocks import DepthwiseSeparable
from edukit.refuse import check_sizes

EPSILON = 1e-4


class Fusion(nn.Module):
    """The weighted mean of maps of one shape, with weights that learn.

    >>> fusion = Fusion(2)
    >>> [round(share, 3) for share in fusion.shares().tolist()]
    [0.5, 0.5]
    >>> round(fusion(torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1, 1)).item(), 3)
    0.5
    """

    @checked
    def __init__(self, inputs: int):
        super().__init__()
        check_sizes(inputs=inputs)
        self.weights = nn.Parameter(torch.ones(inputs))

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        if len(maps) != len(self.weights):
            raise ValueError(f"maps must be {len(self.weights)} for this fusion, got {len(maps)}")
        shares = self.shares()
        total = shares[0] * maps[0]
        for i, x in enumerate(maps[1:], 1):
            total = total + shares[i] * x
        return total

    def shares(self) -> torch.Tensor:
        """The share of each input in the sum: 0 or more, and together just below 1."""
        positive = torch.relu(self.weights)
        return positive / (positive.sum() + EPSILON)


class BiFPNLayer(nn.Module):
    """One exchange, down and up, between maps of the same number of channels.

    >>> maps = [torch.zeros(1, 8, size, size) for size in (12, 6, 3)]
    >>> [tuple(x.shape) for x in BiFPNLayer(8, 3)(maps)]
    [(1, 8, 12, 12), (1, 8, 6, 6), (1, 8, 3, 3)]
    """

    @checked
    def __init__(self, channels: int, levels: int = 3):
        super().__init__()
        check_sizes(channels=channels, levels=levels)
        if levels < 2:
            raise ValueError(f"levels must be at least 2, got {levels!r}: one map has nobody to talk to")
        self.down = nn.ModuleList(FusionNode(2, channels) for _ in range(levels - 1))  # of levels 0 to levels - 2
        inputs = [3] * (levels - 2) + [2]
        self.up = nn.ModuleList(FusionNode(count, channels) for count in inputs)  # of levels 1 to levels - 1

    def forward(self, maps: list[torch.Tensor]) -> list[torch.Tensor]:
        _check_maps(maps, len(self.up) + 1)
        middle = [maps[-1]]
        for i in reversed(range(len(self.down))):
            middle.insert(0, self.down[i](maps[i], F.interpolate(middle[0], scale_factor=2.0)))
        out = [middle[0]]
        for i, node in enumerate(self.up, 1):
            own = [maps[i], middle[i]] if i < len(self.up) else [maps[i]]
            out.append(node(*own, F.max_pool2d(out[-1], 2)))
        return out


class FusionNode(nn.Module):
    """A fusion and the separable convolution behind it.

    >>> FusionNode(2, 8)(torch.zeros(1, 8, 3, 3), torch.zeros(1, 8, 3, 3)).shape
    torch.Size([1, 8, 3, 3])
    """

    def __init__(self, inputs: int, channels: int):
        super().__init__()
        self.fusion = Fusion(inputs)
        self.convolution = DepthwiseSeparable(channels, channels)

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        return self.convolution(self.fusion(*maps))


def fusion_shares(model: nn.Module) -> dict[str, list[float]]:
    """{fusion: the share of each of its inputs} of every `Fusion` in a model: what its BiFPN has learned.

    >>> list(fusion_shares(BiFPNLayer(8, 2)).items())[0][0]
    'down.0.fusion'
    """
    found = {name: module for name, module in model.named_modules() if isinstance(module, Fusion)}
    return {name: module.shares().detach().tolist() for name, module in found.items()}


class FixedFusion(nn.Module):
    """A fusion that learns no more: each share is a depthwise 1x1 convolution, which runtimes have in integers.

    >>> round(FixedFusion([0.25, 0.75], channels=8)(torch.zeros(1, 8, 1, 1), torch.ones(1, 8, 1, 1))[0, 0].item(), 3)
    0.75
    """

    def __init__(self, shares: list[float], channels: int):
        super().__init__()
        self.scale = nn.ModuleList(nn.Conv2d(channels, channels, 1, groups=channels, bias=False) for _ in shares)
        for convolution, share in zip(self.scale, shares, strict=True):
            nn.init.constant_(convolution.weight, share)

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        scaled = [convolution(x) for convolution, x in zip(self.scale, maps, strict=True)]
        return sum(scaled[1:], start=scaled[0])


def fix_shares(model: nn.Module) -> nn.Module:
    """A copy of a trained detector that answers the same, whose fusions compute with fixed shares: to be quantized.

    As it learns, a fusion divides its weights at each call and multiplies in float, in the middle of the integers.
    Raises TypeError for what is no model. Shrink before: the convolutions have the channels of this moment.

    >>> node = FusionNode(2, 8).eval()
    >>> x = torch.rand(2, 1, 8, 4, 4)
    >>> torch.allclose(fix_shares(node)(*x), node(*x), atol=1e-6)
    True
    """
    model = copied(model)
    for node in [module for module in model.modules() if isinstance(module, FusionNode)]:
        if isinstance(node.fusion, Fusion):
            node.fusion = FixedFusion(node.fusion.shares().tolist(), node.convolution[0].in_channels)
    return model


def _check_maps(maps, levels) -> None:
    if len(maps) != levels:
        raise ValueError(f"maps must be {levels}, one for each level, got {len(maps)}")
    for large, small in zip(maps, maps[1:], strict=False):
        if [2 * size for size in small.shape[2:]] != list(large.shape[2:]):
            sizes = ", ".join("x".join(str(int(n)) for n in x.shape[2:]) for x in maps)
            raise ValueError(f"maps must each be half as high and wide as the one before, got {sizes}")
