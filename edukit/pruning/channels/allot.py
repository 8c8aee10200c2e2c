"""Allotting: how many channels each group loses, so that a share of the multiply-accumulates is left.

    step     the group and the number of its channels with the least  Δloss / ΔMACs, until MACs <= share · MACs(0)
    back     then, step by step, the channels with the most loss that fit in again
    pair     where far less than the share is left, the two groups with other choices that come near it

A layer between two groups loses inputs and outputs, so each step changes what the others would save: MACs are those
that all steps so far leave.

By scores, loss = -makers · ln(share of the scores that stay): the more of a group is gone, the more the next channel
costs, so that no group is emptied before the others lose some.

Symbols   loss what the absence of channels is thought to cost, by scores or by a measured change of the output
          makers the number of layers that make the group's channels
Bound     at most the share is left, and no smaller choice of one group fits in again
Source    Yang et al. 2018 (NetAdapt), https://arxiv.org/abs/1804.03230: step by step, what costs least
In production  torch_pruning's global_pruning, one ranking of all channels by their scores
"""

import itertools
import math
from collections import Counter
from typing import NamedTuple

import numpy as np
from torch import nn

from edukit.pruning.channels.choose import channel_scores, kept_numbers, weakest_first
from edukit.pruning.channels.groups import Channel, Group
from edukit.pruning.channels.work import Work

NEAR = 0.03  # a step that would leave this much less than the share waits until there is no other
LITTLE = 1e-12  # of a share of scores: all that stay may have none
CHOICES = 33  # of one group: more would make a long search and hardly a finer one


class Choice(NamedTuple):
    """Channels of one group that may go, the rows of the weights that they have, and the loss.

    >>> Choice([], Counter(), 0.0).loss
    0.0
    """

    gone: list[Channel]
    rows: Counter
    loss: float


Menu = dict[str, list[Choice]]  # {first maker of a group: its choices, from no channel to the most that may go}


def menu_by_score(model: nn.Module, groups: list[Group], method, min_channels: int, multiple: int | None) -> Menu:
    """Choices of every group that is not fixed; a loss is -ln of the share of the scores that stay, for each maker.

    >>> import torch
    >>> from edukit.pruning.channels.trace import follow
    >>> net = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1))
    >>> menu = menu_by_score(net, follow(net, torch.zeros(1, 1)), {"0.weight": [3.0, 1.0]}, 1, 1)
    >>> [round(choice.loss, 3) for choice in menu["0.weight"]]  # a quarter of the scores goes
    [0.0, 0.288]
    """
    return {
        group.makers[0]: _choices(model, group, method, kept_numbers(group, min_channels, multiple))
        for group in groups
        if not group.fixed_by
    }


def allot(menu: Menu, work: Work, share: float) -> dict[str, int]:
    """{group: the number of its choice} with little loss that leaves at most the share of the MACs.

    work   of the whole model; the steps are taken in it
    Raises ValueError where even the last choices leave more, and says how much.

    >>> import torch
    >>> menu = {"weight": [Choice([], Counter(), 0.0), Choice([{}], Counter({("weight", 0): 1}), 0.2)]}
    >>> allot(menu, Work(nn.Linear(1, 2), torch.zeros(1, 1), 2), 0.5)
    {'weight': 1}
    """
    _check_reach(menu, work, share)
    state = dict.fromkeys(menu, 0)
    most = share * work.left
    least = most - NEAR * work.left
    while work.left > most:
        steps = list(_steps(menu, work, state))
        steps = [step for step in steps if step.left >= least] or steps
        _take(min(steps, key=lambda step: step.loss / max(work.left - step.left, 1)), work, state)
    while back := [step for step in _steps_back(menu, work, state) if step.left <= most]:
        _take(min(back, key=lambda step: step.loss), work, state)
    if work.left < least and len(menu) > 1:
        pairs = [step for step in _pairs(menu, work, state) if step.left <= most]
        near = [step for step in pairs if step.left >= least]
        _take(min(near, key=lambda step: step.loss) if near else max(pairs, key=lambda step: step.left), work, state)
    return state


def _choices(model, group, method, numbers):
    scores = channel_scores(model, group, method)
    scores = scores / scores.abs().sum().clamp(min=LITTLE)
    order = weakest_first(scores)
    found = []
    for place in sorted(set(np.linspace(0, len(numbers) - 1, CHOICES).round().astype(int))):
        gone = order[: len(order) - numbers[place]]
        channels = [group.channels[i] for i in gone]
        rows = Counter()
        for channel in channels:
            rows.update({(name, axis): len(indices) for (name, axis, role), indices in channel.items()})
        stays = max(1 - float(scores[gone].sum()), LITTLE)
        found.append(Choice(channels, rows, len(group.makers) * math.log(1 / stays)))
    return found


def _check_reach(menu, work, share):
    rows = Counter()
    for choices in menu.values():
        rows.update(choices[-1].rows)
    left = work.after(rows) / work.left
    if left > share:
        raise ValueError(f"share must be at least {left:.3f}, what is left when all that can go is gone, got {share!r}")


class _Step(NamedTuple):
    """Groups that go from one of their choices to another, and the MACs that are then left."""

    choices: dict[str, int]
    rows: Counter
    loss: float
    left: int


def _step(menu, work, state, choices):
    rows = Counter()
    loss = 0.0
    for group, place in choices.items():
        rows.update(menu[group][place].rows)
        rows.subtract(menu[group][state[group]].rows)
        loss += menu[group][place].loss - menu[group][state[group]].loss
    return _Step(choices, rows, loss, work.after(rows))


def _steps(menu, work, state):
    """From the choice of each group 1, 2, 4, 8, … choices further: what pays only later is seen, too."""
    for group, place in state.items():
        for k in range((len(menu[group]) - place - 1).bit_length()):
            yield _step(menu, work, state, {group: place + 2**k})


def _steps_back(menu, work, state):
    return [_step(menu, work, state, {group: place - 1}) for group, place in state.items() if place]


def _pairs(menu, work, state):
    """Any two groups, with any choices: for networks of few groups, whose steps are long."""
    for a, b in itertools.combinations(menu, 2):
        for i, j in itertools.product(range(len(menu[a])), range(len(menu[b]))):
            yield _step(menu, work, state, {a: i, b: j})


def _take(step, work, state):
    work.take(step.rows)
    state.update(step.choices)
