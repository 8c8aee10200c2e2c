"""Many small networks, one theorem: without the channels = with zeros in their place."""

import copy
import functools
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from unseen import GPT2

from edukit.networks import LinearAttention, ShuffleUnit, SoftmaxAttention
from edukit.pruning import prune_model
from edukit.pruning.channels.choose import choose
from edukit.pruning.channels.remove import remove_channels, zero_channels
from edukit.pruning.channels.shrink import channel_groups, shrink, weakest_channels
from edukit.pruning.channels.trace import follow
from edukit.quantization import quantize_model


class Residual(nn.Module):
    """Identity shortcut, or a 1x1 projection where the shape changes."""

    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        project = nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential(*project) if (stride, inputs) != (1, outputs) else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class OptionA(nn.Module):
    """ResNet for CIFAR: the shortcut takes every second pixel and pads with channels of zeros."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.conv1, self.bn1 = nn.Conv2d(8, 16, 3, 2, padding=1), nn.BatchNorm2d(16)
        self.conv2, self.bn2 = nn.Conv2d(16, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.stem(x))
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        y = F.relu(y + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4)))
        return self.fc(F.adaptive_avg_pool2d(y, 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.body = nn.Sequential(
            *(nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6()),
            *(
                nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden, bias=False),
                nn.BatchNorm2d(hidden),
                nn.Hardswish(),
            ),
            *(nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels)),
        )

    def forward(self, x):
        return x + self.body(x)


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.one, self.three = nn.Conv2d(squeeze, expand, 1), nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)


class Dense(nn.Module):
    """DenseNet: norm and activation come before the convolution, on everything made so far."""

    def __init__(self, inputs, growth):
        super().__init__()
        self.bn, self.conv = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, growth, 3, padding=1)

    def forward(self, x):
        return torch.cat([x, self.conv(F.relu(self.bn(x)))], 1)


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.relu(self.down(x.mean((2, 3), keepdim=True)))))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.inner = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.head = nn.ConvTranspose2d(16, 8, 2, stride=2), nn.Conv2d(16, 2, 1)

    def forward(self, x):
        fine = F.silu(self.down(x))
        coarse = F.silu(self.inner(F.max_pool2d(fine, 2)))
        return self.head(torch.cat([fine, self.up(coarse)], 1))


class HardWired(nn.Module):
    """LeNet as in many tutorials: the size of the flattened image is a number in the code."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 16, 3)
        self.fc1, self.fc2 = nn.Linear(16 * 2 * 2, 32), nn.Linear(32, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv2(F.relu(self.conv1(x)))), 2)
        return self.fc2(F.relu(self.fc1(x.view(-1, 16 * 2 * 2))))


class Functional(nn.Module):
    """No layers, only parameters."""

    def __init__(self):
        super().__init__()
        self.kernel, self.bias = nn.Parameter(torch.rand(8, 3, 3, 3) - 0.5), nn.Parameter(torch.rand(8) - 0.5)
        self.scale, self.w = nn.Parameter(torch.rand(8, 1, 1)), nn.Parameter(torch.rand(8, 12) - 0.5)
        self.shift, self.v = nn.Parameter(torch.rand(12) - 0.5), nn.Parameter(torch.rand(5, 12) - 0.5)

    def forward(self, x):
        x = F.conv2d(F.pad(x, (1, 1, 1, 1)), self.kernel, self.bias)
        x = F.gelu(x * self.scale).amax((2, 3))
        return F.linear(F.relu(x @ self.w + self.shift), self.v)


class Shared(nn.Module):
    """One layer, used twice."""

    def __init__(self):
        super().__init__()
        self.stem, self.twice, self.head = nn.Linear(6, 16), nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, x):
        x = F.relu(self.stem(x))
        return self.head(F.relu(self.twice(F.relu(self.twice(x)))))


class Attention(nn.Module):
    """A map with one channel that weighs all channels of x alike."""

    def __init__(self):
        super().__init__()
        self.conv, self.map, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 1, 1), nn.Conv2d(8, 2, 1)

    def forward(self, x):
        x = F.relu(self.conv(x))
        return self.head(x * torch.sigmoid(self.map(x)))


