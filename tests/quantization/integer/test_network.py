"""A network in integers equals ONNX Runtime on the exported file, on networks that the kit has never seen."""

import numpy as np
import pytest
import torch
from operator_runner import run_operator
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, followed

from edukit.deployment import export, load, operators
from edukit.networks import MobileClassifier, ResidualClassifier, trained
from edukit.quantization import dequantize, quantize_model, run_integers
from edukit.quantization.integer.network import all_codes

FULL = np.full((1, 2), 255, np.uint8), np.full((2, 1), 127, np.int8)
# with 8 bits a processor without VNNI saturates (saturation.py); 7 are the same everywhere
BITS = [7, 8] if run_operator("MatMulInteger", *FULL, outputs=["INT32"]) == 2 * 255 * 127 else [7]
CONVOLUTIONAL = [name for name in NETWORKS if "transformer" not in name]


def data(count=48, channels=3, size=16, seed=0):
    return np.random.default_rng(seed).random((count, channels, size, size), np.float32)


def warm(model):
    """Batch norms that have seen data, from numpy's generator."""
    model.train()
    for seed in range(3):
        model(torch.from_numpy(data(16, seed=seed)))
    return model.eval()


def assert_equal(model, x, tmp_path, bits=7):
    """The integers, the runtime's integers, and codes that are neither constant nor all at the ends."""
    quantized = quantize_model(model, x, weight_bits=bits)
    path = export(quantized, x[:1], tmp_path / "model.onnx")
    other = data(40, *x.shape[1:3], seed=7) * 1.2  # beyond the calibrated range, too
    ours, theirs = run_integers(quantized, other), load(path)(other)
    assert theirs.std() > 0
    rows = (ours == theirs).reshape(len(other), -1).all(1)
    assert rows.mean() >= (
        0.95 if operators(path)["ReduceMean"] else 1
    )  # a float mean may round a tie's neighbour away
    return quantized


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_equals_onnxruntime_bit_for_bit(name, bits, tmp_path):
    assert_equal(followed(name), data(), tmp_path, bits)


@pytest.mark.parametrize("network", [MobileClassifier, ResidualClassifier])
def test_the_kits_own_networks(network, tmp_path):
    torch.manual_seed(0)
    assert_equal(warm(network(width=0.25)), data(), tmp_path)


def test_a_trained_network_keeps_its_answers(tmp_path):
    from edukit.data import digits

    images = digits().validation.x
    quantized = assert_equal(trained("digits_residual"), digits().calibration.x, tmp_path)
    with torch.no_grad():
        same = run_integers(quantized, images).argmax(1) == quantized(torch.from_numpy(images)).numpy().argmax(1)
    assert same.mean() > 0.98


class Corners(nn.Module):
    """What the networks above leave out."""

    def __init__(self):
        super().__init__()
        self.valid = nn.Conv2d(3, 6, 3, padding="valid")
        self.same = nn.Conv2d(6, 6, (2, 4), padding="same", dilation=(1, 2))
        self.strided = nn.Conv2d(6, 8, 3, stride=(2, 1), padding=(1, 2), groups=2)
        self.head = nn.Linear(8 * 4, 5)

    def forward(self, x):
        x = F.hardtanh(self.same(F.relu6(self.valid(x))), -0.3, 0.4)
        x = torch.clamp(self.strided(x), min=-0.2)
        x = F.pad(x, (1, 0, 0, 2), value=0.1)
        x = F.max_pool2d(x, 3, stride=2, padding=1)[:, :, 1:3, 2:4]
        return self.head(x.permute(0, 2, 3, 1).flatten(1))


def test_corners(tmp_path):
    torch.manual_seed(1)
    assert_equal(Corners(), data(), tmp_path)


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other, self.head = (nn.Conv2d(c, 4, 3, padding=1) for c in (3, 2, 4))

    def forward(self, a, b):
        a, b = self.one(a), self.other(b)
        return self.head(torch.relu(a + b)), a


