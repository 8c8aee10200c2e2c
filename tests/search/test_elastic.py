"""Elastic layers: what is cut out, what a transform changes, and that a part is no copy."""

import pytest
import torch
from torch.nn import functional as F

from edukit.search.elastic import channel_order, first_channels, kernel_centre, smaller


@pytest.mark.parametrize(("large", "kernel"), [(5, 3), (7, 5), (7, 3), (7, 1), (3, 3), (4, 2)])
def test_the_middle_is_the_middle_of_every_filter(large, kernel):
    weight = torch.randn(6, 2, large, large)
    cut = (large - kernel) // 2
    assert torch.equal(kernel_centre(weight, kernel), F.pad(weight, [-cut] * 4))


def test_a_large_kernel_whose_rim_is_zero_answers_as_its_middle_does():
    weight = F.pad(torch.randn(4, 1, 3, 3), [1] * 4)
    x = torch.randn(2, 4, 9, 9)
    small = F.conv2d(x, kernel_centre(weight, 3), padding=1, groups=4)
    assert torch.allclose(small, F.conv2d(x, weight, padding=2, groups=4), atol=1e-5)


def test_a_transform_mixes_the_weights_of_each_filter_by_themselves():
    weight, transform = torch.randn(5, 1, 5, 5), torch.randn(9, 9)
    changed = kernel_centre(weight, 3, transform)
    for before, after in zip(kernel_centre(weight, 3), changed, strict=True):
        assert torch.allclose(after.flatten(), transform @ before.flatten(), atol=1e-5)
    assert torch.equal(kernel_centre(weight, 3, torch.eye(9)), kernel_centre(weight, 3))


def test_gradients_of_the_small_layer_reach_the_large_one_and_only_its_part():
    weight = torch.randn(8, 6, 5, 5, requires_grad=True)
    smaller(weight, (4, 2, 3, 3)).sum().backward()
    assert weight.grad.count_nonzero() == 4 * 2 * 9
    assert torch.equal(weight.grad[:4, :2, 1:4, 1:4], torch.ones(4, 2, 3, 3))


@pytest.mark.parametrize("shape", [(), (3,), (3, 4), (3, 4, 1, 1)])
def test_tensors_of_every_rank_have_their_part(shape):
    assert smaller(torch.zeros([2 * n if n > 1 else n for n in shape]), shape).shape == shape


def test_the_most_important_channel_comes_first_and_equal_ones_keep_their_order():
    weight = torch.tensor([[1.0, -4.0, 1.0, 2.0], [1.0, 0.0, -1.0, 3.0]])[..., None, None]
    assert channel_order(weight).tolist() == [3, 1, 0, 2]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kernel_centre(torch.zeros(1, 1, 5, 5), 4), "kernel must be 5 less an even number"),
        (lambda: kernel_centre(torch.zeros(1, 1, 5, 5), 7), "kernel must be 5 less an even number"),
        (lambda: kernel_centre(torch.zeros(1, 1, 5, 5), 3, torch.eye(8)), r"transform must have the shape \(9, 9\)"),
        (lambda: first_channels(torch.zeros(4, 4), (5, 4)), r"channels must be at least 1 and at most \(4, 4\)"),
        (lambda: first_channels(torch.zeros(4), (2, 2)), "channels must be"),
        (lambda: first_channels(torch.zeros(4), (0,)), "channels must be"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_list_is_no_weight():
    with pytest.raises(TypeError, match="weight must be a numpy array or a torch tensor"):
        kernel_centre([[1.0]], 1)
