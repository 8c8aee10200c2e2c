"""What channels cost, measured without labels: how much the outputs change when one group loses some.

    loss = ‖y - y₀‖² / ‖y₀‖²        y₀ the model's outputs, y those without the channels

Batch norms use the mean and variance of the batch at hand, as after new statistics (reestimate.py): what those repair
costs nothing. So few choices of each group are tried that a straight line between them gives the others.

Shapes    y as the model answers; of several tensors the losses are added up
Assumes   that losses of groups add up, as in sensitivity.py
Source    Yang et al. 2018 (NetAdapt), https://arxiv.org/abs/1804.03230, try every layer; new statistics before the
          measure: Li et al. 2020 (EagleEye), https://arxiv.org/abs/2007.02491
In production  sensitivity pruners measure an accuracy, which takes labels
"""

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils._pytree import tree_leaves

from edukit.copies import copied
from edukit.inputs import as_inputs, has_batch
from edukit.pruning.channels.allot import Menu
from edukit.pruning.channels.remove import remove_channels
from edukit.turns import Bar

LEAST, MOST, BATCH = 16, 128, 32  # rows that are needed, that are used, that run at once
TRIED = 4  # choices of each group


def menu_by_output(model: nn.Module, x, menu: Menu) -> Menu:
    """The same choices with losses that are measured on at most 128 rows of x, at least 16.

    >>> from edukit.pruning.channels.allot import Choice
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    >>> gone = [{("0.weight", 0, "makes"): [0], ("0.bias", 0, "scales"): [0], ("1.weight", 1, "reads"): [0]}]
    >>> menu = {"0.weight": [Choice([], {}, 0.0), Choice(gone, {}, 0.0)]}
    >>> menu_by_output(net, torch.ones(16, 2), menu)["0.weight"][1].loss > 0
    True
    """
    inputs = tuple(part[:MOST] for part in as_inputs(x, model))
    if len(inputs[0]) < LEAST:
        raise ValueError(f'example must hold at least {LEAST} rows with scope "output", got {len(inputs[0])}')
    whole = _answers(copied(model).eval(), inputs)
    tried = {name: _tried(choices) for name, choices in menu.items()}
    losses = {(name, 0): 0.0 for name in menu}
    trials = [(name, place) for name, places in tried.items() for place in places if place]
    for name, place in Bar(trials, desc="change of the output", delay=2):
        smaller = remove_channels(model, menu[name][place].gone)
        losses[name, place] = _change(_answers(_as_after_new_statistics(smaller), inputs), whole)
    measured = {name: [losses[name, place] for place in places] for name, places in tried.items()}
    return {name: _with_losses(menu[name], tried[name], measured[name]) for name in menu}


def _tried(choices):
    return sorted(set(np.linspace(0, len(choices) - 1, TRIED + 1).round().astype(int).tolist()))


def _with_losses(choices, places, losses):
    """More channels never count as less loss: that would be luck."""
    line = np.maximum.accumulate(np.interp(range(len(choices)), places, losses))
    return [choice._replace(loss=float(loss)) for choice, loss in zip(choices, line, strict=True)]


def _as_after_new_statistics(model):
    model.eval()
    for norm in model.modules():
        if isinstance(norm, _NormBase) and norm.track_running_stats:
            norm.train()
    return model


def _answers(model, inputs):
    """The floating-point outputs for each batch."""
    with torch.no_grad(), torch.random.fork_rng(devices=()):
        batches = [
            [part[i : i + BATCH] if has_batch(part, inputs) else part for part in inputs]
            for i in range(0, len(inputs[0]), BATCH)
        ]
        return [[y for y in tree_leaves(model(*(x.clone() for x in batch))) if _is_float(y)] for batch in batches]


def _change(answers, whole):
    change = [0.0] * len(whole[0])
    size = [0.0] * len(whole[0])
    for batch, before in zip(answers, whole, strict=True):
        for i, (y, expected) in enumerate(zip(batch, before, strict=True)):
            change[i] += float((y - expected).double().square().sum())
            size[i] += float(expected.double().square().sum())
    return sum(c / max(s, np.finfo(float).tiny) for c, s in zip(change, size, strict=True))


def _is_float(y):
    return isinstance(y, torch.Tensor) and y.is_floating_point()
