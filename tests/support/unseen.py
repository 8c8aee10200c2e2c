"""Networks that the kit has never seen: plain torch modules, written as their authors would write them."""

import copy
import functools

import torch
from torch import nn
from torch.nn import functional as F

from edukit.graph import capture


class Residual(nn.Module):
    """Option-A shortcut (slice and pad), in-place addition and ReLU, batch norm."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.stride, self.pad = stride, (outside - inside) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        if self.pad:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.pad, self.pad))
        y += x
        return self.relu(y)


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, ReLU6, linear bottleneck."""

    def __init__(self, channels, expansion=2):
        super().__init__()
        hidden = channels * expansion
        self.body = nn.Sequential(
            nn.Conv2d(channels, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return x + self.body(x)


class Shuffle(nn.Module):
    """Split, depthwise branch, concatenate, shuffle the channels."""

    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch = nn.Sequential(
            nn.Conv2d(half, half, 1, padding="same", bias=False),
            nn.BatchNorm2d(half),
            nn.ReLU(),
            nn.Conv2d(half, half, 3, padding=1, groups=half),
            nn.BatchNorm2d(half),
        )

    def forward(self, x):
        left, right = x.chunk(2, dim=1)
        x = torch.cat([left, self.branch(right)], dim=1)
        B, C, H, W = x.shape
        return x.view(B, 2, C // 2, H, W).transpose(1, 2).reshape(B, C, H, W)


class Fire(nn.Module):
    """Squeeze, two expansions side by side, concatenation, functional calls."""

    def __init__(self, channels):
        super().__init__()
        self.squeeze = nn.Conv2d(channels, 4, 1)
        self.one = nn.Conv2d(4, channels // 2, 1)
        self.three = nn.Conv2d(4, channels // 2, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)


class Transformer(nn.Module):
    """Patches, two encoder layers of torch, a mean over the patches."""

    def __init__(self, norm_first=False):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, stride=4)
        layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, norm_first=norm_first)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        return self.head(self.encoder(self.patch(x).flatten(2).transpose(1, 2)).mean(1))


class Shared(nn.Module):
    """One convolution called twice, and a flatten into a linear layer."""

    def __init__(self):
        super().__init__()
        self.stem, self.twice = nn.Conv2d(3, 8, 3, stride=2), nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 3 * 3, 5)

    def forward(self, x):
        x = self.twice(F.relu(self.twice(F.relu(self.stem(x)))))
        return self.fc(torch.flatten(F.max_pool2d(x, 2), 1))


class Conv1D(nn.Module):
    """A linear layer as GPT-2 writes it: the weight lies the other way round."""

    def __init__(self, nf, nx):
        super().__init__()
        self.nf = nf
        self.weight, self.bias = nn.Parameter(0.2 * torch.randn(nx, nf)), nn.Parameter(0.1 * torch.randn(nf))

    def forward(self, x):
        size = x.size()[:-1] + (self.nf,)
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight).view(size)


class GPT2Block(nn.Module):
    def __init__(self, width=32, heads=2):
        super().__init__()
        self.num_heads, self.width = heads, width
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.c_attn, self.c_proj = Conv1D(3 * width, width), Conv1D(width, width)
        self.c_fc, self.c_out = Conv1D(4 * width, width), Conv1D(width, 4 * width)

    def forward(self, x):
        B, T, d = x.shape
        q, k, v = self.c_attn(self.ln_1(x)).split(d, dim=2)
        q, k, v = (t.view(B, T, self.num_heads, -1).transpose(1, 2) for t in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, d)
        x = x + self.c_proj(y)
        return x + self.c_out(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class GPT2(nn.Module):
    """Tokens (B, T) below 100 to logits (B, T, 100); the head shares the embedding's weight."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.wte, self.wpe = nn.Embedding(100, 32), nn.Embedding(32, 32)
            self.blocks = nn.ModuleList([GPT2Block() for _ in range(2)])
            self.ln_f, self.lm_head = nn.LayerNorm(32), nn.Linear(32, 100, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def _classifier(*body, channels=8):
    stem = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU()
    return nn.Sequential(*stem, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 5))


def _vgg():
    body = nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), *body, nn.Flatten(), nn.Dropout(), nn.Linear(784, 5))


NETWORKS = {
    "vgg": _vgg,
    "resnet": lambda: _classifier(Residual(8, 8, 1), Residual(8, 16, 2), channels=16),
    "inverted residual": lambda: _classifier(InvertedResidual(8), InvertedResidual(8)),
    "shuffle": lambda: _classifier(Shuffle(8), Shuffle(8)),
    "fire": lambda: _classifier(Fire(8), nn.MaxPool2d(2), Fire(8)),
    "transformer": Transformer,
    "pre-norm transformer": lambda: Transformer(norm_first=True),
    "shared module": Shared,
}


def build(name: str) -> nn.Module:
    """The network of that name for inputs (B, 3, 16, 16) and 5 classes, its batch norms having seen some data."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = NETWORKS[name]()
        for _ in range(3):
            model(torch.rand(16, 3, 16, 16))
    return model.eval()


def followed(name: str) -> nn.Module:
    """The same as a captured graph, which is captured again in no time: for tests of what comes after."""
    return copy.deepcopy(_graph(name))


@functools.cache
def _graph(name):
    return capture(build(name), torch.zeros(2, 3, 16, 16))
