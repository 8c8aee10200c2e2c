"""Elastic kernels: other right ways pass, and the package says the same."""

import numpy as np
import torch

from edukit.checks import search as check
from edukit.search.elastic import kernel_centre


def weight_by_weight(weight, transform):
    """Nine loops over nine weights: slow, and right."""
    flat = weight.reshape(-1, 5, 5)
    found = np.zeros((len(flat), 9))
    for new in range(9):
        for old in range(9):
            found[:, new] += transform[new, old] * flat[:, 1 + old // 3, 1 + old % 3]
    return found.reshape(*weight.shape[:-2], 3, 3)


def with_einsum(weight, transform):
    middle = weight[..., 1:-1, 1:-1].reshape(*weight.shape[:-2], 9)
    return np.einsum("no,...o->...n", transform, middle).reshape(*weight.shape[:-2], 3, 3)


def test_other_right_ways_pass():
    assert check.elastic_kernel(weight_by_weight), check.elastic_kernel(weight_by_weight)
    assert check.elastic_kernel(with_einsum)


def test_the_package_says_the_same():
    for weight, transform in check.elastic_kernel.questions:
        found = kernel_centre(torch.from_numpy(weight), 3, torch.from_numpy(transform))
        np.testing.assert_allclose(found, check.elastic_kernel.solve(weight, transform))


def test_nine_weights_in_a_row_are_told_the_shape():
    flat = check.elastic_kernel(lambda weight, transform: weight[..., 1:4, 1:4].reshape(*weight.shape[:-2], 9))
    assert "(3, 3)" in flat.line
