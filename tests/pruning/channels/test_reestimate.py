import copy

import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.networks import trained
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels
from edukit.training import accuracy

X = torch.linspace(-1, 2, 7 * 3 * 16).reshape(7, 3, 4, 4) ** 3


def network():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, momentum=0.3), nn.ReLU(), nn.Dropout(), nn.Conv2d(4, 2, 1)
    )
    return net.append(nn.BatchNorm2d(2))


def test_one_batch_gives_its_own_mean_and_variance():
    fresh = reestimate_batchnorm(network(), X)
    y = network()[0](X)
    assert torch.allclose(fresh[1].running_mean, y.mean((0, 2, 3)), atol=1e-6)
    assert torch.allclose(fresh[1].running_var, y.var((0, 2, 3)), rtol=1e-5)  # unbiased, n - 1


def test_evaluation_then_gives_what_training_gave():
    net = network()
    net[3].p = 0.0
    fresh = reestimate_batchnorm(net, X)
    n = 7 * 2 * 2
    for norm in (fresh[1], fresh[5]):
        norm.running_var *= (n - 1) / n
    assert torch.allclose(fresh(X), copy.deepcopy(net).train()(X), atol=1e-5)


def test_several_batches_give_the_mean_of_their_statistics():
    fresh = reestimate_batchnorm(network(), X[:6], batch_size=3)
    y = network()[0](X[:6])
    parts = y[:3], y[3:]
    assert torch.allclose(fresh[1].running_mean, sum(part.mean((0, 2, 3)) for part in parts) / 2, atol=1e-6)
    assert torch.allclose(fresh[1].running_var, sum(part.var((0, 2, 3)) for part in parts) / 2, rtol=1e-5)


def test_only_statistics_change_and_only_in_the_copy():
    net = network().train()
    before = copy.deepcopy(net.state_dict())
    fresh = reestimate_batchnorm(net, X)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items()) and net.training
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), fresh.parameters(), strict=True))
    assert not any(module.training for module in fresh.modules())
    assert [fresh[1].momentum, fresh[5].momentum] == [0.3, 0.1]


def test_a_shrunken_net_names_more_digits_with_its_own_statistics():
    """A quarter of the channels inside the blocks goes, without any training."""
    data, net = digits(), trained("digits_residual")
    gone = []
    for block in range(4):
        w = net.get_parameter(f"blocks.{block}.body.0.weight")
        for i in w.abs().sum((1, 2, 3)).argsort()[: len(w) // 2].tolist():
            prefix = f"blocks.{block}.body"
            norm = {(f"{prefix}.1.{p}", 0, "scales"): [i] for p in ("weight", "bias", "running_mean", "running_var")}
            gone.append({(f"{prefix}.0.weight", 0, "makes"): [i], **norm, (f"{prefix}.3.weight", 1, "reads"): [i]})
    smaller = remove_channels(net, gone)
    before, after = (
        accuracy(model, data.validation) for model in (smaller, reestimate_batchnorm(smaller, data.calibration.x))
    )
    assert after > before + 0.03


@pytest.mark.parametrize("call, name", [
    (lambda: reestimate_batchnorm(network(), X[:1]), "x must hold at least 2 rows"),
    (lambda: reestimate_batchnorm(network(), X * float("nan")), "x must be finite"),
    (lambda: reestimate_batchnorm(network(), X, batch_size=1), "batch_size"),
    (lambda: reestimate_batchnorm(nn.Linear(3, 3), X), "model has no batch norm"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        call()
