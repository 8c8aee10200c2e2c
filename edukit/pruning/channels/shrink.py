"""Shrinking: the weakest channels really go, so that shapes, work and files become smaller.

    model  ──follow──▶  groups of channels  ──choose──▶  the weakest of each  ──remove──▶  smaller model

Bound     the shrunken model computes what the model with zeros in the same rows computes, up to float rounding:
          `shrink` checks this on the example before it returns
Source    Li et al. 2017, https://arxiv.org/abs/1608.08710; groups: Fang et al. 2023, https://arxiv.org/abs/2301.12900
In production  torch_pruning.pruner.MagnitudePruner. Kernels like multiples of 4 or 8; fine-tune after shrinking
"""

from dataclasses import replace

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from edukit.checked import checked
from edukit.copies import copied, with_stored_weights
from edukit.errors import first_line
from edukit.inputs import as_inputs
from edukit.pruning.channels.choose import check_choice, choose
from edukit.pruning.channels.groups import Channel, Group
from edukit.pruning.channels.remove import remove_channels, zero_channels
from edukit.pruning.channels.trace import follow
from edukit.pruning.score import as_weights
from edukit.refuse import check_not_quantized, is_finite
from edukit.turns import Bar, in_turn


@checked
@in_turn
def shrink(
    model: nn.Module, example, ratio, method="l1", *, min_channels: int = 1, multiple: int | None = 1
) -> nn.Module:
    """A copy of the model without the weakest `ratio` of the channels of each group that can lose some.

    example        one small batch, or a tuple of batches: the model is followed and the result checked on it
    ratio          0 to below 1, or a ratio for each group, {its first maker: ratio}; the others stay whole
    method         "l1", "l2", "geometric_median", "random", or ready-made scores {maker: (filters,)}
    min_channels   every group keeps at least so many
    multiple       the number kept is rounded up to a multiple of it; None: of 8, of 4 below 16 channels
    Raises ValueError for other arguments, for NaN, and where nothing can go.

    >>> net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 4, 10))
    >>> shrink(net, torch.zeros(1, 1, 4, 4), 0.5)
    Sequential(
      (0): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))
      (1): ReLU()
      (2): Flatten(start_dim=1, end_dim=-1)
      (3): Linear(in_features=16, out_features=10, bias=True)
    )
    """
    model = with_stored_weights(model)
    with Bar(total=2, desc="shrink", delay=2) as bar:
        gone = weakest_channels(model, example, ratio, method, min_channels=min_channels, multiple=multiple)
        bar.update()
        return checked_removal(model, gone, example)


def checked_removal(model: nn.Module, gone: list[Channel], example) -> nn.Module:
    """`remove_channels`, once it has been seen on the example that the result equals zeros in their place.

    >>> net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    >>> checked_removal(net, weakest_channels(net, torch.zeros(1, 1), 0.5), torch.zeros(1, 1))[0].out_features
    1
    """
    if fault := _fault(model, gone, as_inputs(example, model)):
        raise ValueError(f"model cannot shrink: {fault}")
    return remove_channels(model, gone)


@in_turn
def weakest_channels(
    model: nn.Module, example, ratio, method="l1", *, min_channels: int = 1, multiple: int | None = 1
) -> list[Channel]:
    """The channels that `shrink` removes, with the same arguments: for each its rows, {Axis: [index, ...]}.

    >>> net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
    >>> _ = nn.init.constant_(net[0].weight[1], 9)  # so that the first neuron is the weaker one
    >>> weakest_channels(net, torch.zeros(1, 1), 0.5)[0][("2.weight", 1, "reads")]
    [0]
    """
    check_choice(ratio, method, min_channels, multiple)
    groups = channel_groups(model, example)
    return choose(model, groups, ratio, method, min_channels=min_channels, multiple=multiple)


@checked
@in_turn
def channel_groups(model: nn.Module, example) -> list[Group]:
    """Which rows of which layers go together, and which must stay and why.

    A graph does not tell a size that was computed from one written in the code, such as the 400 of
    `x.view(-1, 400)`. So each group is tried: without one channel the model has to run, and to be right.

    >>> channel_groups(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)), torch.zeros(1, 2))
    [Group(4 channels made by 0.weight), Group(3 channels made by 2.weight, fixed by output)]
    """
    inputs = _checked(model, example)
    groups = follow(model, inputs)
    free = [i for i, group in enumerate(groups) if not group.fixed_by and len(group.channels) > 1]
    if _fault(model, [groups[i].channels[0] for i in free], inputs):
        for i in free:
            if _fault(model, groups[i].channels[:1], inputs):
                groups[i] = replace(groups[i], fixed_by="a size in the code")
    return groups


def _fault(model, channels, inputs):
    """What is wrong with the model without these channels, measured against zeros in their place; "" if nothing."""
    try:
        outputs = _outputs(remove_channels(model, channels), inputs)
    except Exception as error:  # whatever the model's own code raises when a size has changed
        return f"without some channels it stops with {first_line(error)}"
    for y, expected in zip(outputs, _outputs(zero_channels(model, channels), inputs), strict=True):
        if y.shape != expected.shape or not _close(y, expected):
            return "without some channels it computes something else than with zeros in their place"
    return ""


def _outputs(own, inputs):
    """All tensors that the copy of a model gives in evaluation mode; what is random even then repeats itself."""
    with torch.no_grad(), torch.random.fork_rng():
        outputs = own.eval()(*(x.clone() for x in inputs))  # a model may write into its inputs
    return [y for y in tree_leaves(outputs) if isinstance(y, torch.Tensor)]


def _close(y, expected):
    """Equal in half of the digits: rounding stays far below, a wrong channel far above."""
    if not y.is_floating_point():  # classes, which a tie may turn
        return bool((y == expected).float().mean() > 0.9) if y.numel() else True
    tolerance = torch.finfo(y.dtype).eps ** 0.5 * expected.nan_to_num(0, 0, 0).abs().max()
    return torch.allclose(y, expected, rtol=0, atol=float(tolerance), equal_nan=True)


def _checked(model, example):
    """The example as a tuple of batches; what is wrong with it or with the model is said before any work."""
    check_not_quantized(model)
    for name, parameter in model.named_parameters():
        as_weights(parameter, f"model: {name}")
    inputs = as_inputs(example, model)
    if not all(is_finite(batch) for batch in inputs):
        raise ValueError("example holds NaN or infinity; the model is tried on it")
    try:
        outputs = _outputs(copied(model), inputs)
    except Exception as error:  # whatever the model's own code raises
        shapes = " and ".join(str(tuple(batch.shape)) for batch in inputs)
        raise ValueError(f"example of shape {shapes} does not fit the model: {first_line(error)}") from error
    if any(bool(y.isnan().any()) for y in outputs):
        raise ValueError("model gives NaN for the example, so that nothing can be compared")
    return inputs