def stem(channels):
    return [nn.Conv2d(3, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU()]


def head(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]


def vgg():
    body = [nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    return nn.Sequential(*stem(8), *body, nn.Linear(16 * 9, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))


def grouped():
    """ResNeXt: 4 blocks of 4 channels; and a depthwise convolution that doubles the channels."""
    body = [nn.Conv2d(16, 16, 3, groups=4), nn.PReLU(16), nn.Conv2d(16, 8, 1), nn.Conv2d(8, 16, 3, groups=8)]
    return nn.Sequential(*stem(16), *body, *head(16))


def shufflenet_v2():
    return nn.Sequential(*stem(8), ShuffleUnit(8, 16, 2), ShuffleUnit(16, 16), *head(16))


def attention_heads():
    attention = SoftmaxAttention(16, heads=4), LinearAttention(16, heads=2)
    return nn.Sequential(nn.Linear(8, 16), *attention, nn.Linear(16, 3))


def mlp():
    return nn.Sequential(nn.Linear(6, 16), nn.Sigmoid(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))


def conv1d():
    return nn.Sequential(nn.Conv1d(3, 8, 3), nn.BatchNorm1d(8), nn.ReLU(), nn.Conv1d(8, 2, 1))


IMAGE, ROW = (2, 3, 6, 6), (2, 6)
NETS = {  # name: (network, shape of an example, parameters before, parameters left at ratio 0.5)
    "vgg": (vgg, IMAGE, 6410, 1770),
    "residual": (lambda: nn.Sequential(*stem(8), Residual(8, 8), Residual(8, 16, 2), *head(16)), IMAGE, 5274, 1458),
    "option A": (OptionA, IMAGE, 3946, 1454),
    "inverted residual": (lambda: nn.Sequential(*stem(8), InvertedResidual(8, 24), *head(8)), IMAGE, 1042, 430),
    "fire": (lambda: nn.Sequential(*stem(8), Fire(8, 4, 8), Fire(16, 4, 8), *head(16)), IMAGE, 1186, 414),
    "dense": (lambda: nn.Sequential(*stem(8), Dense(8, 4), Dense(12, 4), *head(16)), IMAGE, 1178, 414),
    "shufflenet v2": (shufflenet_v2, IMAGE, 1074, 462),
    "attention heads": (attention_heads, (2, 5, 8), 2371, 675),
    "squeeze-excite": (lambda: nn.Sequential(*stem(8), SqueezeExcite(8), *head(8)), IMAGE, 406, 192),
    "grouped": (grouped, IMAGE, 1554, 750),
    "u-net": (UNet, IMAGE, 1946, 558),
    "hard-wired": (HardWired, (2, 3, 8, 8), 3458, 1742),
    "functional": (Functional, IMAGE, 400, 176),
    "shared": (Shared, ROW, 435, 155),
    "attention map": (Attention, IMAGE, 251, 127),
    "mlp": (mlp, ROW, 435, 155),
    "transformer": (lambda: nn.TransformerEncoderLayer(8, 2, 32, batch_first=True), (2, 5, 8), 872, 600),
    "conv1d": (conv1d, (2, 3, 9), 114, 58),
}


GROUPS = functools.cache(channel_groups)


def build(name):
    """The network with every number drawn, norms too: a constant would hide rows that changed places."""
    make, shape, *_ = NETS[name]
    net, generator = make(), np.random.default_rng(0)
    for key, tensor in net.state_dict().items():
        if tensor.is_floating_point():
            low, high = (0.5, 1.5) if key.endswith("running_var") else (-0.5, 0.5)
            tensor.copy_(torch.from_numpy(generator.uniform(low, high, tensor.shape)))
    return net, torch.from_numpy(generator.uniform(0, 1, shape)).float()


@functools.cache
def halved(name):
    """(network, example, removed channels): followed once, for all tests that only look."""
    net, x = build(name)
    return net, x, choose(net, GROUPS(net, x), 0.5)


@pytest.fixture
def followed_once(monkeypatch):
    """Groups do not depend on what is chosen from them."""
    monkeypatch.setattr(sys.modules[shrink.__module__], "channel_groups", GROUPS)


def run(net, x):
    with torch.no_grad():
        return copy.deepcopy(net).eval()(x)


def close(y, expected):
    """Both add the same terms in another order: float32 rounding, 1e-6 of the largest value, through a few layers."""
    return torch.allclose(y, expected, rtol=0, atol=1e-5 * float(expected.abs().max()))


def parameters(net):
    return sum(p.numel() for p in net.parameters())


def macs(net, x):
    with FlopCounterMode(display=False) as counter:
        copy.deepcopy(net).eval()(x)  # with gradients: without them, the transformer is one fused operation
    return counter.get_total_flops() / 2


@pytest.mark.parametrize("name", NETS)
def test_without_the_channels_equals_zeros_in_their_place(name):
    net, _, gone = halved(name)
    x = torch.from_numpy(np.random.default_rng(1).normal(size=NETS[name][1])).float()  # not the example
    y = run(remove_channels(net, gone), x)
    assert close(y, run(zero_channels(net, gone), x))
    assert not close(y, run(net, x))


@pytest.mark.parametrize("name", [name for name in NETS if name != "mlp"])  # its sigmoid makes 0.5 of 0
def test_zeros_where_a_channel_is_made_are_enough(name):
    net, x, gone = halved(name)
    made = [{axis: rows for axis, rows in channel.items() if axis.role != "reads"} for channel in gone]
    assert close(run(remove_channels(net, gone), x), run(zero_channels(net, made), x))


@pytest.mark.parametrize("name", NETS)
def test_parameters_and_work_fall(name):
    net, x, gone = halved(name)
    smaller = remove_channels(net, gone)
    assert (parameters(net), parameters(smaller)) == NETS[name][2:]
    assert macs(smaller, x) < macs(net, x)


@pytest.mark.parametrize("name", NETS)
def test_layers_state_their_new_sizes(name):
    net, _, gone = halved(name)
    for module in remove_channels(net, gone).modules():
        if isinstance(module, nn.modules.conv._ConvNd):
            stated = type(module)(module.in_channels, module.out_channels, module.kernel_size, groups=module.groups)
            assert stated.weight.shape == module.weight.shape
        if isinstance(module, nn.Linear):
            assert module.weight.shape == (module.out_features, module.in_features)
        if isinstance(module, nn.modules.batchnorm._NormBase):
            assert module.num_features == len(module.weight) == len(module.running_var)


def test_shrink_removes_the_weakest_channels(followed_once):
    net, x, gone = halved("conv1d")
    ours, expected = shrink(net, x, 0.5).state_dict(), remove_channels(net, gone).state_dict()
    assert all(torch.equal(ours[key], value) for key, value in expected.items())


def test_every_layer_of_a_channel_counts_alike_whatever_the_size_of_its_weights():
    """Relative to the mean of its layer, channel 0 has 1.2 + 0.5 and channel 1 has 0.8 + 1.5."""
    net = nn.Sequential(nn.Linear(1, 2, bias=False), Sum(nn.Linear(2, 2, bias=False)), nn.Linear(2, 1))
    net[0].weight.data = torch.tensor([[12.0], [8.0]])
    net[1].layer.weight.data = torch.tensor([[0.5, 0.0], [0.0, 1.5]])
    (gone,) = weakest_channels(net, torch.ones(1, 1), 0.5)
    assert gone["0.weight", 0, "makes"] == [0]


class Sum(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return x + self.layer(x)


def test_the_method_chooses_the_channels(followed_once):
    x, net = torch.ones(1, 2), nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))
    net[0].weight.data = torch.tensor([[9.0, 10.0], [8.0, 9.0], [16.5, 0.0], [10.0, 10.0], [10.0, 12.0]])
    for method, weakest in {"l1": 2, "l2": 1, "geometric_median": 0}.items():
        (gone,) = weakest_channels(net, x, 0.2, method)
        assert gone["0.weight", 0, "makes"] == [weakest]


def test_the_model_that_was_given_is_not_changed(monkeypatch):
    groups = GROUPS(*halved("inverted residual")[:2])
    monkeypatch.setattr(sys.modules[shrink.__module__], "channel_groups", lambda *_: groups)
    net, x = build("inverted residual")
    net.train()[0].eval()
    net[0].weight.requires_grad_(False)
    before, example = copy.deepcopy(net.state_dict()), x.clone()
    smaller = shrink(net, x, 0.5)
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items()) and torch.equal(x, example)
    assert type(smaller) is type(net)
    assert [m.training for m in smaller.modules()] == [m.training for m in net.modules()]
    assert [p.requires_grad for p in smaller.parameters()] == [p.requires_grad for p in net.parameters()]


