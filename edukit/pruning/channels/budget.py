"""Shrinking to a budget: as many channels go as it takes to reach a share of the multiply-accumulates.

    global   the channels with the least score for the MACs that they save, step by step: see allot.py
    output   the same with the measured change of the outputs in place of the scores: see output_change.py
    layer    one ratio r for all groups: the smallest with MACs(r) <= share · MACs(0)

A layer between two shrunken layers loses inputs and outputs: with one ratio half of the channels leave a quarter of
its MACs, and half of the MACs is reached near r = 1 - √½ = 0.29.

MACs are not seconds. Runtimes lay 8 channels side by side, or 16: layers with other numbers run on slower kernels, and
a network that is smaller by MACs can be slower. So numbers of channels are multiples of 8, of 4 in small groups.

Symbols   r ratio of channels that go · MACs counted on the shrunken model, not estimated
Bound     the result has at most share · MACs; where it has less than (share - 0.03) · MACs a warning says so
In production  torch_pruning's tutorials, which prune in small steps until the counted MACs are low enough
"""

import warnings

from torch import nn

from edukit.checked import checked
from edukit.copies import with_stored_weights
from edukit.inputs import as_inputs
from edukit.measure import count_macs
from edukit.pruning.channels.allot import NEAR, allot, menu_by_score
from edukit.pruning.channels.choose import all_scores, check_choice, choose
from edukit.pruning.channels.output_change import menu_by_output
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.shrink import channel_groups, checked_removal
from edukit.pruning.channels.work import Work
from edukit.refuse import check_model
from edukit.turns import in_turn

HALVINGS = 12  # ratios differ by 1/4096 at last: fewer than one channel for layers of up to 4096
SCOPES = ("global", "output", "layer")


@checked
@in_turn
def shrink_to_macs(
    model: nn.Module,
    example,
    share: float,
    method="l1",
    *,
    scope: str = "global",
    min_channels: int = 1,
    multiple: int | None = None,
) -> nn.Module:
    """A copy of the model with the weakest channels gone, so that at most `share` of its MACs are left.

    example    as for `shrink`; with scope "output" 100 unlabelled images, at least 16: the model is tried on them
    share      above 0 to 1
    scope      what each group loses: "global" as the scores of all groups say, "output" as the change of the outputs
               says, measured, which takes longer, "layer" the same ratio of each
    multiple   numbers of channels kept are multiples of it; None: of 8, of 4 below 16 channels, of 1 up to 4
    The other arguments are those of `shrink`. New batch norm statistics are another step: `reestimate_batchnorm`.
    Raises ValueError for a share that min_channels, a multiple or fixed groups do not allow, and says which share can
    be reached; warns where steps of `multiple` leave less than the share by more than 0.03.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(8, 80), nn.ReLU(), nn.Linear(80, 80), nn.ReLU(), nn.Linear(80, 4))
    >>> small = shrink_to_macs(net, torch.zeros(1, 8), 0.6)
    >>> 0.57 < macs_left(net, small, torch.zeros(1, 8)) <= 0.6, small[0].out_features % 8
    (True, 0)
    """
    check_choice(0, method, min_channels, multiple)
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 to 1, got {share!r}")
    if scope not in SCOPES:
        raise ValueError(f"scope must be one of {', '.join(SCOPES)}, got {scope!r}")
    model = with_stored_weights(model)
    groups = channel_groups(model, example)
    if all(group.fixed_by for group in groups):
        raise ValueError(f"model has no channels that can go: {groups}")
    limits = dict(min_channels=min_channels, multiple=multiple)
    if scope == "layer":
        gone = _same_ratio(model, example, groups, share, method, limits)
    else:
        menu = menu_by_score(model, groups, method, **limits)
        menu = menu_by_output(model, example, menu) if scope == "output" else menu
        choices = allot(menu, Work(model, example, macs(model, example)), share)
        gone = [channel for group, place in choices.items() for channel in menu[group][place].gone]
    smaller = checked_removal(model, gone, example)
    _warn_of_less(macs_left(model, smaller, example), share)
    return smaller


@checked
def macs_left(model: nn.Module, smaller: nn.Module, example) -> float:
    """The share of the model's MACs that the smaller one has, for one input like those of the example.

    >>> import torch
    >>> macs_left(nn.Linear(4, 4), nn.Linear(4, 3), torch.zeros(1, 4))
    0.75
    """
    check_model(smaller, "smaller")
    return macs(smaller, example) / macs(model, example)


def macs(model: nn.Module, example) -> int:
    """Multiply-accumulates for one input like those of the example.

    >>> import torch
    >>> macs(nn.Linear(4, 3), torch.zeros(1, 4))
    12
    """
    return count_macs(model, as_inputs(example, model))


def _same_ratio(model, example, groups, share, method, limits):
    """The channels that go with the smallest ratio for all groups, found by halving an interval."""
    scores = all_scores(model, groups, method)
    whole = macs(model, example)

    def gone_at(ratio):
        gone = choose(model, groups, ratio, scores, **limits)
        return gone, macs(remove_channels(model, gone), example) / whole

    low = 0.0
    high = 1 - 2**-HALVINGS
    (gone, left) = gone_at(1 - 2**-HALVINGS)
    if left > share:
        raise ValueError(f"share must be at least {left:.3f}, what is left when all that can go is gone, got {share!r}")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fewer, left = gone_at(middle)
        if left <= share:
            high, gone = middle, fewer
        else:
            low = middle
    return gone


def _warn_of_less(left, share):
    if left < share - NEAR:
        said = f"share {share} was asked, {left:.3f} is left: no choice nearby comes closer with these multiples"
        warnings.warn(said, stacklevel=5)  # in_turn and checked stand between
