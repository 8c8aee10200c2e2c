"""A detector that the kit has never seen: SSD, as its authors would write it, with a head for each map.

Convolutions and max pooling, a concatenation of two scales, a depthwise block, heads whose answers are permuted,
flattened and, where they join, concatenated, and several outputs, one of them a map.
"""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.deployment import export, load, operators
from edukit.deployment.explain.executed import in_float
from edukit.measure import count_macs, count_parameters
from edukit.pruning import shrink
from edukit.quantization import quantize_model

IMAGES = torch.rand(16, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def block(inside, outside, stride=1):
    return nn.Sequential(
        nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)
    )


class SSD(nn.Module):
    def __init__(self, classes=4, boxes=(4, 6, 6)):
        super().__init__()
        self.base = nn.Sequential(block(3, 16), nn.MaxPool2d(2), block(16, 24), nn.MaxPool2d(2))
        self.conv4 = block(24, 32)
        self.conv5 = block(32, 48, 2)
        self.extra = nn.Sequential(nn.Conv2d(48, 16, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU6())
        self.squeeze = nn.Conv2d(48, 16, 1)
        self.mix = nn.Sequential(
            nn.Conv2d(48, 48, 3, padding=1, groups=48, bias=False), nn.BatchNorm2d(48), nn.Hardtanh(0, 6)
        )
        self.classify = nn.ModuleList(
            nn.Conv2d(c, n * classes, 3, padding=1) for c, n in zip((48, 48, 32), boxes, strict=True)
        )
        self.locate = nn.ModuleList(nn.Conv2d(c, n * 4, 3, padding=1) for c, n in zip((48, 48, 32), boxes, strict=True))
        self.classes = classes
        self.join = True

    def forward(self, x):
        c4 = self.conv4(self.base(x))
        c5 = self.conv5(c4)
        c6 = self.extra(c5)
        up = F.interpolate(self.squeeze(c5), scale_factor=2, mode="nearest")
        maps = [self.mix(torch.cat([c4, up], dim=1)), c5, c6]
        scores, places = [], []
        for y, classify, locate in zip(maps, self.classify, self.locate, strict=True):
            scores.append(classify(y).permute(0, 2, 3, 1).contiguous().view(y.size(0), -1, self.classes))
            places.append(locate(y).permute(0, 2, 3, 1).contiguous().view(y.size(0), -1, 4))
        return (torch.cat(scores, 1), torch.cat(places, 1), c6) if self.join else (*scores, *places, c6)


@pytest.fixture(scope="module")
def ssd():
    torch.manual_seed(0)
    net = SSD()
    for norm in (module for module in net.modules() if isinstance(module, nn.BatchNorm2d)):
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.uniform_(norm.bias, -0.2, 0.2)
    net.train()(IMAGES)  # statistics of its own
    return net.eval()


@pytest.fixture(scope="module")
def quantized(ssd):
    return quantize_model(ssd, IMAGES)


def outputs(model):
    with torch.no_grad():
        return [x.numpy() for x in copy.deepcopy(model)(IMAGES)]


def test_it_is_quantized_whole(ssd, quantized):
    layers = [row for row in quantized.report if row.operation == "conv2d"]
    assert len(layers) == 14 and {layer.precision for layer in layers} == {"int8"}
    for found, expected in zip(outputs(quantized), outputs(ssd), strict=True):
        assert ((found - expected) ** 2).mean() < 0.01 * (expected**2).mean()


def test_it_is_shrunk_through_concatenations_and_heads(ssd):
    small = shrink(ssd, IMAGES[:2], 0.5)
    assert count_parameters(small) < 0.55 * count_parameters(ssd)
    assert count_macs(small, (3, 32, 32)) < 0.45 * count_macs(ssd, (3, 32, 32))
    assert [x.shape for x in small(IMAGES)] == [x.shape for x in ssd(IMAGES)]
    assert (
        small.classify[0].in_channels
        == small.mix[0].out_channels
        == small.conv4[0].out_channels + small.squeeze.out_channels
    )
    assert small.extra[2].out_channels == 32  # an output of the model: it stays


@pytest.fixture(scope="module")
def in_onnx(quantized, tmp_path_factory):
    """Images beyond the calibrated range, too, and what ONNX Runtime answers."""
    images = 1.2 * IMAGES.numpy()
    path = export(quantized, IMAGES[:2], tmp_path_factory.mktemp("ssd") / "ssd.onnx")
    assert set(in_float(operators(path))) <= {"Resize"}  # which copies codes
    return images, load(path)(images)


def test_the_quantized_file_answers_as_torch_but_for_single_steps(quantized, in_onnx):
    images, answers = in_onnx
    for found, expected in zip(answers, quantized(torch.from_numpy(images)), strict=True):
        difference = np.abs(found - expected.detach().numpy())
        assert found.std() > 0 and difference.max() < 0.02 * np.ptp(found) and (difference < 1e-5).mean() > 0.99


def test_executorch_answers_as_onnx_runtime_to_the_last_bit(quantized, in_onnx, tmp_path):
    pytest.importorskip("executorch")
    images, answers = in_onnx
    path = export(quantized, IMAGES[:2], tmp_path / "ssd.pte")
    for found, expected in zip(load(path)(images), answers, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_litert_answers_so_too_where_the_levels_stay_apart(ssd, tmp_path):
    """Its converter gives one grid to all parts of a float concatenation: export refuses that file as a wrong one."""
    pytest.importorskip("litert_torch")
    apart = copy.deepcopy(ssd)
    apart.join = False
    quantized = quantize_model(apart, IMAGES)
    images = 1.2 * IMAGES.numpy()
    server, phone = (
        load(export(quantized, IMAGES[:2], tmp_path / f"ssd{end}"))(images) for end in (".onnx", ".tflite")
    )
    assert len(server) == 7
    for found, expected in zip(phone, server, strict=True):
        np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="the litert file answers otherwise"):
        export(quantize_model(ssd, IMAGES), IMAGES[:2], tmp_path / "joined.tflite")


def test_a_shrunk_float_file_answers_as_the_model(ssd, tmp_path):
    small = shrink(ssd, IMAGES[:2], 0.5)
    session = load(export(small, IMAGES[:2], tmp_path / "ssd.onnx"))
    for found, expected in zip(session(IMAGES.numpy()), outputs(small), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
