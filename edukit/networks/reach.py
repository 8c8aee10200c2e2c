"""Reach: which input channels each output channel depends on.

    input i holds one NaN channel, i   →   every output channel that reads it, however indirectly, is NaN as well

NaN survives every multiplication, also by 0, and every ReLU: structure alone decides, not the weights. A gradient
asks the same, but can be 0 by accident, behind a ReLU that is off.

Shapes    model (B, channels, H, W) -> (B, out, …); the answer (out, channels), True where the output depends
Source    Zhang et al. 2017, https://arxiv.org/abs/1707.01083, figure 1: groups that never hear of each other
In production  torch.autograd with weights all of one sign, for models that refuse NaN
"""

import torch
from torch import nn

from edukit.refuse import check_model, check_sizes
from edukit.training.evaluate import evaluating


def reach(model: nn.Module, channels: int, size: int = 3) -> torch.Tensor:
    """Which input channels each output channel depends on, (out, channels) of True and False.

    size   height and width of the input

    >>> reach(nn.Conv2d(4, 4, 1, groups=2), 4).int().tolist()
    [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]]
    """
    check_sizes(channels=channels, size=size)
    check_model(model)
    x = torch.zeros(channels, channels, size, size)
    x[range(channels), range(channels)] = torch.nan
    with torch.no_grad(), evaluating(model):
        return model(x).isnan().flatten(2).any(2).T
