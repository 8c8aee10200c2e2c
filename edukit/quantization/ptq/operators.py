"""Quantize and dequantize as operators of their own, so that a graph shows them whole and an exporter can name them.

    float x  →  edukit::quantize  →  codes  →  edukit::dequantize  →  float x̂

A pair of them around a layer is the QDQ form that ONNX, ExecuTorch and LiteRT converters exchange: it runs anywhere
in float, and a runtime with integer kernels replaces DQ → layer → Q by one integer operator.

`dynamic_linear` finds the grid of its input by itself, each time, and multiplies integers.

Shapes    scale, zero_point: () for a whole tensor, (C,) along `axis`
Source    https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
"""

import torch

from edukit.quantization.grid import affine
from edukit.quantization.grid.calibrate import min_max


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


@torch.library.custom_op("edukit::dynamic_linear", mutates_args=())
def dynamic_linear(
    x: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """x (…, in) on a uint8 grid of its own, times int8 codes (out, in) with scales (out,), plus a float bias."""
    if not x.numel():
        return x.new_zeros(*x.shape[:-1], len(codes))
    grid = affine.choose_qparams(*min_max(x), signed=False)
    q = affine.quantize(x, grid) - grid.zero_point
    accumulator = q.double() @ codes.double().T  # whole numbers below 2^53: exact, as int32 sums are
    y = accumulator.float() * (grid.scale * scale)
    return y if bias is None else y + bias


@dynamic_linear.register_fake
def _(x, codes, scale, bias):
    return x.new_empty(*x.shape[:-1], len(codes))
