"""AdaRound: each weight learns whether its code goes up or down, by gradient descent on the layer's output.

    min ‖(w - ŵ) X‖²        ŵ = S clip(⌊w / S⌋ + h, qmin, qmax),  h in [0, 1] is pushed to 0 or 1

Shapes    w (…, out, in); x (…, rows, in): a sample of what the layer multiplies with w; leading axes are groups
Bound     no code moves by more than one step
Source    Nagel et al. 2020, https://arxiv.org/abs/2004.10568
In production  AIMET, Brevitas
"""

from collections.abc import Iterator

import torch

from edukit.checked import checked
from edukit.quantization.grid.affine import QParams
from edukit.quantization.ptq.rounding import check_sample, second_moment
from edukit.refuse import check_whole


@checked
def adaround(w: torch.Tensor, x: torch.Tensor, qparams: QParams, *, steps: int = 500) -> torch.Tensor:
    """int32 codes for w that keep w @ x: each weight learns whether to go up or down, by gradient descent.

    h in [0, 1] says how far up; it starts at the weight's own place between its two codes, moves along the gradient
    of the output's error, and a growing penalty 1 - |2h - 1|^β pushes it to 0 or 1.

    >>> from edukit.quantization import dequantize, quantize
    >>> from edukit.quantization.ptq.rounding import output_error
    >>> random = torch.Generator().manual_seed(0)
    >>> w, x = torch.randn(8, 16, generator=random), torch.randn(99, 4, generator=random)
    >>> x = x @ torch.randn(4, 16, generator=random)
    >>> grid = QParams(w.abs().amax(1, keepdim=True) / 3.5, torch.tensor(0), -4, 3)
    >>> nearest, better = (dequantize(codes, grid) for codes in (quantize(w, grid), adaround(w, x, grid)))
    >>> bool(output_error(w, better, x) < output_error(w, nearest, x) / 2)
    True
    """
    for ups in shares_up(w, x, qparams, steps=steps):
        last = ups
    up = (last >= 0.5).to(w.dtype)
    return ((w / qparams.scale).floor() + up).clamp(qparams.qmin, qparams.qmax).to(torch.int32)


@torch.enable_grad()
def shares_up(w: torch.Tensor, x: torch.Tensor, qparams: QParams, *, steps: int = 500) -> Iterator[torch.Tensor]:
    """What AdaRound learns, before the first step and after each: how far up each weight is, h (…, out, in) in [0, 1].

    >>> grid = QParams(torch.tensor(1.0), torch.tensor(0), -2, 1)
    >>> *_, last = shares_up(torch.tensor([[0.3, 0.4]]), torch.tensor([[1.0, 1.0], [2.0, 1.0]]), grid)
    >>> last.tolist()
    [[0.0, 1.0]]
    """
    check_sample(w, x)
    check_whole(steps, "steps", 1, 10**6)
    H = second_moment(x, 0.01).float()
    H = H / H.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]  # the penalty has the same weight in every layer
    place = w / qparams.scale
    floor = place.floor()
    v = torch.logit(((place - floor).clamp(0.01, 0.99) + 0.1) / 1.2).requires_grad_()
    optimizer = torch.optim.Adam([v], lr=0.02)
    yield _soft(v).detach()
    for step in range(steps):
        h = _soft(v)
        error = (floor + h).clamp(qparams.qmin, qparams.qmax) - place
        loss = (error @ H * error).sum()
        warm = max(0.0, (step / steps - 0.2) / 0.8)  # first only the error, then a penalty that becomes steeper
        if warm:
            loss = loss + 0.05 * (1 - (2 * h - 1).abs() ** (20 - 18 * warm)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield _soft(v).detach()


def _soft(v):
    """From 0 to 1, both of which are reached."""
    return (1.2 * torch.sigmoid(v) - 0.1).clamp(0, 1)
