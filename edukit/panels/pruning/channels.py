"""The panels of lesson 07: which rows go together, what scores keep, what a number of channels takes."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.pruning.filter_bank import NOTES, FilterBankPlot
from edukit.plots.drawings.pruning.residual_channel import CHANNELS, PARTS, ResidualChannelPlot
from edukit.plots.pruning.channels import GroupsPlot, ScoresPlot
from edukit.plots.pruning.structured import ChannelTimesPlot


def groups(model, found) -> Panel:
    """Which filters, norms and inputs go together: found, the groups of `channel_groups`; those that can lose some.

    >>> import torch
    >>> from edukit.networks import trained
    >>> from edukit.pruning import channel_groups
    >>> net = trained("digits_residual")
    >>> groups(net, channel_groups(net, torch.zeros(2, 1, 8, 8))).description[:59]
    'Channel 1 of 8 in the group of stem, block 0, conv 2: 2 fil'
    """
    free = [group for group in found if not group.fixed_by]
    longest = max(len(group.channels) for group in free)
    plot = partial(GroupsPlot, model=model, groups=found)
    return Panel(plot, group=(1, len(free), 1), channel=(1, longest, 1), figsize=(8.5, 3.2))


def scores(found, ratios, repaired) -> Panel:
    """What is left of the accuracy before and after new statistics.

    found, repaired   {score: [accuracy at each ratio]}, or a list of such rows, one for each network or random draw

    >>> scores({"l1": [0.9, 0.4]}, [0, 0.5], {"l1": [0.9, 0.8]}).description
    '50 % of the channels gone, old batch norm statistics, correct in %: l1 40.'
    """
    plot = partial(ScoresPlot, found=found, ratios=ratios, repaired=repaired)
    percent = [100 * ratio for ratio in sorted(ratios) if ratio]  # buttons: only these were measured
    percent = [int(share) if share == int(share) else share for share in percent]
    return Panel(plot, ratio_percent=percent, new_statistics=False, still={"new_statistics": True}, figsize=(8.5, 3.3))


def channel_times(times) -> Panel:
    """Time against channels: times {channels: Latency}, measured before the panel opens.

    >>> from edukit.measure import Latency
    >>> channel_times({n: Latency(n * 1e-6, 0, 0, 1) for n in (8, 16)}).description
    '16 channels: 1.00 of the MACs of 16 channels, and 1.00 of the time, 16 µs.'
    """
    plot = partial(ChannelTimesPlot, times=times)
    return Panel(plot, channels=(min(times), max(times)), figsize=(8.5, 3.2))


def filter_bank() -> Panel:
    """What four ways of pruning take out of the same eight filters.

    >>> filter_bank().description[:4]
    'Prun'
    """
    controls = dict(kind=list(NOTES), sparsity_percent=(0, 90, 50))
    return Panel(FilterBankPlot, **controls, still={"kind": "filters"})


def residual_channel() -> Panel:
    """Which filters and inputs of a residual block are one channel.

    >>> residual_channel().description[:27]
    'Channel 4 on the path of th'
    """
    return Panel(ResidualChannelPlot, where=list(PARTS), channel=(1, CHANNELS), still={"channel": 2})
