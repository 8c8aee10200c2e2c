"""TinyDetector: an EfficientDet in small, which says for thousands of boxes what they hold and how to move them.

    image ──▶ backbone ─┬─ P2 (stride 4)  ─┐          ┌─▶ class head ─▶ logits  (anchors, classes)
                        ├─ P3 (stride 8)  ─┤▶ BiFPN ─▶│
                        └─ P4 (stride 16) ─┘          └─▶ box head   ─▶ offsets (anchors, 4)

The two heads are shared: the same weights look at every level, because an object that is twice as near looks the same
one level further up. Behind their depthwise filter the places of all levels lie in one row, so that a pointwise layer
runs once and its batch norm has one set of statistics; EfficientDet has a norm for each level instead.

Each place has one square anchor, three strides wide: 12, 24 and 48 pixels.

One number φ scales all parts together, instead of one part that the others cannot keep up with:

    channels of the BiFPN and of the backbone · 1.35^φ      layers of the BiFPN and of each head 1 + φ // 2

EfficientDet scales the resolution as well; the images here keep theirs.

Symbols   φ size: "small" 0, "medium" 1, "large" 2
Shapes    images (B, 3, H, W), H and W multiples of 16 -> logits (B, A, classes), offsets (B, A, 4); A anchors, level by
          level and row by row, as `tiny_anchors` has them
Source    Tan, Pang, Le 2020, https://arxiv.org/abs/1911.09070, sections 3 and 4; the first bias of the
          classes: Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 4.1
In production  EfficientDet-Lite in LiteRT's model zoo; torchvision.models.detection.ssdlite320_mobilenet_v3_large
"""

import math

import numpy as np
import torch
from torch import nn

from edukit.checked import checked
from edukit.detection.anchors import make_anchors
from edukit.detection.bifpn import BiFPNLayer
from edukit.networks.blocks import MobileNetBlock, conv_bn, scaled
from edukit.refuse import check_sizes

SIZES = {"small": 0, "medium": 1, "large": 2}  # φ
STRIDES = 4, 8, 16
PLAN = [[(32, 2), (32, 1)], [(64, 2), (64, 1)], [(128, 2), (128, 1), (128, 1)]]  # P2, P3, P4: channels, stride
STEM, CHANNELS, GROWTH = 16, 32, 1.35
ANCHOR = 3.0  # strides
FIRST_PROBABILITY = 0.01  # of every class on every anchor, before anything was learned


class TinyDetector(nn.Module):
    """A detector for images whose height and width are multiples of 16.

    classes   of objects; what lies on no object is none of them
    size      "small", "medium" or "large"
    Raises ValueError for an unknown size and no classes, and later for images that do not fit.

    >>> logits, offsets = TinyDetector(classes=5)(torch.zeros(2, 3, 96, 96))
    >>> logits.shape, offsets.shape  # 24² + 12² + 6² places
    (torch.Size([2, 756, 5]), torch.Size([2, 756, 4]))
    """

    @checked
    def __init__(self, classes: int, size: str = "small"):
        super().__init__()
        check_sizes(classes=classes)
        if size not in SIZES:
            raise ValueError(f"size must be one of {', '.join(SIZES)}, got {size!r}")
        rule = scaling(SIZES[size])
        channels = rule["channels"]
        self.backbone = Backbone(rule["width"])
        self.lateral = nn.ModuleList(nn.Sequential(*conv_bn(c, channels, 1)) for c in self.backbone.channels)
        self.bifpn = nn.Sequential(*(BiFPNLayer(channels, len(STRIDES)) for _ in range(rule["layers"])))
        self.class_head = Head(channels, classes, rule["layers"])
        self.box_head = Head(channels, 4, rule["layers"])
        nn.init.constant_(self.class_head.pointwise[-1].bias, -math.log((1 - FIRST_PROBABILITY) / FIRST_PROBABILITY))

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        check_images(images)
        maps = [lateral(x) for lateral, x in zip(self.lateral, self.backbone(images), strict=True)]
        maps = self.bifpn(maps)
        return self.class_head(maps), self.box_head(maps)


@checked
def tiny_anchors(height: int = 96, width: int = 96) -> np.ndarray:
    """The anchors of a TinyDetector for images of this size: (A, 4), one square for each row of its answers.

    >>> tiny_anchors().shape, tiny_anchors()[0].tolist()
    ((756, 4), [-4.0, -4.0, 8.0, 8.0])
    """
    return make_anchors(height, width, strides=STRIDES, scale=ANCHOR, octaves=(1.0,), ratios=(1.0,))


class Backbone(nn.Module):
    """Depthwise blocks that give the maps of strides 4, 8 and 16.

    >>> [tuple(x.shape) for x in Backbone()(torch.zeros(1, 3, 96, 96))]
    [(1, 32, 24, 24), (1, 64, 12, 12), (1, 128, 6, 6)]
    """

    def __init__(self, width: float = 1.0):
        super().__init__()
        channels = scaled(STEM, width)
        self.stem = nn.Sequential(*conv_bn(3, channels, 3, stride=2), nn.ReLU())
        self.stages = nn.ModuleList()
        self.channels = []
        for plan in PLAN:
            blocks = []
            for out, stride in plan:
                blocks.append(MobileNetBlock(channels, scaled(out, width), stride))
                channels = scaled(out, width)
            self.stages.append(nn.Sequential(*blocks))
            self.channels.append(channels)

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        x = self.stem(images)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


def scaling(phi: int) -> dict[str, float]:
    """What φ makes of each part of the detector.

    >>> scaling(0), scaling(2)["channels"]
    ({'width': 1.0, 'channels': 32, 'layers': 1}, 56)
    """
    width = GROWTH**phi
    return dict(width=width, channels=scaled(CHANNELS, width), layers=1 + phi // 2)


class Head(nn.Module):
    """A depthwise convolution on each map, then pointwise layers on the places of all maps: (B, places, outputs).

    >>> Head(8, 12, 1)([torch.zeros(2, 8, 4, 4), torch.zeros(2, 8, 2, 2)]).shape
    torch.Size([2, 20, 12])
    """

    def __init__(self, channels: int, outputs: int, layers: int):
        super().__init__()
        self.depthwise = nn.Sequential(*conv_bn(channels, channels, 3, groups=channels)[:1])
        hidden = [layer for _ in range(layers) for layer in (*conv_bn(channels, channels, 1), nn.ReLU())]
        self.pointwise = nn.Sequential(*hidden, nn.Conv2d(channels, outputs, 1))
        nn.init.normal_(self.pointwise[-1].weight, std=0.01)
        nn.init.zeros_(self.pointwise[-1].bias)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        places = [self.depthwise(x).flatten(2) for x in maps]
        return self.pointwise(torch.cat(places, 2)[..., None]).flatten(2).transpose(1, 2)


def check_images(images) -> None:
    """Raise a TypeError or ValueError unless the images are (B, 3, H, W), H and W multiples of 16.

    >>> check_images(torch.zeros(1, 3, 100, 96))
    Traceback (most recent call last):
    ValueError: images must be (B, 3, H, W), H and W multiples of 16, got (1, 3, 100, 96)
    """
    if not isinstance(images, torch.Tensor):
        raise TypeError(f"images must be a torch tensor, got {type(images).__name__}")
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[1] != 3 or any(size % STRIDES[-1] or size == 0 for size in shape[2:]):
        raise ValueError(f"images must be (B, 3, H, W), H and W multiples of {STRIDES[-1]}, got {shape}")
