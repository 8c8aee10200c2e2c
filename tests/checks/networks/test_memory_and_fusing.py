"""What the exercises call right is what the kit measures, and what torch computes."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.checks import networks as check
from edukit.checks.networks.fusing import _question
from edukit.checks.networks.memory import peak_values
from edukit.networks import InvertedResidual
from edukit.networks.live_memory import peak_bytes
from edukit.networks.repvgg import RepVGGBlock, one_convolution


@pytest.mark.parametrize("block", check.peak_values.questions, ids=str)
def test_the_peak_is_that_of_the_real_block(block):
    channels, expansion, out_channels, size, stride = block
    real = InvertedResidual(channels, out_channels, stride, expansion=expansion)
    assert peak_bytes(real, (channels, size, size)) == 4 * peak_values(*block)


def by_padding(three, one, factors, shifts):
    weight = sum(
        np.einsum("n,nmij->nmij", f, kernel)
        for f, kernel in zip(
            factors,
            (
                three,
                np.pad(one, [(0, 0)] * 2 + [(1, 1)] * 2),
                np.pad(np.eye(len(three))[..., None, None], [(0, 0)] * 2 + [(1, 1)] * 2),
            ),
            strict=True,
        )
    )
    return weight, shifts[0] + shifts[1] + shifts[2]


def in_a_list(channels, expansion, out_channels, size, stride):
    values = [channels * size**2, channels * expansion * size**2]
    values += [c * ((size + stride - 1) // stride) ** 2 for c in (channels * expansion, out_channels)]
    waits = values[0] * (stride == 1) * (channels == out_channels)
    return max(a + b + waits * (i > 0) for i, (a, b) in enumerate(zip(values, values[1:], strict=False)))


def test_other_right_ways_to_write_it_pass():
    assert check.one_kernel(by_padding), check.one_kernel(by_padding)
    assert check.peak_values(in_a_list), check.peak_values(in_a_list)


@pytest.mark.parametrize("channels", [1, 3, 8])
def test_the_one_kernel_convolves_as_the_three_branches(channels):
    three, one, factors, shifts = _question(channels, 5)
    weight, bias = map(torch.from_numpy, check.one_kernel.solve(three, one, factors, shifts))
    x = torch.randn(2, channels, 6, 5, generator=torch.Generator().manual_seed(0)).double()
    each = [F.conv2d(x, torch.from_numpy(three), padding=1), F.conv2d(x, torch.from_numpy(one)), x]
    scaled = [torch.from_numpy(f)[:, None, None] * y for f, y in zip(factors, each, strict=True)]
    expected = sum(y + torch.from_numpy(s)[:, None, None] for y, s in zip(scaled, shifts, strict=True))
    assert torch.allclose(F.conv2d(x, weight, bias, padding=1), expected)


def test_the_one_kernel_is_that_of_the_package():
    block = RepVGGBlock(4, 4).double().eval()
    for norm in (module for module in block.modules() if isinstance(module, nn.BatchNorm2d)):
        norm.running_mean.normal_(generator=torch.Generator().manual_seed(1))
    norms = [block.three[1], block.one[1], block.identity]
    factors = np.stack([(n.weight / (n.running_var + n.eps).sqrt()).detach().numpy() for n in norms])
    shifts = np.stack(
        [n.bias.detach().numpy() - n.running_mean.numpy() * f for n, f in zip(norms, factors, strict=True)]
    )
    kernels = [layer[0].weight.detach().numpy() for layer in (block.three, block.one)]
    weight, bias = check.one_kernel.solve(*kernels, factors, shifts)
    ours = one_convolution(block)
    assert np.allclose(weight, ours.weight.detach()) and np.allclose(bias, ours.bias.detach())


def test_answers_of_another_form_are_told_so():
    assert "right are the shapes" in check.one_kernel(lambda three, one, f, s: (three[0], s[0])).line
    assert "changed its input" in check.one_kernel(in_place).line
    assert not check.peak_values(lambda *sizes: "much")


def in_place(three, one, factors, shifts):
    three += 1
    return three, shifts.sum(0)