def test_a_shrunken_model_can_be_trained_and_shrunk_again():
    smaller = shrink(NET, X, 0.4)
    smaller(X).sum().backward()
    assert all(p.grad.shape == p.shape for p in smaller.parameters())
    assert (smaller[0].out_features, shrink(smaller, X, 0.5)[0].out_features) == (6, 3)


@pytest.mark.parametrize(
    "ratio, limits, kept",
    [
        (0, {}, 10),
        (0.25, {}, 8),  # round(2.5) = 2 go
        (0.5, {}, 5),
        (0.99, {}, 1),
        (0.5, {"min_channels": 7}, 7),
        (0.5, {"min_channels": 99}, 10),
        (0.5, {"multiple": 4}, 8),
        (0.1, {"multiple": 4}, 10),  # 12 would be more than there are
        (0.9, {"multiple": 3, "min_channels": 2}, 3),
    ],
)
def test_the_number_kept(followed_once, ratio, limits, kept):
    assert 10 - len(weakest_channels(NET, X, ratio, **limits)) == kept


def test_ready_made_scores_and_ratios_by_group_are_taken_as_they_are(followed_once):
    scores = torch.arange(10.0).flip(0)
    gone = weakest_channels(NET, X, {"0.weight": 0.3}, {"0.weight": scores})
    assert [channel["0.weight", 0, "makes"] for channel in gone] == [[9], [8], [7]]
    assert weakest_channels(NET, X, {}) == []


