"""Shrinking to a budget: as many channels go as it takes to reach a share of the multiply-accumulates.

    largest r-model with MACs(r) <= share · MACs(0)          one ratio r for all groups, found by halving an interval

A layer between two shrunken layers loses inputs and outputs: half of the channels leave a quarter of its MACs, and
half of the MACs is reached near r = 1 - √½ = 0.29.

MACs are not seconds: measure the result on the runtime.

Symbols   r ratio of channels that go · MACs counted on the shrunken model, not estimated
Bound     the result has at most share · MACs, and with the next smaller choice of channels it would have more
In production  torch_pruning's tutorials, which prune in small steps until the counted MACs are low enough
"""

from torch import nn

from edukit.graph import as_inputs
from edukit.measure import count_macs
from edukit.pruning.channels.choose import all_scores, check_choice, choose
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.shrink import channel_groups, checked_removal

HALVINGS = 12  # ratios differ by 1/4096 at last: fewer than one channel for layers of up to 4096


def shrink_to_macs(
    model: nn.Module, example, share: float, method="l1", *, min_channels: int = 1, multiple: int = 1
) -> nn.Module:
    """A copy of the model with the weakest channels gone, so that at most `share` of its MACs are left.

    share   above 0 to 1
    The other arguments are those of `shrink`. Raises ValueError for a share that min_channels, a multiple or fixed
    groups do not allow, and says which share can be reached.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))
    >>> small = shrink_to_macs(net, torch.zeros(1, 8), 0.5)
    >>> macs_left(net, small, torch.zeros(1, 8)) <= 0.5, small[0].out_features
    (True, 21)
    """
    check_choice(0, method, min_channels, multiple)
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 to 1, got {share!r}")
    groups = channel_groups(model, example)
    scores, limits = all_scores(model, groups, method), dict(min_channels=min_channels, multiple=multiple)

    whole = macs(model, example)

    def gone_at(ratio):
        gone = choose(model, groups, ratio, scores, **limits)
        return gone, macs(remove_channels(model, gone), example) / whole

    low, high, (gone, left) = 0.0, 1 - 2**-HALVINGS, gone_at(1 - 2**-HALVINGS)
    if left > share:
        raise ValueError(f"share must be at least {left:.3f}, what is left when all that can go is gone, got {share!r}")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fewer, left = gone_at(middle)
        if left <= share:
            high, gone = middle, fewer
        else:
            low = middle
    return checked_removal(model, gone, example)


def macs_left(model: nn.Module, smaller: nn.Module, example) -> float:
    """The share of the model's MACs that the smaller one has, for one input like those of the example.

    >>> import torch
    >>> macs_left(nn.Linear(4, 4), nn.Linear(4, 3), torch.zeros(1, 4))
    0.75
    """
    return macs(smaller, example) / macs(model, example)


def macs(model: nn.Module, example) -> int:
    """Multiply-accumulates for one input like those of the example.

    >>> import torch
    >>> macs(nn.Linear(4, 3), torch.zeros(1, 4))
    12
    """
    return count_macs(model, as_inputs(example))
