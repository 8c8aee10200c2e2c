"""Progressive channel pruning: a few channels, some training, a few more; at the end they are taken out.

    for t = 1 … n:   the weakest s_t of each group get zeros, and the masks hold while the rest trains
    at the end       the zeros are removed, which changes no output

Channels that went are counted in the model given, not in what was left of it: after five steps to 0.5 exactly half
of every group is gone, and their numbers are those of the first model.

Common mistakes are shares of what is left that multiply to less than the target, and indices that count in a tensor
which has shrunk already.

Symbols   s_t schedule (schedule.py) · n steps
Bound     |removed(x) - trained(x)| is float rounding: the trained model has zeros in these rows
Cost      the steps train at full size; in return no layer changes while the optimizer works on it
Source    Molchanov et al. 2016, https://arxiv.org/abs/1611.06440 (few channels at a time, training in between)
In production  torch_pruning's iterative_steps, which shrinks after every step
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from edukit.checked import checked
from edukit.pruning.channels.choose import all_scores, check_choice, choose
from edukit.pruning.channels.groups import Channel
from edukit.pruning.channels.remove import zero_channels
from edukit.pruning.channels.shrink import channel_groups, checked_removal
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.schedule import cubic_sparsity, planned
from edukit.refuse import check_whole
from edukit.signatures import passes_on
from edukit.training.labelled import as_split


class Shrunken(NamedTuple):
    """The smaller model, and the channels that went: {Axis: rows} as they were in the model given.

    >>> Shrunken(nn.ReLU(), []).gone
    []
    """

    model: nn.Module
    gone: list[Channel]


@checked
@passes_on(fine_tune, without=("masks", "epochs"))
def shrink_gradually(
    model: nn.Module,
    split,
    final: float,
    *,
    method="l1",
    schedule: Callable | str = cubic_sparsity,
    steps: int = 5,
    epochs_per_step: int = 1,
    min_channels: int = 1,
    multiple: int = 1,
    **training,
) -> Shrunken:
    """A trained copy of the model without `final` of the channels of each group that can lose some.

    method       as for `shrink`, or a function of the model that gives ready-made scores anew in each step
    schedule     "one_shot", "linear", "cubic", or a function of (step, steps, final)
    **training   further arguments of `fine_tune`: seed, learning_rate, loss, progress, ...

    >>> from edukit.data import digits
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 10))
    >>> small = shrink_gradually(net, digits().train, 0.5, steps=2, progress=None)
    >>> small.model[1].out_features, len(small.gone)
    (4, 4)
    """
    check_choice(final, "l1" if callable(method) else method, min_channels, multiple)
    ratios = planned(schedule, steps, final)
    split = as_split(split)
    example = torch.as_tensor(split.x[:2])
    check_whole(epochs_per_step, "epochs_per_step", 1, 10**6)
    groups = channel_groups(model, example)
    gone = []
    for ratio in ratios:
        scores = all_scores(model, groups, method(model) if callable(method) else method)
        gone = choose(model, groups, ratio, scores, min_channels=min_channels, multiple=multiple, already=gone)
        model = zero_channels(model, gone)
        model = fine_tune(model, split, channel_masks(model, gone), epochs=epochs_per_step, **training)
    return Shrunken(checked_removal(zero_channels(model, gone), gone, example), gone)


def channel_masks(model: nn.Module, gone: list[Channel]) -> dict[str, torch.Tensor]:
    """{parameter: mask} that is False in every row of these channels.

    >>> channel_masks(nn.Linear(1, 2), [{("weight", 0, "makes"): [1]}])
    {'weight': tensor([[ True],
            [False]])}
    """
    parameters = dict(model.named_parameters())
    masks = {}
    for channel in gone:
        for (name, axis, _), rows in channel.items():
            if name in parameters:
                stays = masks.setdefault(name, torch.ones_like(parameters[name], dtype=torch.bool))
                stays.index_fill_(axis, torch.tensor(rows, device=stays.device), False)
    return masks
