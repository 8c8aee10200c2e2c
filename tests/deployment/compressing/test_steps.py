"""Steps: fewer MACs, training that teaches with labels and without, codes of the bits that were asked for."""

import pytest
import torch
from torch import nn

from edukit.copies import copied
from edukit.deployment.compressing.examples import Part
from edukit.deployment.compressing.steps import mixed_bits, quantized, shrunken, taught, with_new_statistics
from edukit.measure import count_macs
from edukit.quantization import output_error
from edukit.training import accuracy, seeded

QUICK = dict(steps=60, learning_rate=0.01)


def test_a_share_of_the_macs_is_left_and_norms_know_the_images(model, pictures):
    images, _ = pictures
    small = shrunken(model, images, 0.5)
    assert count_macs(small, images[:1]) <= 0.5 * count_macs(model, images[:1])
    seen = small[0](images)
    assert torch.allclose(small[1].running_mean, seen.mean((0, 2, 3)), atol=1e-4)


def test_a_share_that_cannot_be_is_refused(model, pictures):
    with pytest.raises(ValueError, match="share must be at least"):
        shrunken(model, pictures[0], 1e-6)


def test_a_network_without_norms_is_copied():
    net = nn.Linear(2, 2)
    same = with_new_statistics(net, torch.rand(4, 2))
    assert same is not net and torch.equal(same.weight, net.weight)


@pytest.mark.parametrize("has_labels", [True, False])
def test_a_network_of_random_weights_learns_from_the_original(model, pictures, has_labels):
    images, labels = pictures
    with seeded(1):
        random = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 3))
    before = copied(random).state_dict()
    teacher = copied(model).train()  # in whatever mode the caller has left it
    student = taught(random, teacher, Part(images, labels if has_labels else None), **QUICK)
    assert accuracy(random, pictures) < 0.6 < 0.85 < accuracy(student, pictures)
    assert teacher.training and all(torch.equal(t, before[name]) for name, t in random.state_dict().items())
    again = taught(random, teacher, Part(images, labels if has_labels else None), **QUICK)
    assert all(torch.equal(a, b) for a, b in zip(student.parameters(), again.parameters(), strict=True))


def test_without_labels_the_labels_are_not_looked_at(model, pictures):
    images, _ = pictures
    error = output_error(model, images)
    with seeded(0):
        random = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    assert error(taught(random, model, Part(images, None), **QUICK)) < 0.5 * error(random)


@pytest.mark.parametrize(("precision", "found"), [("int8", {"int7"}), ("int4", {"int4"}), ("mixed", {"int4", "int7"})])
def test_codes_have_the_bits_of_the_precision(model, pictures, precision, found):
    network = quantized(model, pictures[0], precision)
    assert {row.precision for row in network.report} == found
    assert output_error(model, pictures[0])(network) < 0.1


def test_float32_is_the_network_itself(model, pictures):
    assert quantized(model, pictures[0], "float32") is model


def test_mixed_bits_cost_at_most_a_quarter_of_the_way_to_8(model, pictures):
    bits = mixed_bits(model, pictures[0])
    weights = {"0": 16 * 9, "3": 32 * 16 * 9, "7": 128 * 3}
    assert set(bits) == set(weights)
    more = sum(weights[name] for name, found in bits.items() if found != 4)
    assert 0 < more <= sum(weights.values()) / 4
