"""Quantize and dequantize as operators of their own, so that a graph shows them whole and an exporter can name them.

    float x  →  edukit::quantize  →  codes  →  edukit::dequantize  →  float x̂

A pair of them around a layer is the QDQ form that ONNX, ExecuTorch and LiteRT converters exchange: it runs anywhere
in float, and a runtime with integer kernels replaces DQ → layer → Q by one integer operator.

Shapes    scale, zero_point: () for a whole tensor, (C,) along `axis`
Source    https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
"""

import torch

from edukit.quantization import affine


@torch.library.custom_op("edukit::quantize", mutates_args=())
def quantize(x: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor, qmin: int, qmax: int) -> torch.Tensor:
    """Codes of x in the zero point's integer type."""
    codes = affine.quantize(x, affine.QParams(scale, zero_point.to(torch.int32), qmin, qmax))
    return codes.to(zero_point.dtype)


@quantize.register_fake
def _(x, scale, zero_point, qmin, qmax):
    return torch.empty_like(x, dtype=zero_point.dtype)


@torch.library.custom_op("edukit::dequantize", mutates_args=())
def dequantize(
    q: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor | None = None, axis: int = 0
) -> torch.Tensor:
    """Real values of the codes q, whose scales lie along `axis`; no zero point means 0."""
    shape = [-1 if a == axis else 1 for a in range(q.ndim)] if scale.ndim else []
    zero = torch.zeros_like(scale) if zero_point is None else zero_point
    grid = affine.QParams(scale.reshape(shape), zero.to(torch.int32).reshape(shape), 0, 0)
    return affine.dequantize(q.to(torch.int32), grid)


@dequantize.register_fake
def _(q, scale, zero_point=None, axis=0):
    return torch.empty_like(q, dtype=scale.dtype)