def test_several_inputs_and_outputs(tmp_path):
    a, b = data(), data(channels=2, seed=3)
    quantized = quantize_model(TwoInputs(), (a, b), weight_bits=7)
    path = export(quantized, (a[:1], b[:1]), tmp_path / "model.onnx")
    for ours, theirs in zip(run_integers(quantized, a, b), load(path)(a, b), strict=True):
        assert np.array_equal(ours, theirs) and theirs.std() > 0
    with pytest.raises(ValueError, match="2 inputs, got 1"):
        run_integers(quantized, a)


def test_every_value_is_within_a_few_steps_of_the_float_networks():
    model, x = followed("resnet"), data()
    quantized = quantize_model(model, x)
    with torch.no_grad():
        simulated, exact = quantized(torch.from_numpy(x)).numpy(), model(torch.from_numpy(x)).numpy()
    ours = run_integers(quantized, x)
    codes = all_codes(quantized, x)
    step = list(codes.values())[-1].grid.scale
    assert abs(ours - simulated).max() <= 3 * step and abs(ours - exact).max() < 0.2 * exact.std() + 10 * step
    assert list(codes)[0] == "input_1" and len(codes) == 12
    for found in codes.values():
        assert found.q.dtype == np.int32 and 0 <= found.q.min() <= found.q.max() <= 255
        assert np.array_equal(found.values, dequantize(found.q, found.grid))


