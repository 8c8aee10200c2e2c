"""Training a supernet: which networks run in a step, who learns from whom, and that all of them learn."""

import numpy as np
import pytest
import torch

from edukit.data import digits
from edukit.search import Supernet, train_supernet
from edukit.search.train_supernet import PHASES, fillings, sandwich
from edukit.training import accuracy, seeded

X = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(0))
Y = torch.arange(8)


def supernet(**sizes) -> Supernet:
    with seeded(0):
        return Supernet(**sizes).train()


def test_each_phase_allows_what_the_one_before_allows_and_the_last_allows_all():
    assert PHASES[0] == () and all(set(a) < set(b) for a, b in zip(PHASES, PHASES[1:], strict=False))
    net = supernet()
    smallest, *_ = fillings(net, PHASES[-1], 2, np.random.default_rng(0))
    assert smallest == net.smallest_choice


def test_what_may_not_be_small_yet_is_as_large_as_it_can_be():
    net = supernet()
    chosen = fillings(net, ["kernel", "depth"], 50, np.random.default_rng(0))
    assert len(chosen) == 51 and {choice["width1"] for choice in chosen} == {6}
    assert {choice["kernel1"] for choice in chosen} == {3, 5} and {choice["depth2"] for choice in chosen} == {1, 2}


def test_the_largest_learns_from_labels_alone():
    """No gradient of the others reaches the rim of a kernel, which the largest network alone uses."""
    net = supernet()
    parts = sandwich(["kernel"], 0)(net, X, Y)
    parts["smaller"].backward(retain_graph=True)
    weight = net.largest.stages[0][0].body[3].weight
    assert weight.grad[..., 1:4, 1:4].any() and not weight.grad[..., 0, :].any()
    parts["largest"].backward()
    assert weight.grad[..., 0, :].any()


def test_the_first_phase_trains_the_largest_alone():
    assert list(sandwich(())(supernet(), X, Y)) == ["largest"]


def test_a_teacher_that_its_pupil_equals_teaches_nothing():
    net = supernet(kernels=(3,), widths=(2,), depths=(1,))
    assert sandwich(["width"], 1)(net, X, Y)["smaller"].item() == pytest.approx(0, abs=1e-6)


def test_the_largest_and_the_smallest_learn_digits_and_the_caller_s_supernet_stays():
    with seeded(0):
        net = Supernet(in_channels=1, stem_stride=1, widths=(2, 3))
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    found = train_supernet(net, digits(), epochs=(2, 1, 1, 3), progress=None)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert torch.equal(found.calibration, torch.as_tensor(digits().calibration.x))
    for choice in (found.largest_choice, found.smallest_choice):
        assert accuracy(found.sub(choice), digits().validation) > 0.8
    assert accuracy(found, digits().validation) == accuracy(found.sub(found.largest_choice), digits().validation)


@pytest.mark.parametrize(
    ("given", "words"),
    [(dict(epochs=(1, 2)), "epochs must be 4 numbers"), (dict(drawn=-1), "drawn must be a whole number of at least 0")],
)
def test_bad_numbers_are_refused_before_training(given, words):
    with pytest.raises(ValueError, match=words):
        train_supernet(supernet(), digits(), **given)
