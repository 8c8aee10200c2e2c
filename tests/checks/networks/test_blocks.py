"""The answers are those of torch and of the counter; right answers in other words pass, mistakes are recognised."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.checks import networks as check
from edukit.measure import count_macs, count_parameters
from edukit.networks import Fire


def one_at_a_time(x, groups):
    """Channel by channel: output i is the (i // groups)-th of group i % groups."""
    size = x.shape[1] // groups
    return np.stack([x[:, (i % groups) * size + i // groups] for i in range(x.shape[1])], 1)


def by_torch(x, groups):
    return F.channel_shuffle(torch.from_numpy(x), groups).numpy()


def by_counting(shape, out_channels, kernel, stride, groups):
    """Two layers, watched while they run."""
    M = shape[0]
    depthwise = nn.Conv2d(M, M, kernel, stride, kernel // 2, groups=M)
    return count_macs(nn.Sequential(depthwise, nn.Conv2d(M, out_channels, 1, groups=groups)), shape)


def in_a_loop(in_channels, squeeze, expand1, expand3):
    """Each convolution has its weights and a bias for each output."""
    layers = [(in_channels, squeeze, 1), (squeeze, expand1, 1), (squeeze, expand3, 9)]
    return np.int64(sum((reads * area + 1) * makes for reads, makes, area in layers))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.channel_shuffle, one_at_a_time),
        (check.channel_shuffle, by_torch),
        (check.separable_macs, by_counting),
        (check.fire_parameters, in_a_loop),
        (check.fire_parameters, lambda *sizes: count_parameters(Fire(*sizes))),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_the_errors_planted_in_the_lesson_are_named():
    def split(x, groups):
        B, C, H, W = x.shape
        return x.reshape(B, -1, groups, H, W).swapaxes(2, 1).reshape(x.shape)

    def fire(in_channels, squeeze, expand1, expand3):
        return in_channels * squeeze + squeeze * expand1 + 3 * 3 * expand1 * expand3

    assert "split the wrong way round" in check.channel_shuffle(split).line
    assert "two things are wrong" in check.fire_parameters(fire).line


def test_one_repair_of_two_is_not_enough():
    only_biases = check.fire_parameters(lambda M, S, E1, E3: M * S + S * E1 + 9 * E1 * E3 + S + E1 + E3)
    only_input = check.fire_parameters(lambda M, S, E1, E3: M * S + S * E1 + 9 * S * E3)
    assert "side by side" in only_biases.line and "biases are missing" in only_input.line


def test_answers_of_the_wrong_form_are_told_so():
    assert "comes back in that shape" in check.channel_shuffle(lambda x, groups: x[0]).line
    assert not check.separable_macs(lambda *question: "many")
    assert "changed its input" in check.channel_shuffle(turn_in_place).line


def turn_in_place(x, groups):
    x[:] = x[:, ::-1].copy()
    return x
