"""TinyDetector: sizes that grow together, one row for each anchor, and every technique of the kit on it."""

import numpy as np
import pytest
import torch

from edukit.detection import TinyDetector, fix_shares, make_anchors, tiny_anchors
from edukit.detection.detector import SIZES, STRIDES, Head, scaling
from edukit.graph import capture
from edukit.measure import count_macs, count_parameters
from edukit.pruning import shrink
from edukit.pruning.channels.shrink import channel_groups
from edukit.quantization import quantize_model, run_integers

IMAGES = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def detector():
    torch.manual_seed(0)
    return TinyDetector(5).eval()


def test_each_size_is_larger_than_the_one_before():
    nets = [TinyDetector(6, size) for size in SIZES]
    parameters, macs = (
        [count(net) for net in nets] for count in (count_parameters, lambda n: count_macs(n, (3, 96, 96)))
    )
    assert parameters == sorted(parameters) and macs == sorted(macs)
    assert parameters[2] > 3 * parameters[0]
    assert [scaling(phi)["layers"] for phi in SIZES.values()] == [1, 1, 2]


@pytest.mark.parametrize("size", [(32, 32), (48, 80), (96, 96)])
def test_an_answer_for_each_anchor(detector, size):
    logits, offsets = detector(torch.zeros(2, 3, *size))
    count = len(tiny_anchors(*size))
    assert logits.shape == (2, count, 5) and offsets.shape == (2, count, 4)
    assert count == sum((size[0] // stride) * (size[1] // stride) for stride in STRIDES)


def test_a_row_belongs_to_the_place_of_its_anchor():
    """Each head's map is read row by row, level by level: a single bright place shows up in the row of its anchor."""
    head = Head(8, 1, 0).eval()
    torch.nn.init.dirac_(head.depthwise[0].weight, 8)
    torch.nn.init.ones_(head.pointwise[0].weight)
    maps = [torch.zeros(1, 8, 4, 4), torch.zeros(1, 8, 2, 2)]
    maps[1][0, :, 1, 0] = 1
    (row,) = head(maps).flatten().nonzero().flatten().tolist()
    x1, y1, x2, y2 = make_anchors(16, 16, strides=(4, 8), octaves=(1,), ratios=(1,))[row]
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == (4, 12)


def test_before_training_every_class_has_the_first_probability(detector):
    assert detector(IMAGES)[0].sigmoid().mean().item() == pytest.approx(0.01, abs=0.002)


def test_torch_export_follows_it_with_a_free_batch(detector):
    graph = capture(detector, IMAGES[:2])
    for found, expected in zip(graph(IMAGES), detector(IMAGES), strict=True):
        assert torch.allclose(found, expected, atol=1e-5)


def test_channels_go_through_the_additions_of_the_bifpn(detector):
    groups = {makers: group for group in channel_groups(detector, IMAGES[:2]) for makers in group.makers}
    group = groups["lateral.0.0.weight"]
    assert not group.fixed_by and {"lateral.1.0.weight", "lateral.2.0.weight"} <= set(group.makers)
    small = shrink(detector, IMAGES[:2], 0.5)
    assert small.lateral[0][0].out_channels == 16 and count_parameters(small) < count_parameters(detector) / 2
    assert [x.shape for x in small(IMAGES)] == [x.shape for x in detector(IMAGES)]


def test_every_layer_becomes_integers_that_stay_near(detector):
    quantized = quantize_model(fix_shares(detector), IMAGES)
    assert {layer.precision for layer in quantized.report} == {"int8"}
    for found, expected in zip(run_integers(quantized, IMAGES), detector(IMAGES), strict=True):
        assert np.abs(found - expected.detach().numpy()).max() < 0.05 * expected.abs().max()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: TinyDetector(0), ValueError, "classes must be"),
        (lambda: TinyDetector(5, "huge"), ValueError, "size must be one of small, medium, large, got 'huge'"),
        (lambda: TinyDetector(5)(torch.zeros(1, 3, 40, 32)), ValueError, "multiples of 16, got"),
        (lambda: TinyDetector(5)(torch.zeros(3, 32, 32)), ValueError, "images must be"),
        (lambda: TinyDetector(5)(torch.zeros(1, 1, 32, 32)), ValueError, "images must be"),
        (lambda: TinyDetector(5)(np.zeros((1, 3, 32, 32))), TypeError, "images must be a torch tensor, got ndarray"),
        (lambda: tiny_anchors(0, 32), ValueError, "height must be"),
    ],
)
def test_bad_input_is_refused_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call()
