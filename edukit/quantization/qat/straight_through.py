"""Straight-through gradients: how a network trains through rounding, whose true gradient is zero almost everywhere.

    forward             x̂ = S (q - Z)                      q = clip(round(x / S) + Z, qmin, qmax)
    straight-through    ∂x̂/∂x = 1 inside, 0 outside        as if rounding were not there, but clipping were
    learned step        ∂x̂/∂S = q - Z - x / S inside       the rounding error in steps, from -1/2 to 1/2
                                qmin - Z or qmax - Z outside

Symbols   S scale, the step · Z zero_point · inside where qmin <= round(x / S) + Z <= qmax: no code saturates
Shapes    x any; S, Z broadcast against x; the gradient of S is summed to the shape of S
Bound     |∂x̂/∂S| <= 1/2 inside
Source    Bengio et al. 2013, https://arxiv.org/abs/1308.3432 (straight-through); Esser et al. 2019,
          https://arxiv.org/abs/1902.08153, eq. 3 (learned step size quantization, LSQ)
In production  torch.fake_quantize_per_tensor_affine, torch.fake_quantize_per_channel_affine: the same, fused
"""

import math

import torch

from edukit.quantization.grid.affine import QParams, fake_quantize, quantize


def straight_through(x: torch.Tensor, qparams: QParams, *, step_gradient: float = 1.0) -> torch.Tensor:
    """`fake_quantize` with a gradient: for x, and for qparams.scale where that requires one.

    step_gradient   the gradient of the scale is multiplied by it; LSQ takes `balanced_gradient`
    Raises ValueError for NaN in x, TypeError where x is not a tensor.

    >>> x = torch.tensor([-9.0, 0.3, 0.8, 9.0], requires_grad=True)
    >>> grid = QParams(torch.tensor(0.5), torch.tensor(0), -4, 3)
    >>> y = straight_through(x, grid)
    >>> y.sum().backward()
    >>> y.tolist(), x.grad.tolist()
    ([-2.0, 0.5, 1.0, 1.5], [0.0, 1.0, 1.0, 0.0])
    """
    if not isinstance(x, torch.Tensor):
        raise TypeError(f"x must be a torch tensor, which can have a gradient, got {type(x).__name__}")
    return _StraightThrough.apply(x, qparams.scale, qparams, step_gradient)


def initial_step(x: torch.Tensor, steps: int, axis: int | None = None) -> torch.Tensor:
    """Where LSQ starts: S = 2 mean|x| / sqrt(steps), of all of x or of each index along `axis`.

    steps   from zero to the last code, such as qmax of a symmetric grid; 1 or more
    A tensor of zeros gets 1, as any step stores it.

    >>> initial_step(torch.tensor([-1.0, 3.0]), steps=4)
    tensor(2.)
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps!r}")
    others = tuple(a for a in range(x.ndim) if axis is None or a != axis % x.ndim)
    step = 2 * x.abs().mean(others, keepdim=axis is not None) / math.sqrt(steps)
    return torch.where(step >= torch.finfo(step.dtype).tiny, step, torch.ones_like(step))


def balanced_gradient(count: int, steps: int) -> float:
    """LSQ's factor 1 / sqrt(count steps): a step that serves many values changes no faster than one value.

    count   the values that share the scale: weights of a channel, or features of one input

    >>> balanced_gradient(count=25, steps=4)
    0.1
    """
    return 1 / math.sqrt(count * steps)


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(context, x, scale, grid, step_gradient):
        context.save_for_backward(x, scale)
        context.grid, context.step_gradient = grid, step_gradient
        return fake_quantize(x, grid)

    @staticmethod
    def backward(context, gradient):
        (x, scale), grid = context.saved_tensors, context.grid
        code = torch.round(x / scale) + grid.zero_point
        inside = (grid.qmin <= code) & (code <= grid.qmax)
        x_gradient = scale_gradient = None
        if context.needs_input_grad[0]:
            x_gradient = gradient * inside
        if context.needs_input_grad[1]:
            slope = quantize(x, grid) - grid.zero_point - inside * (x / scale)
            scale_gradient = (gradient * slope).sum_to_size(scale.shape) * context.step_gradient
        return x_gradient, scale_gradient, None, None
