"""What a detector is trained with: focal loss for the class of each anchor, smooth L1 for its box.

    focal(z, y)    = -α (1 - p)^γ ln p  where y = 1        -(1 - α) p^γ ln(1 - p)  where y = 0        p = sigmoid(z)
    smooth L1(d)   = d² / (2 β)  where |d| < β             |d| - β / 2  elsewhere

Thousands of anchors are background and easy. With γ = 0 they add up to most of the loss; γ = 2 makes an anchor that
is right at 0.9 a hundred times lighter. Smooth L1 has a slope of at most 1: a box far away does not pull harder.

Symbols   z logit · y target, 0 or 1 · p probability · α weight of the objects · γ focus · d difference · β end of d²
Shapes    any, equal for both arguments; the sum over all elements, to be divided by the number of matched anchors
Source    Lin et al. 2017, https://arxiv.org/abs/1708.02002, eq. 5
          Girshick 2015, https://arxiv.org/abs/1504.08083, eq. 3
In production  torchvision.ops.sigmoid_focal_loss; torch.nn.functional.smooth_l1_loss
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from edukit.checked import checked


@checked
def focal_loss(logits: Tensor, targets: Tensor, *, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """The sum of the focal losses of all logits, one number in nats.

    Raises TypeError for what is no tensor, ValueError for other shapes, targets outside 0..1, alpha or gamma.

    >>> focal_loss(torch.tensor([2.0, -2.0]), torch.tensor([1.0, 0.0])).round(decimals=4)
    tensor(0.0018)
    """
    _check_pair(logits, targets)
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be from 0 to 1, got {alpha}")
    if not 0 <= gamma < float("inf"):
        raise ValueError(f"gamma must be at least 0 and finite, got {gamma}")
    if targets.numel() and not (targets.min() >= 0 and targets.max() <= 1):
        raise ValueError("targets must be from 0 to 1")
    targets = targets.to(logits.dtype)
    p = logits.sigmoid()
    right = targets * p + (1 - targets) * (1 - p)
    weight = targets * alpha + (1 - targets) * (1 - alpha)
    cross_entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (weight * (1 - right) ** gamma * cross_entropy).sum()


@checked
def smooth_l1_loss(predicted: Tensor, targets: Tensor, *, beta: float = 0.1) -> Tensor:
    """The sum of the smooth absolute differences, one number.

    Raises TypeError for what is no tensor, ValueError for other shapes and for a beta that is not positive.

    >>> smooth_l1_loss(torch.tensor([0.0, 2.0]), torch.tensor([0.5, 0.0]), beta=1.0)
    tensor(1.6250)
    """
    _check_pair(predicted, targets)
    if not 0 < beta < float("inf"):
        raise ValueError(f"beta must be positive and finite, got {beta}")
    distance = (predicted - targets).abs()
    return torch.where(distance < beta, distance**2 / (2 * beta), distance - beta / 2).sum()


def _check_pair(one, two):
    for tensor in (one, two):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"both arguments must be tensors, got {type(tensor).__name__}")
    if one.shape != two.shape:
        raise ValueError(f"both arguments must have the same shape, got {tuple(one.shape)} and {tuple(two.shape)}")
