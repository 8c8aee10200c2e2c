"""The exercises of lesson 07: other right ways pass, the errors planted in the lesson are named."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.checks import pruning as check
from edukit.measure import count_macs
from edukit.pruning import shrink, two_four_mask


def by_choice(weight, bias, next_weight, index):
    kept = [i for i in range(len(weight)) if i != index]
    return weight[kept], bias[kept], next_weight[:, kept]


def by_counting(channels, ratio):
    """A chain of 1x1 convolutions, really shrunken, and counted while it runs."""
    chain = nn.Sequential(*(nn.Conv2d(a, b, 1) for a, b in zip(channels, channels[1:], strict=False)))
    image = torch.zeros(1, channels[0], 4, 4)
    small = shrink(chain, image, ratio)
    return count_macs(small, image.shape[1:]) / count_macs(chain, image.shape[1:])


def one_by_one(times, limit_s):
    found = 0
    for channels in times:
        if times[channels] <= limit_s and channels > found:
            found = channels
    return found


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.remove_filter, by_choice),
        (check.macs_left, by_counting),
        (check.two_four_mask, two_four_mask),
        (check.channels_within, one_by_one),
        (check.speedup, lambda b, a, *macs: np.median([x / y for x, y in zip(b, a, strict=True)])),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    if answer is by_counting:
        by_counting((1, 8, 1), 0.5)  # the first capture imports half of torch, which is no part of the answer's time
    assert exercise(answer), exercise(answer)


def test_the_errors_planted_in_the_lesson_are_named():
    def remove(weight, bias, next_weight, index):
        return np.delete(weight, index, 0), np.delete(bias, index), next_weight

    def mask(w):
        fours = np.abs(w).T.reshape(-1, 4)
        return (fours >= np.sort(fours)[:, 2:3]).reshape(w.T.shape).T

    assert "next layer still waits" in check.remove_filter(remove).line
    assert "down the columns" in check.two_four_mask(mask).line
    assert "loses inputs and outputs" in check.macs_left(lambda channels, ratio: 1 - ratio).line
    assert "nobody has measured it" in check.speedup(lambda b, a, before, after: before / after).line


def test_answers_of_the_wrong_form_are_told_so():
    assert "asked are True and False, yours are float32" in check.two_four_mask(lambda w: np.abs(w)).line
    assert "the mask has the shape of w" in check.two_four_mask(lambda w: w[0] > 0).line
    assert not check.remove_filter(lambda *question: question[0])
    assert "changed its input" in check.remove_filter(in_place).line


def in_place(weight, bias, next_weight, index):
    weight[index] = 0
    return weight, bias, next_weight