def test_an_activation_is_the_clip_of_the_codes():
    """Behind a ReLU no code lies below the zero point, and the grid need not end there."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    quantized = quantize_model(model, data())
    node = next(n for n in quantized.network.graph.nodes if n.name == "relu_zero_point")
    getattr(quantized.network, node.target).fill_(20)
    assert all_codes(quantized, data())["relu"].q.min() == 20


@pytest.mark.parametrize("name", ["transformer", "pre-norm transformer"])
def test_what_runs_in_float_is_refused_by_name(name):
    quantized = quantize_model(followed(name), data())
    with pytest.raises(ValueError, match="quantized computes \\w+ in float|quantized leaves \\w+ in float"):
        run_integers(quantized, data())


def test_a_curve_is_refused_by_name():
    with pytest.raises(ValueError, match="quantized (computes|leaves) sigmoid"):
        run_integers(
            quantize_model(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sigmoid(), nn.Conv2d(4, 2, 1)), data()), data()
        )


def test_float_activations_float_weights_and_other_models_are_refused():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    with pytest.raises(ValueError, match="in float"):
        run_integers(quantize_model(model, data(), activation_bits=None), data())
    with pytest.raises(ValueError, match="in float"):
        run_integers(quantize_model(model, data(), weight_bits=None), data())
    with pytest.raises(TypeError, match="QuantizedModel"):
        run_integers(model, data())


class OneStep(nn.Module):
    """A convolution, one operation, a convolution."""

    def __init__(self, operation, channels=8):
        super().__init__()
        self.a, self.b = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(channels, 4, 1)
        self.operation = operation

    def forward(self, x):
        return self.b(self.operation(F.relu(self.a(x))))


MOVED = {
    "nearest upsampling": OneStep(lambda x: F.interpolate(x, scale_factor=2)),
    "pixel shuffle": OneStep(lambda x: F.pixel_shuffle(x, 2), 2),
    "roll": OneStep(lambda x: torch.roll(x, 3, 2)),
    "flip": OneStep(lambda x: torch.flip(x, (1, 3))),
    "clamp by a keyword": OneStep(lambda x: torch.clamp(x, max=0.25)),
    "mean with a type": OneStep(lambda x: torch.mean(x, (2, 3), keepdim=True, dtype=torch.float32)),
    "addition of one of each": OneStep(lambda x: torch.add(x, x, alpha=1)),
}


@pytest.mark.parametrize("name", MOVED)
def test_operations_and_their_keywords_are_computed(name):
    x = torch.rand(8, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    quantized = quantize_model(MOVED[name].eval(), x)
    assert np.array_equal(run_integers(quantized, x[:3]), quantized(x[:3]).detach().numpy())


@pytest.mark.parametrize("alpha", [0.25, -1, 2])
def test_a_keyword_that_changes_the_values_is_refused(alpha):
    x = torch.rand(8, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    quantized = quantize_model(OneStep(lambda x: torch.add(x, x.flip(1), alpha=alpha)).eval(), x)
    with pytest.raises(ValueError, match=f"computes add.* with .*alpha.*{alpha}"):
        run_integers(quantized, x)


@pytest.mark.parametrize("shape", [(16, 6, 8), (16, 6, 2, 8), (1, 6, 8)])
def test_linear_layers_on_sequences(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    quantized = quantize_model(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)), x)
    for rows in (x, x[:1]):
        assert np.array_equal(run_integers(quantized, rows), quantized(rows).detach().numpy())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding": 1, "stride": 2},
        {"padding": "same", "kernel_size": 4},
        {"padding": "valid"},
        {"dilation": 2, "groups": 4, "padding": "same"},
    ],
    ids=str,
)
def test_convolutions_in_a_line(options):
    x = torch.randn(8, 4, 20, generator=torch.Generator().manual_seed(2))
    net = nn.Sequential(nn.Conv1d(4, 8, **{"kernel_size": 3, **options}), nn.ReLU(), nn.Conv1d(8, 4, 3))
    quantized = quantize_model(net, x)
    assert np.array_equal(run_integers(quantized, x), quantized(x).detach().numpy())


def between(pool, dimensions=2, channels=8):
    conv = getattr(nn, f"Conv{dimensions}d")
    return nn.Sequential(conv(3, 8, 3), nn.ReLU(), *pool, conv(channels, 4, 1))


SERVED = {
    "average": (between([nn.AvgPool2d(2)]), (3, 10, 10)),
    "average with a border": (between([nn.AvgPool2d(3, 2, 1)]), (3, 10, 10)),
    "average of what is inside": (between([nn.AvgPool2d(3, 2, 1, count_include_pad=False)]), (3, 10, 10)),
    "average of a few places": (between([nn.AdaptiveAvgPool2d(2)]), (3, 10, 10)),
    "nearest": (between([nn.Upsample(scale_factor=2)]), (3, 6, 6)),
    "nearest in a line": (between([nn.Upsample(scale_factor=2)], 1), (3, 6)),
    "average in a line": (between([nn.AvgPool1d(2)], 1), (3, 10)),
    "maximum in a line": (between([nn.MaxPool1d(2)], 1), (3, 10)),
    "volume": (between([nn.MaxPool3d(2), nn.Conv3d(8, 8, 2, padding=1, groups=2)], 3), (3, 6, 6, 6)),
    "mean of a volume": (between([nn.AdaptiveAvgPool3d(1)], 3), (3, 6, 6, 6)),
}


@pytest.mark.parametrize("model, shape", SERVED.values(), ids=SERVED)
def test_what_the_file_computes_in_integers_is_computed_here(model, shape, tmp_path):
    x = np.random.default_rng(2).random((24, *shape), np.float32)
    quantized = quantize_model(model.eval(), x, weight_bits=7)
    found = load(export(quantized, x[:2], tmp_path / "m.onnx"))(x)
    assert (run_integers(quantized, x) == found).mean() > 0.999 and found.std() > 0


def test_an_operation_with_several_results_is_named_where_it_is_refused():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 6, batch_first=True), nn.Linear(6, 2)

        def forward(self, x):
            return self.fc(self.rnn(x)[0])

    x = torch.rand(8, 5, 4)
    with pytest.raises(ValueError, match="computes gru in float: there are no integers here for aten.gru"):
        run_integers(quantize_model(Recurrent(), x), x)
