"""Small networks with the structure of the published ones, as torchvision writes them: few blocks, few channels."""

import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(inside, outside, kernel=1, stride=1, groups=1, act=None):
    layers = [nn.Conv2d(inside, outside, kernel, stride, kernel // 2, groups=groups, bias=False)]
    return nn.Sequential(*layers, nn.BatchNorm2d(outside), *([act(inplace=True)] if act else []))


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, depthwise with a stride, project; a shortcut where nothing changes shape."""

    def __init__(self, inside, outside, stride, expansion):
        super().__init__()
        hidden = inside * expansion
        expand = [conv_norm(inside, hidden, act=nn.ReLU6)] if expansion > 1 else []
        depthwise = conv_norm(hidden, hidden, 3, stride, groups=hidden, act=nn.ReLU6)
        self.conv = nn.Sequential(
            *expand, depthwise, nn.Conv2d(hidden, outside, 1, bias=False), nn.BatchNorm2d(outside)
        )
        self.shortcut = stride == 1 and inside == outside

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class MobileNetV2(nn.Module):
    """Sandler et al. 2018, https://arxiv.org/abs/1801.04381."""

    def __init__(self):
        super().__init__()
        blocks = InvertedResidual(8, 8, 1, 1), InvertedResidual(8, 12, 2, 6), InvertedResidual(12, 12, 1, 6)
        stem, last = conv_norm(3, 8, 3, 2, act=nn.ReLU6), conv_norm(12, 24, act=nn.ReLU6)
        self.features = nn.Sequential(stem, *blocks, last)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(24, 5))

    def forward(self, x):
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(self.features(x), (1, 1)), 1))


class ShuffleUnit(nn.Module):
    """ShuffleNetV2's unit: at stride 1 half of the channels pass, at stride 2 two branches work on all of them."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        half = outside // 2
        self.stride, entering = stride, inside if stride > 1 else half
        self.left = nn.Sequential()
        if stride > 1:
            self.left = nn.Sequential(
                conv_norm(inside, inside, 3, stride, groups=inside), conv_norm(inside, half, act=nn.ReLU)
            )
        self.right = nn.Sequential(
            conv_norm(entering, half, act=nn.ReLU),
            conv_norm(half, half, 3, stride, groups=half),
            conv_norm(half, half, act=nn.ReLU),
        )

    def forward(self, x):
        left, right = (x, x) if self.stride > 1 else x.chunk(2, dim=1)
        x = torch.cat((self.left(left), self.right(right)), 1)
        B, C, H, W = x.size()
        return torch.transpose(x.view(B, 2, C // 2, H, W), 1, 2).contiguous().view(B, -1, H, W)


class ShuffleNetV2(nn.Module):
    """Ma et al. 2018, https://arxiv.org/abs/1807.11164."""

    def __init__(self):
        super().__init__()
        self.conv1, self.maxpool = conv_norm(3, 8, 3, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)
        self.stage2 = nn.Sequential(ShuffleUnit(8, 16, 2), ShuffleUnit(16, 16, 1))
        self.conv5, self.fc = conv_norm(16, 24, act=nn.ReLU), nn.Linear(24, 5)

    def forward(self, x):
        return self.fc(self.conv5(self.stage2(self.maxpool(self.conv1(x)))).mean([2, 3]))


class Fire(nn.Module):
    def __init__(self, inside, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(inside, squeezed, 1)
        self.one, self.three = nn.Conv2d(squeezed, expanded, 1), nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x), inplace=True)
        return torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)


class SqueezeNet(nn.Module):
    """Iandola et al. 2016, https://arxiv.org/abs/1602.07360: a convolution classifies, and a mean ends it."""

    def __init__(self):
        super().__init__()
        pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU(True), pool, Fire(8, 4, 8), pool, Fire(16, 4, 8))
        head = nn.Dropout(0.5), nn.Conv2d(16, 5, 1), nn.ReLU(True), nn.AdaptiveAvgPool2d((1, 1))
        self.classifier = nn.Sequential(*head)

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


STRUCTURES = {"mobilenet v2": MobileNetV2, "shufflenet v2": ShuffleNetV2, "squeezenet": SqueezeNet}


def build(name: str) -> nn.Module:
    """The network of that name for inputs (B, 3, 32, 32) and 5 classes, in training mode, with norms that saw data."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = STRUCTURES[name]()
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)  # so that values do not shrink from layer to layer
        for _ in range(3):
            model(torch.rand(16, 3, 32, 32))
    return model
