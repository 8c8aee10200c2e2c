"""An exercise on box coding: encode(box, anchor) -> tx, ty, tw, th.

Well-known mistakes  corners instead of centres; divided by the box instead of the anchor; no logarithm, or the wrong
one; width and height swapped
"""

import numpy as np

from edukit.checks.verdict import Exercise


def encode_by_hand(box, anchor):
    """The four numbers of a box relative to its anchor: steps of the centre, logarithms of the growth."""
    size = box[2:] - box[:2]
    anchor_size = anchor[2:] - anchor[:2]
    step = ((box[:2] + box[2:]) / 2 - (anchor[:2] + anchor[2:]) / 2) / anchor_size
    return np.concatenate([step, np.log(size / anchor_size)])


def _wrong(formula):
    """A wrong code, from centres and sizes of box and anchor, each (2,)."""

    def answer(box, anchor):
        centres = (box[:2] + box[2:]) / 2, (anchor[:2] + anchor[2:]) / 2
        return np.concatenate(formula(*centres, box[2:] - box[:2], anchor[2:] - anchor[:2]))

    return answer


def _corners(box, anchor):
    size = anchor[2:] - anchor[:2]
    return np.concatenate([(box[:2] - anchor[:2]) / size, np.log((box[2:] - box[:2]) / size)])


def _all_corners(box, anchor):
    return (box - anchor) / np.tile(anchor[2:] - anchor[:2], 2)


def _show(arguments, expected, got):
    box, anchor = (array.tolist() for array in arguments)
    return f"box {box}, anchor {anchor}: {_few(expected)}, yours is {_few(np.asarray(got))}"


def _few(numbers):
    return [round(float(value), 3) for value in numbers.ravel()[:5]]


ENCODE = Exercise(
    encode_by_hand,
    [
        (np.array([2.0, 1.0, 8.0, 9.0]), np.array([0.0, 0.0, 4.0, 8.0])),
        (np.array([0.0, 0.0, 8.0, 8.0]), np.array([0.0, 0.0, 8.0, 8.0])),
        (np.array([10.0, 20.0, 30.0, 28.0]), np.array([12.0, 12.0, 44.0, 28.0])),
        (np.array([-6.0, -3.0, 2.0, 1.0]), np.array([-8.0, -8.0, 8.0, 8.0])),
        (np.array([60.0, 50.0, 61.5, 90.0]), np.array([32.0, 40.0, 64.0, 56.0])),
    ],
    {
        "corners": (_corners, "the upper left corners were compared: tx and ty are steps of the centre"),
        "all corners": (_all_corners, "all four numbers are steps of corners: the last two are logarithms of sizes"),
        "divided by the box": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / s, np.log(s / sa)]),
            "the step was divided by the size of the box: a detector knows only the anchor when it decodes",
        ),
        "steps in pixels": (
            _wrong(lambda c, ca, s, sa: [c - ca, np.log(s / sa)]),
            "the steps are in pixels: divide them by the size of the anchor, so that all levels use the same numbers",
        ),
        "no logarithm": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / sa, s / sa]),
            "the logarithm is missing: a box as large as its anchor must get 0",
        ),
        "growth less 1": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / sa, s / sa - 1]),
            "that is the growth less 1: with a logarithm, twice and half as large are equally far from 0",
        ),
        "base 2": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / sa, np.log2(s / sa)]),
            "that is the logarithm to base 2: decoding takes exp, so take the natural one",
        ),
        "base 10": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / sa, np.log10(s / sa)]),
            "that is the logarithm to base 10: decoding takes exp, so take the natural one",
        ),
        "upside down": (
            _wrong(lambda c, ca, s, sa: [(c - ca) / sa, np.log(sa / s)]),
            "the sizes are upside down: a larger box must get a positive number",
        ),
        "from box to anchor": (
            _wrong(lambda c, ca, s, sa: [(ca - c) / sa, np.log(s / sa)]),
            "the step goes the wrong way: it leads from the anchor to the box",
        ),
        "swapped": (
            _wrong(lambda c, ca, s, sa: [((c - ca) / sa)[::-1], np.log(s / sa)[::-1]]),
            "x and y are swapped: the order is tx, ty, tw, th",
        ),
        "in pairs": (
            lambda box, anchor: encode_by_hand(box, anchor)[[0, 2, 1, 3]],
            "the order is tx, tw, ty, th here: both steps come first",
        ),
        "half the size": (
            _wrong(lambda c, ca, s, sa: [2 * (c - ca) / sa, np.log(s / sa)]),
            "the step was divided by half the anchor: divide it by the whole width and height",
        ),
    },
    "the same four numbers mean the same fit, however large the anchor is",
    show=_show,
    hints=(
        "Where is the centre of each box, and how large is it? Those four numbers are all you need.",
        "A step to the right by the width of the anchor is 1, whatever the level. A box twice as wide gets ln 2.",
        "Centre: half of the sum of both corners. Size: their difference. Steps are divided by the anchor's size, "
        "and so are sizes, before the natural logarithm is taken.",
    ),
)
