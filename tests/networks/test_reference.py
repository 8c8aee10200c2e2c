"""Published networks: their published counts, exactly."""

import pytest
import torch

from edukit.measure import count_macs, count_parameters
from edukit.networks import mobilenet_v1, mobilenet_v2, resnet18, shufflenet_v2, squeezenet


@pytest.mark.parametrize("network", [mobilenet_v1, mobilenet_v2, squeezenet, shufflenet_v2, resnet18])
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
        (squeezenet(), 1_248_424, 818_924_576),
        (squeezenet("1.1"), 1_235_496, 349_151_936),
        (shufflenet_v2(0.5), 1_366_792, 40_476_448),
        (shufflenet_v2(), 2_278_604, 144_907_992),
        (resnet18(), 11_689_512, 1_814_073_344),
    ],
    ids=lambda value: f"{value:,}" if isinstance(value, int) else type(value).__name__,
)
def test_published_counts(model, parameters, macs):
    assert count_parameters(model) == parameters
    assert count_macs(model, (3, 224, 224)) == macs


def test_other_versions_and_widths_are_refused():
    with pytest.raises(ValueError, match="version must be one of 1.0, 1.1, got '2.0'"):
        squeezenet("2.0")
    with pytest.raises(ValueError, match="width must be one of 0.5, 1.0, 1.5, 2.0, got 0.75"):
        shufflenet_v2(0.75)
