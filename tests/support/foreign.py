"""Networks as torchvision, timm and their users write them, with few blocks and few channels, for (B, 3, 32, 32)."""

import torch
from structures import STRUCTURES, ShuffleUnit, conv_norm
from torch import nn
from torch.nn import functional as F

from edukit.training import seeded


class BasicBlock(nn.Module):
    """ResNet's block: two convolutions, a shortcut by a convolution where shapes change."""

    def __init__(self, inside, outside, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(outside), nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.downsample = conv_norm(inside, outside, 1, stride) if stride > 1 or inside != outside else None

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = conv_norm(3, 16, 3, 2, act=nn.ReLU)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(16, 16), BasicBlock(16, 32, 2))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(32, 5)

    def forward(self, x):
        x = self.layer1(self.maxpool(self.conv1(x)))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class SqueezeExcitation(nn.Module):
    """A gate for each channel, from the mean of all."""

    def __init__(self, channels, squeezed, act, gate):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.activation, self.scale_activation = act(), gate()

    def forward(self, x):
        return x * self.scale_activation(self.fc2(self.activation(self.fc1(self.avgpool(x)))))


class MBConv(nn.Module):
    """Expand, depthwise, gate, project; a shortcut where nothing changes shape."""

    def __init__(self, inside, outside, stride, act, gate):
        super().__init__()
        hidden = 4 * inside
        self.block = nn.Sequential(
            conv_norm(inside, hidden, act=act),
            conv_norm(hidden, hidden, 5, stride, groups=hidden, act=act),
            SqueezeExcitation(hidden, 8, nn.ReLU, gate),
            conv_norm(hidden, outside),
        )
        self.shortcut = stride == 1 and inside == outside

    def forward(self, x):
        return x + self.block(x) if self.shortcut else self.block(x)


class MobileNetV3(nn.Module):
    def __init__(self, act=nn.Hardswish, gate=nn.Hardsigmoid):
        super().__init__()
        blocks = MBConv(8, 16, 2, act, gate), MBConv(16, 16, 1, act, gate)
        self.features = nn.Sequential(conv_norm(3, 8, 3, 2, act=act), *blocks, conv_norm(16, 48, act=act))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Linear(48, 64), act(), nn.Dropout(0.2), nn.Linear(64, 5))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    """A wide depthwise convolution, two linear layers with the channels last, a scale for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.pwconv1, self.pwconv2 = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(0.1 * torch.ones(channels))

    def forward(self, x):
        y = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.gamma * self.pwconv2(F.gelu(self.pwconv1(y)))
        return x + y.permute(0, 3, 1, 2)


class ConvNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 24, 4, 4), LayerNorm2d(24))
        self.stages = nn.Sequential(ConvNeXtBlock(24), ConvNeXtBlock(24))
        self.norm, self.head = nn.LayerNorm(24), nn.Linear(24, 5)

    def forward(self, x):
        return self.head(self.norm(self.stages(self.stem(x)).mean([-2, -1])))


class DenseLayer(nn.Module):
    """Norm before the convolution; what came before is joined with what is new."""

    def __init__(self, inside, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inside), nn.Conv2d(inside, 4 * growth, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(4 * growth), nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x), inplace=True))
        return torch.cat([x, self.conv2(F.relu(self.norm2(y), inplace=True))], 1)


class DenseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(conv_norm(3, 16, 3, 2, act=nn.ReLU), DenseLayer(16, 8), DenseLayer(24, 8))
        self.transition = nn.Sequential(nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 32, 1), nn.AvgPool2d(2))
        self.classifier = nn.Linear(32, 5)

    def forward(self, x):
        x = F.relu(self.transition(self.features(x)), inplace=True)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


class InceptionBlock(nn.Module):
    """Four branches side by side, one of them over a pool."""

    def __init__(self, inside):
        super().__init__()
        self.branch1 = conv_norm(inside, 8, act=nn.ReLU)
        self.branch2 = nn.Sequential(conv_norm(inside, 8, act=nn.ReLU), conv_norm(8, 16, 3, act=nn.ReLU))
        self.branch3 = nn.Sequential(conv_norm(inside, 8, act=nn.ReLU), conv_norm(8, 8, 5, act=nn.ReLU))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_norm(inside, 8, act=nn.ReLU))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.pool(x)], 1)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.blocks = conv_norm(3, 16, 3, 2, act=nn.ReLU), InceptionBlock(16)
        self.dropout, self.fc = nn.Dropout(0.4), nn.Linear(40, 5)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(F.max_pool2d(self.blocks(self.stem(x)), 2), 1)
        return self.fc(self.dropout(torch.flatten(x, 1)))


class ShuffleNetV2(nn.Module):
    """One unit with a stride, one without; four times as wide as in structures.py."""

    def __init__(self):
        super().__init__()
        self.conv1, self.maxpool = conv_norm(3, 32, 3, 2, act=nn.ReLU), nn.MaxPool2d(3, 2, 1)
        self.stage2 = nn.Sequential(ShuffleUnit(32, 64, 2), ShuffleUnit(64, 64, 1))
        self.conv5, self.fc = conv_norm(64, 128, act=nn.ReLU), nn.Linear(128, 5)

    def forward(self, x):
        return self.fc(self.conv5(self.stage2(self.maxpool(self.conv1(x)))).mean([2, 3]))


class Attention(nn.Module):
    """timm's: one linear layer for queries, keys and values."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        B, N, C = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        return self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, N, C))


class ViTBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.attn, self.norm2 = nn.LayerNorm(width), Attention(width, heads), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """Patches, a class token, positions, two blocks."""

    def __init__(self, width=32):
        super().__init__()
        self.patch = nn.Conv2d(3, width, 8, 8)
        self.token = nn.Parameter(0.1 * torch.randn(1, 1, width))
        self.places = nn.Parameter(0.1 * torch.randn(1, 17, width))
        self.blocks = nn.Sequential(ViTBlock(width, 4), ViTBlock(width, 4))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.norm(self.blocks(x))[:, 0])


class UNet(nn.Module):
    """Down once, up once by a transposed convolution, joined with what was there before: a class for each place."""

    def __init__(self):
        super().__init__()
        self.down, self.middle = conv_norm(3, 16, 3, act=nn.ReLU), conv_norm(16, 32, 3, act=nn.ReLU)
        self.up = nn.ConvTranspose2d(32, 16, 2, 2)
        self.joined, self.head = conv_norm(32, 16, 3, act=nn.ReLU), nn.Conv2d(16, 3, 1)

    def forward(self, x):
        first = self.down(x)
        x = self.up(self.middle(F.max_pool2d(first, 2)))
        return self.head(self.joined(torch.cat([first, x], 1)))


FOREIGN = {
    "resnet": ResNet,
    "mobilenet v2": STRUCTURES["mobilenet v2"],
    "mobilenet v3": MobileNetV3,
    "efficientnet": lambda: MobileNetV3(nn.SiLU, nn.Sigmoid),
    "convnext": ConvNeXt,
    "densenet": DenseNet,
    "inception": Inception,
    "shufflenet v2": ShuffleNetV2,
    "vit": ViT,
    "u-net": UNet,
}


def build(name: str) -> nn.Module:
    """The network of that name, its batch norms having seen some data, in evaluation mode."""
    with seeded(0):
        model = FOREIGN[name]()
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)  # so that values do not shrink from layer to layer
        for _ in range(3):
            model(torch.rand(16, 3, 32, 32))
    return model.eval()
