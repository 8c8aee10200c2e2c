"""Published networks: their published counts, exactly."""

import pytest
import torch

from edukit.measure import count_macs, count_parameters
from edukit.networks import mobilenet_v1, mobilenet_v2, resnet18


@pytest.mark.parametrize("network", [mobilenet_v1, mobilenet_v2, resnet18])
def test_any_number_of_classes_and_any_image_size(network):
    assert network(classes=7).eval()(torch.zeros(2, 3, 65, 40)).shape == (2, 7)


@pytest.mark.parametrize(
    "model, parameters, macs",
    [
        (mobilenet_v1(), 4_231_976, 568_740_352),
        (mobilenet_v1(0.75), 2_585_560, 325_400_448),  # a widely read table prints 317 M: the layers sum to 325.4 M
        (mobilenet_v1(0.5), 1_331_592, 149_497_088),
        (mobilenet_v1(0.25), 470_072, 41_030_272),
        (mobilenet_v2(), 3_504_872, 300_774_272),
        (resnet18(), 11_689_512, 1_814_073_344),
    ],
    ids=["MobileNetV1 1.0", "MobileNetV1 0.75", "MobileNetV1 0.5", "MobileNetV1 0.25", "MobileNetV2", "ResNet-18"],
)
def test_published_counts(model, parameters, macs):
    assert count_parameters(model) == parameters
    assert count_macs(model, (3, 224, 224)) == macs