def test_a_multiple_counts_filters_not_groups_of_them(followed_once):
    """Four heads of four features: three heads left are twelve filters, a multiple of 4 already."""
    net, x, _ = halved("attention heads")
    gone = weakest_channels(net, x, {"1.query.weight": 0.25}, multiple=4)
    assert shrink_sizes(remove_channels(net, gone)) == (3, 12, 2, 16)


def test_whole_heads_go_with_queries_keys_values_and_columns():
    net, _, gone = halved("attention heads")
    assert shrink_sizes(remove_channels(net, gone)) == (2, 8, 1, 8)
    assert (net[1].heads, net[2].heads) == (4, 2)  # the model given keeps its number
    (head,) = (channel for channel in gone if ("2.heads", 0, "counts") in channel)
    rows = head["2.query.weight", 0, "makes"]
    assert (
        rows
        == head["2.key.weight", 0, "makes"]
        == head["2.value.bias", 0, "scales"]
        == head["2.out.weight", 1, "reads"]
    )
    assert rows in ([*range(8)], [*range(8, 16)])


def shrink_sizes(net):
    return net[1].heads, net[1].query.out_features, net[2].heads, net[2].out.in_features


def test_a_size_in_the_code_keeps_its_channels_and_only_these():
    groups = channel_groups(*build("hard-wired"))
    fixed = {group.makers[0]: group.fixed_by for group in groups}
    assert fixed == {"conv1.weight": "", "conv2.weight": "a size in the code", "fc1.weight": "", "fc2.weight": "output"}


def test_a_factor_that_depends_on_the_number_of_channels_keeps_it():
    """Without a channel this model still runs, and is wrong."""

    class Scaled(nn.Sequential):
        def forward(self, x):
            y = self[0](x).relu()
            return self[1](y / y.shape[1])

    with pytest.raises(ValueError, match="a size in the code"):
        shrink(Scaled(nn.Linear(3, 8), nn.Linear(8, 2)), X, 0.5)


