"""The supernet: every sub-network is plain, answers as the shared weights do, and can be trained, exported and run."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.measure import count_macs, count_parameters
from edukit.networks.blocks import InvertedResidual
from edukit.networks.costs import layer_costs
from edukit.search import Supernet
from edukit.training import seeded

X = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def supernet(**sizes) -> Supernet:
    with seeded(0):
        return Supernet(**sizes).eval()


def trained_a_little(net: Supernet) -> Supernet:
    """Other numbers in every tensor than those a network begins with."""
    with torch.no_grad():
        for tensor in net.state_dict().values():
            if tensor.is_floating_point():
                tensor.add_(0.1 * torch.rand(tensor.shape, generator=torch.Generator().manual_seed(1)))
    return net


def test_every_network_of_the_space_is_plain_and_as_large_as_its_choice_says():
    net = supernet(channels=(8, 8), widths=(2, 3))
    for choice in net.space.enumerate():
        sub = net.sub(choice)
        (stage,) = sub.stages
        assert type(sub).__name__ == "SubNetwork" and not sub.training
        assert len(stage) == choice["depth1"] and all(type(block) is InvertedResidual for block in stage)
        assert stage[0].body[3].kernel_size == (choice["kernel1"],) * 2
        assert stage[0].body[3].out_channels == 8 * choice["width1"]


def test_the_largest_choice_is_the_largest_network_bit_for_bit():
    net = trained_a_little(supernet())
    assert torch.equal(net.sub(net.largest_choice)(X), net(X))
    assert count_parameters(net) == count_parameters(net.largest) + 4 * 81  # a transform for each depthwise layer


def test_a_sub_network_taken_out_answers_as_the_shared_weights_do():
    net = trained_a_little(supernet())
    for seed in range(8):
        choice = net.space.sample(seed)
        with torch.no_grad():
            assert torch.allclose(net.run(X, choice), net.sub(choice)(X), atol=1e-5)


def test_by_hand_the_weights_are_first_channels_and_the_middle_times_the_transform():
    net = trained_a_little(supernet(channels=(8, 8)))
    body, large = net.sub({"kernel1": 3, "width1": 2, "depth1": 1}).stages[0][0].body, net.largest.stages[0][0].body
    assert torch.equal(body[0].weight, large[0].weight[:16])
    assert torch.equal(body[6].weight, large[6].weight[:, :16])
    middle = large[3].weight[:16, 0, 1:4, 1:4].flatten(1)
    (transform,) = [value for name, value in net.transforms.items() if "stages_0_0" in name]
    assert torch.allclose(body[3].weight.flatten(1), middle @ transform.T, atol=1e-6)


def test_sorted_channels_change_no_answer_of_the_largest_network_and_leave_the_caller_s_alone():
    net = trained_a_little(supernet())
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    ordered = net.sorted_channels()
    assert torch.allclose(ordered(X), net(X), atol=1e-5)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    for block in (module for module in ordered.modules() if isinstance(module, InvertedResidual)):
        importance = block.body[6].weight.abs().sum((0, 2, 3))
        assert (importance.diff() <= 0).all()


def test_a_gradient_of_the_smallest_network_reaches_the_shared_weights():
    net = supernet().train()
    net.run(X, net.smallest_choice).sum().backward()
    large = net.largest.stages[0][0].body
    assert large[0].weight.grad[:32].any() and not large[0].weight.grad[32:].any()
    assert net.largest.stages[0][1].body[0].weight.grad is None  # the block that a depth of 1 does not have
    assert all(t.grad.any() for name, t in net.transforms.items() if "_0_body" in name)


def test_running_a_sub_network_in_training_mode_leaves_our_statistics_alone():
    net = supernet().train()
    before = [buffer.clone() for buffer in net.buffers()]
    net.run(X, net.space.sample(1))
    assert all(torch.equal(one, two) for one, two in zip(before, net.buffers(), strict=True))


def test_a_network_taken_out_has_weights_of_its_own_and_draws_no_random_numbers():
    net = supernet()
    state = torch.random.get_rng_state()
    sub = net.sub(net.smallest_choice)
    assert torch.equal(state, torch.random.get_rng_state())
    with torch.no_grad():
        for weight in sub.parameters():
            weight.zero_()
    assert all(weight.any() for name, weight in net.largest.named_parameters() if name.endswith("0.weight"))


def test_statistics_are_those_of_the_network_itself():
    net = trained_a_little(supernet())
    choice = net.smallest_choice
    images = torch.rand(64, 3, 16, 16)
    sub = net.sub(choice, images)
    with torch.no_grad():
        seen = sub.stem[0](images)
    assert torch.allclose(sub.stem[1].running_mean, seen.mean((0, 2, 3)), atol=1e-5)
    net.calibration = images
    assert torch.equal(net.sub(choice)(X), sub(X))


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        (dict(classes=3, in_channels=1), (1, 8, 8)),
        (dict(channels=(8, 16, 24, 32), depths=(1, 2, 3)), (3, 33, 31)),
        (dict(kernels=(3, 5, 7), widths=(3,), depths=(2,)), (3, 32, 32)),
        (dict(channels=(8, 12), kernels=(3,), stem_stride=1), (3, 9, 9)),
    ],
)
def test_other_sizes(sizes, shape):
    net = supernet(**sizes)
    x = torch.randn(2, *shape)
    for choice in (net.smallest_choice, net.space.sample(0), net.largest_choice):
        assert net.sub(choice)(x).shape == (2, sizes.get("classes", 10))


def test_counts_of_the_usual_space():
    net = supernet()
    assert net.space.count() == 144
    macs = [count_macs(net.sub(choice), (3, 32, 32)) for choice in (net.smallest_choice, net.largest_choice)]
    assert macs == [421_008, 2_252_176]
    assert sum(cost.macs for cost in layer_costs(net.largest, (3, 32, 32))) == macs[1]


def test_it_exports_and_runs(tmp_path):
    net = trained_a_little(supernet())
    sub = net.sub(net.space.sample(4))
    session = load(export(sub, X, tmp_path / "sub.onnx"))
    with torch.no_grad():
        assert np.allclose(session(X.numpy()), sub(X).numpy(), atol=1e-3)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (dict(kernels=(3, 4)), "kernels must be an odd number"),
        (dict(widths=(1, 2)), "widths must be a whole number from 2"),
        (dict(depths=(0, 1)), "depths must be a whole number from 1"),
        (dict(channels=(16,)), "channels must name those of the stem and of at least one stage"),
        (dict(classes=0), "classes must be a whole number"),
        (dict(in_channels=1.5), "in_channels must be a whole number"),
        (dict(stem_stride=0), "stem_stride must be a whole number"),
        (dict(kernels=()), "options of kernel1 must hold at least one"),
    ],
)
def test_impossible_sizes_are_refused_by_name(sizes, words):
    with pytest.raises(ValueError, match=words):
        Supernet(**sizes)


def test_a_choice_outside_the_space_is_refused():
    net = supernet()
    with pytest.raises(ValueError, match="width1 must be one of 2, 4, 6, got 3"):
        net.sub(net.largest_choice | {"width1": 3})
    with pytest.raises(ValueError, match="architecture must have the names"):
        net.sub({"kernel1": 3})
    assert isinstance(net, nn.Module)
