"""Exercise on the channel shuffle: groups of channels are interleaved.

Well-known mistakes  a shuffle that splits the wrong way and so runs backwards; a reshape that moves nothing; whole
groups exchanged; images mixed with channels
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference


def channel_shuffle(x, groups):
    """Numpy (B, C, H, W): the first channel of each group, then the second of each, and so on."""
    B, C, H, W = x.shape
    return x.reshape(B, groups, C // groups, H, W).swapaxes(1, 2).reshape(B, C, H, W)


def _numbered(B, C, H=2, W=2):
    """Each number says where it stood: 1000 times its image, 10 times its channel, and its place."""
    image = np.arange(B)
    channel = np.arange(C)
    place = np.arange(H * W)
    return (1000 * image[:, None, None] + 10 * channel[:, None] + place).reshape(B, C, H, W).astype(np.float32)


def _show_shuffle(arguments, expected, got):
    x, groups = arguments
    if np.shape(got) != x.shape:
        return f"x of shape {x.shape} comes back in that shape, yours is {np.shape(got)}"
    at = first_difference(expected, got)
    right = expected[0, :, 0, 0] // 10
    yours = np.asarray(got)[0, :, 0, 0] // 10
    if not (right == yours).all():
        return f"{x.shape[1]} channels in {groups} groups end up as {_listed(right)}, yours as {_listed(yours)}"
    return f"at {tuple(int(i) for i in at)} belongs {expected[at]:.0f}, yours has {np.asarray(got)[at]:.0f}"


def _listed(channels):
    return ", ".join(f"{c:.0f}" for c in channels)


def _regrouped(x, groups, split, axes=(1, 2)):
    """Split the channels in two axes, exchange some axes, and join: a shuffle where `split` is (groups, …)."""
    B, C, H, W = x.shape
    return x.reshape(B, *split(C, groups), H, W).swapaxes(*axes).reshape(B, C, H, W)


SHUFFLE = Exercise(
    channel_shuffle,
    [
        (_numbered(1, 6), 2),
        (_numbered(2, 6), 3),
        (_numbered(1, 8), 2),
        (_numbered(2, 12, 3, 2), 4),
        (_numbered(1, 9), 3),
        (_numbered(3, 5), 5),
        (_numbered(2, 10, 1, 3), 2),
        (_numbered(2, 4), 1),
    ],
    {
        "split the wrong way": (
            lambda x, g: _regrouped(x, g, lambda C, g: (C // g, g)),
            "the channels were split the wrong way round: a group is C / groups neighbours, so `groups` comes first",
        ),
        "not exchanged": (
            lambda x, g: x.copy(),
            "every channel is where it was: splitting and joining alone move nothing, the two axes must be exchanged",
        ),
        "groups exchanged whole": (
            lambda x, g: np.concatenate(np.split(x, g, 1)[::-1], 1),
            "whole groups changed places: neighbours must come from different groups",
        ),
        "reversed": (
            lambda x, g: x[:, ::-1],
            "the channels are turned round: they are to be dealt out like cards, one of each group in turn",
        ),
        "rolled": (
            lambda x, g: np.roll(x, x.shape[1] // g, 1),
            "the channels moved on by one group: neighbours still come from one group",
        ),
        "not exchanged but reshaped": (
            lambda x, g: _regrouped(x, g, lambda C, g: (g, C // g), (2, 3)) if x.shape[2] > 1 else x.copy(),
            "channels and rows were exchanged: the two axes to exchange are the two that the channels were split into",
        ),
        "images mixed": (
            lambda x, g: channel_shuffle(x.reshape(1, -1, *x.shape[2:]), g).reshape(x.shape),
            "the images were mixed: keep the first axis, only channels change places",
        ),
        "left in five axes": (
            lambda x, g: x.reshape(len(x), g, -1, *x.shape[2:]).swapaxes(1, 2),
            "the channels are still two axes: join them again",
        ),
    },
    "dealt out like cards: the next unit's half holds channels of every group",
    show=_show_shuffle,
    hints=(
        "Which numbers stand in the first row after `reshape`? Write it down for six channels in two groups.",
        "A group is a run of neighbours. The last axis of a reshape runs through neighbours.",
        "What the wrong one does is the shuffle backwards. How many rows should the channels have, `groups` "
        "or `C // groups`?",
    ),
)