def test_dropout_that_never_sleeps_does_not_disturb_the_others():
    class Noisy(nn.Sequential):
        def forward(self, x):
            return self[2](F.dropout(self[1](self[0](x).relu()).relu()))

    smaller = shrink(Noisy(nn.Linear(3, 8), nn.Linear(8, 8), nn.Linear(8, 2)), X, 0.5)
    assert (smaller[0].out_features, smaller[1].out_features) == (4, 8)


def test_a_model_of_another_float_type_keeps_it():
    assert shrink(copy.deepcopy(NET).bfloat16(), X.bfloat16(), 0.5)[0].weight.dtype == torch.bfloat16


def test_a_mask_of_minus_infinity_is_no_fault():
    class Masked(nn.Sequential):
        def forward(self, x):
            return super().forward(x) + self.mask

    net = Masked(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    net.register_buffer("mask", torch.tensor([0.0, -torch.inf]))
    assert shrink(net, X, 0.5)[0].out_features == 4


def test_several_inputs_and_outputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Linear(3, 8), nn.Linear(4, 8), nn.Linear(8, 2)

        def forward(self, x, y):
            x, y = self.a(x).relu(), self.b(y).relu()
            return {"sum": self.c(x + y), "product": self.c(x * y)}

    smaller = shrink(Two(), (torch.ones(2, 3), np.ones((2, 4), np.float32)), 0.5)
    assert smaller.c.in_features == 4


NET, X = nn.Sequential(nn.Linear(3, 10), nn.ReLU(), nn.Linear(10, 2)), torch.ones(1, 3)
BAD = [
    ({"ratio": 1.0}, "ratio"),
    ({"ratio": -0.1}, "ratio"),
    ({"ratio": float("nan")}, "ratio"),
    ({"ratio": {"0.weight": 1.0}}, "ratio must be 0 to below 1, got 1.0 for 0.weight"),
    ({"ratio": {"2.weight": 0.5}}, "ratio must name groups that can shrink, 0.weight, got 2.weight"),
    ({"method": "taylor"}, "method must be one of l1"),
    ({"method": {"2.weight": torch.ones(2)}}, "method must hold scores for 0.weight"),
    ({"method": {"0.weight": torch.ones(9)}}, r"method: 0.weight must hold one number for each filter, shape \(10,\)"),
    ({"method": {"0.weight": [float("nan")] * 10}}, "method: 0.weight holds NaN"),
    ({"min_channels": 0}, "min_channels"),
    ({"multiple": 2.0}, "multiple"),
    ({"example": torch.ones(1, 4)}, r"example of shape \(1, 4\)"),
    ({"example": torch.full((1, 3), float("nan"))}, "example holds NaN"),
    ({"model": nn.Sequential(nn.Linear(3, 8))}, "model has no channels that can go"),
]


@pytest.mark.parametrize("arguments, name", BAD)
def test_bad_input_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        shrink(**{"model": NET, "example": X, "ratio": 0.5} | arguments)


def test_a_model_with_nan_or_of_another_kind_is_refused():
    net = copy.deepcopy(NET)
    net[2].weight.data[0, 0] = float("nan")
    with pytest.raises(ValueError, match="^model: 2.weight holds NaN"):
        shrink(net, X, 0.5)
    net = build("conv1d")[0]
    net[1].running_mean[0] = float("nan")
    with pytest.raises(ValueError, match="^model gives NaN"):
        shrink(net, torch.ones(2, 3, 9), 0.5)
    with pytest.raises(TypeError, match="^model must be a torch.nn.Module, got function"):
        shrink(build, X, 0.5)


def test_half_of_resnet_18_has_the_published_number_of_parameters():
    """11.69 M to 3.056 M: the README of https://github.com/VainF/Torch-Pruning."""
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    sizes = [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1), (256, 512, 2)]
    blocks = [Residual(*size) for size in [*sizes, (512, 512, 1)]]
    net = nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))
    assert parameters(net) == 11_689_512
    gone = choose(net, follow(net, torch.zeros(1, 3, 32, 32)), 0.5)  # what `shrink` removes, without its own checks
    assert parameters(remove_channels(net, gone)) == 3_055_880


