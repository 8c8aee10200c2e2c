"""New batch norm statistics after pruning: the old ones were those of a network with more channels.

    y = γ (x - μ) / √(σ² + ε) + β        μ, σ² of x as it is now, not as it was

What a layer sums over fewer channels has another mean and another spread. A few hundred images without labels, and no
gradient, show the new ones. Weights stay as they are.

Symbols   μ, σ² running mean and variance of a channel · γ, β learned
Shapes    μ, σ² (channels,)
Bound     with one batch, the network then gives in evaluation mode what it gave in training mode, up to n / (n - 1)
          in the variance
Source    Li et al. 2020 (EagleEye), https://arxiv.org/abs/2007.02491: adaptive batch norm
In production  torch.optim.swa_utils.update_bn
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from edukit.checked import checked
from edukit.copies import copied
from edukit.inputs import as_inputs, check_count, check_it_runs, has_batch
from edukit.refuse import check_model, check_whole, is_finite
from edukit.turns import in_turn


@checked
@in_turn
def reestimate_batchnorm(model: nn.Module, x, *, batch_size: int = 256) -> nn.Module:
    """A copy of the model whose batch norms have the mean statistics of all batches of x, in evaluation mode.

    x   unlabelled inputs, at least 2, or a tuple of them for a model of several inputs; use calibration images
    Each layer counts on the layers before it, which use the statistics of the same batch; dropout sleeps.

    >>> net = nn.Sequential(nn.BatchNorm1d(1))
    >>> reestimate_batchnorm(net, torch.tensor([[1.0], [2.0], [6.0]]))[0].running_mean.item()
    3.0
    """
    check_model(model)
    check_whole(batch_size, "batch_size", least=2)
    inputs = as_inputs(x, model, "x")
    check_count(model, inputs)
    rows = len(inputs[0]) if inputs[0].ndim else 0
    if rows < 2:
        raise ValueError(f"x must hold at least 2 rows to have a variance, got {rows}")
    if not all(is_finite(part) for part in inputs):
        raise ValueError("x must be finite, got NaN or infinity")
    fresh = copied(model).eval()
    norms = [norm for norm in fresh.modules() if isinstance(norm, _NormBase) and norm.track_running_stats]
    if not norms:
        raise ValueError(f"model has no batch norm with running statistics, got {type(model).__name__}")
    with torch.no_grad():
        check_it_runs(fresh, tuple(part[:2].clone() for part in inputs))
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over all batches
        norm.train()
    with torch.no_grad():
        for rows in torch.arange(len(inputs[0])).tensor_split(-(-len(inputs[0]) // batch_size)):
            fresh(*(part[rows] if has_batch(part, inputs) else part for part in inputs))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return fresh.eval()
