"""Patterns lie in the smallest type that holds them, and what no format can take is refused."""

import numpy as np
import pytest
import torch

from edukit.quantization.lowbit.patterns import as_numpy, as_patterns, checked_patterns, finite, like


@pytest.mark.parametrize(("bits", "dtype"), [(1, "uint8"), (8, "uint8"), (9, "uint16"), (16, "uint16"), (17, "uint32")])
def test_patterns_take_the_smallest_type(bits, dtype):
    codes = as_patterns([0, 2**bits - 1], bits)
    assert codes.dtype == dtype and codes.tolist() == [0, 2**bits - 1]
    assert checked_patterns(codes, bits).tolist() == codes.tolist()


@pytest.mark.parametrize("patterns", [[-1], [16], [0.5], [True]])
def test_what_does_not_fit_into_four_bits_is_refused(patterns):
    with pytest.raises(ValueError, match="patterns must be whole numbers from 0 to 15"):
        checked_patterns(patterns, 4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_has_no_pattern(value):
    with pytest.raises(ValueError, match="NaN or infinity"):
        finite(torch.tensor([0.0, value]))
    assert finite(torch.tensor([0.5])).dtype == np.float64


def test_values_go_back_as_they_came():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    back = like(x, as_numpy(x))
    assert isinstance(back, torch.Tensor) and back.tolist() == [1, 2] and x.requires_grad
    assert like(np.ones(2), np.zeros(2)).tolist() == [0, 0]
