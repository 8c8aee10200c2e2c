"""A clip that learns: the end of an activation's range is a parameter that follows the loss (PACT).

    forward     y = clip(x, 0, α) = (|x| - |x - α| + α) / 2        ŷ = S round(y / S)        S = α / (2^b - 1)
    backward    ∂ŷ/∂x = 1 where 0 <= x < α, 0 elsewhere            ∂ŷ/∂α = 1 where α <= x, 0 elsewhere
    loss        that of the task + λ Σ α²                          the only pull while no value is cut off

It is the gradient of a learned step (straight_through.py) without the rounding error: what lies inside has no say.

Symbols   α the clip, above 0 · b bits · λ the strength of the pull
Shapes    x any; α broadcasts against x, and its gradient is summed to the shape of α
Source    Choi et al. 2018, https://arxiv.org/abs/1805.06085, eq. 1 to 3, and the L2 regularization behind them
In production  PACTFakeQuantize of MQBench; activation_preprocess_type='PACT' of PaddleSlim
"""

import torch

from edukit.checked import checked
from edukit.quantization.grid.affine import QParams, check_bits, fake_quantize


@checked
def learned_clip(x: torch.Tensor, clip: torch.Tensor, bits: int) -> torch.Tensor:
    """Values on 2^bits codes from 0 to `clip`, with a gradient for x and one for the clip.

    clip   above 0, of a shape that broadcasts against x
    Raises TypeError where x or clip is not a tensor, ValueError for a clip of 0 or below, and for NaN in x.

    >>> clip = torch.tensor(3.0, requires_grad=True)
    >>> y = learned_clip(torch.tensor([-1.0, 1.2, 3.0, 9.0]), clip, bits=2)
    >>> y.sum().backward()
    >>> y.tolist(), clip.grad.item()
    ([0.0, 1.0, 3.0, 3.0], 2.0)
    """
    bits = check_bits(bits, most=8)
    for name, value in {"x": x, "clip": clip}.items():
        if not isinstance(value, torch.Tensor):
            raise TypeError(f"{name} must be a torch tensor, which can have a gradient, got {type(value).__name__}")
    if not bool((clip > 0).all()):
        raise ValueError(f"clip must be above 0, got {clip.min().item():g}")
    return _LearnedClip.apply(x, clip, bits)


def clip_grid(clip: torch.Tensor, bits: int) -> QParams:
    """The grid that ends at the clip: codes 0 to 2^bits - 1, zero point 0.

    >>> clip_grid(torch.tensor(3.0), bits=2).scale
    tensor(1.)
    """
    most = 2**bits - 1
    return QParams(clip / most, torch.zeros_like(clip, dtype=torch.int32), 0, most)


class _LearnedClip(torch.autograd.Function):
    @staticmethod
    def forward(context, x, clip, bits):
        context.save_for_backward(x, clip)
        return fake_quantize(x, clip_grid(clip, bits))

    @staticmethod
    def backward(context, gradient):
        x, clip = context.saved_tensors
        x_gradient = clip_gradient = None
        if context.needs_input_grad[0]:
            x_gradient = gradient * ((x >= 0) & (x < clip))
        if context.needs_input_grad[1]:
            clip_gradient = (gradient * (x >= clip)).sum_to_size(clip.shape)
        return x_gradient, clip_gradient, None
