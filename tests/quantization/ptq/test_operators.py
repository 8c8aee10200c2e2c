"""The two operators compute the formulas of affine.py, eagerly and when traced."""

import torch

from edukit.quantization import QParams
from edukit.quantization.grid import affine
from edukit.quantization.ptq import operators

X = torch.linspace(-3, 3, 24).reshape(2, 3, 4)
SCALE, ZERO = torch.tensor(0.02), torch.tensor(128, dtype=torch.uint8)


def test_a_whole_tensor():
    codes = operators.quantize(X, SCALE, ZERO, 0, 255)
    assert codes.dtype == torch.uint8
    assert torch.equal(codes.int(), affine.quantize(X, QParams(SCALE, ZERO.int(), 0, 255)))
    assert torch.allclose(operators.dequantize(codes, SCALE, ZERO), X.clip(-2.56, 2.54), atol=0.0101)  # S / 2


def test_scales_along_an_axis():
    codes = torch.full((2, 3, 4), 10, dtype=torch.int8)
    scale = torch.tensor([0.1, 0.2, 0.3])
    assert torch.allclose(operators.dequantize(codes, scale, axis=1)[0, :, 0], 10 * scale)
    moved = operators.dequantize(codes, scale, torch.full((3,), 4, dtype=torch.int8), 1)
    assert torch.allclose(moved[0, :, 0], 6 * scale)


def test_shapes_and_types_are_known_without_computing():
    torch.library.opcheck(torch.ops.edukit.quantize.default, (X, SCALE, ZERO, 0, 255))
    codes = operators.quantize(X, SCALE, ZERO, 0, 255)
    torch.library.opcheck(torch.ops.edukit.dequantize.default, (codes, SCALE, ZERO, 0))