class Decoder(nn.Module):
    """A linear layer whose outputs become a picture, however its size is written."""

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.linear, self.norm = nn.Linear(16, 128), nn.BatchNorm2d(8)
        self.up, self.last = nn.ConvTranspose2d(8, 6, 4, 2, 1), nn.Conv2d(6, 3, 3, padding=1)

    def forward(self, z):
        x = F.relu(self.norm(F.relu(self.linear(z)).view(self.size)))
        return self.last(F.relu(self.up(x)))


def conv_net(*body, channels=16):
    return nn.Sequential(nn.Conv2d(3, 16, 3), *body, nn.Conv2d(channels, 4, 1))


UP = functools.partial(nn.ConvTranspose2d, 16, 16, 4, 2)
IMAGE = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(8))
FOLLOWED = {  # {parameter: its first axes after half of the channels went}
    "decoder": (Decoder((-1, 8, 2, 8)), torch.rand(2, 16), {"linear": (128, 16), "up": (8, 3), "last": (3, 3)}),
    "free decoder": (Decoder((2, -1, 2, 8)), torch.rand(2, 16), {"linear": (64, 16), "up": (4, 3), "last": (3, 3)}),
    "group norm": (conv_net(nn.GroupNorm(4, 16), nn.ReLU()), IMAGE, {"0": (8, 3), "1": (8,), "3": (4, 8)}),
    "instances": (conv_net(nn.GroupNorm(16, 16)), IMAGE, {"0": (8, 3), "1": (8,)}),
    "gate": (conv_net(nn.GLU(1), channels=8), IMAGE, {"0": (8, 3), "2": (4, 4)}),
    "transposed in groups": (conv_net(UP(groups=4), nn.ReLU()), IMAGE, {"0": (8, 3), "1": (8, 4), "3": (4, 8)}),
    "transposed depthwise": (conv_net(UP(groups=16), nn.ReLU()), IMAGE, {"0": (8, 3), "1": (8, 1), "3": (4, 8)}),
}


@pytest.mark.parametrize("model, x, sizes", FOLLOWED.values(), ids=FOLLOWED)
def test_decoders_gates_norms_of_groups_and_transposed_groups_are_followed(model, x, sizes):
    small = shrink(model.eval(), x, 0.5)
    zeroed = zero_channels(model, weakest_channels(model, x, 0.5)).eval()
    torch.testing.assert_close(small.eval()(x), zeroed(x))
    assert {name: tuple(small.get_parameter(f"{name}.weight").shape[: len(s)]) for name, s in sizes.items()} == sizes
    assert shrink(small, x, 0.5) is not None  # its modules state sizes that are true


def test_the_layers_of_gpt_2_lose_neurons_and_its_weights_stay_tied():
    net, ids = GPT2().eval(), torch.randint(100, (2, 12), generator=torch.Generator().manual_seed(9))
    small = shrink(net, ids, 0.5)
    assert [block.c_fc.nf for block in small.blocks] == [64, 64]
    assert small.blocks[0].c_fc.weight.shape == (32, 64) and small.blocks[0].c_out.weight.shape == (64, 32)
    assert small.lm_head.weight is small.wte.weight
    assert net.blocks[0].c_fc.nf == 128


REASONS = {
    "one group has one mean": (conv_net(nn.GroupNorm(1, 16)), "0.weight, fixed by group_norm"),
    "a scale that is no parameter": (None, "a tensor in the code, which is no parameter and no buffer"),
}


def test_what_must_stay_is_named_by_its_reason():
    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.scale = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 4, 1), torch.rand(1, 8, 1, 1)

        def forward(self, x):
            return self.b(self.a(x) * self.scale)

    for model, reason in REASONS.values():
        with pytest.raises(ValueError, match=reason):
            shrink(model or Plain(), IMAGE, 0.5)


def test_what_is_quantized_already_is_refused_by_that():
    quantized = quantize_model(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.rand(8, 4))
    for refused in (lambda: shrink(quantized, torch.rand(2, 4), 0.5), lambda: prune_model(quantized, 0.5)):
        with pytest.raises(ValueError, match="^model is quantized already, it holds torch.int8 in"):
            refused()
