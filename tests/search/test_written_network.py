"""Networks written by hand: the file answers as the module does, and what it cannot write is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment.runtimes.session import session_of
from edukit.networks.blocks import InvertedResidual
from edukit.search import Supernet
from edukit.search.written_network import written


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
def test_a_block_answers_as_the_module_does(stride, kernel):
    block = InvertedResidual(6, 6, stride, expansion=3, kernel=kernel).train()
    block(torch.randn(16, 6, 9, 9))  # other statistics than 0 and 1
    x = torch.randn(1, 6, 9, 9)
    found = session_of(written(block, (6, 9, 9)), "onnxruntime")(x.numpy())
    assert np.allclose(found, block(x).detach().numpy(), atol=1e-5)


def test_a_whole_network_answers_as_the_module_does():
    net = Supernet(in_channels=1, channels=(8, 12, 16)).eval()
    for seed in range(3):
        sub, x = net.cut(net.space.sample(seed)), torch.randn(1, 1, 20, 20)
        found = session_of(written(sub, (1, 20, 20)), "onnxruntime")(x.numpy())
        assert np.allclose(found, sub(x).detach().numpy(), atol=1e-4)


def test_other_layers_are_refused_by_name():
    with pytest.raises(TypeError, match="layers of a supernet, got Sigmoid"):
        written(nn.Sequential(nn.Sigmoid()), (1, 2, 2))
