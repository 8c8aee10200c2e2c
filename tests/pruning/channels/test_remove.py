import copy

import torch
from torch import nn

from edukit.pruning.channels.remove import remove_channels, zero_channels

# channels of `network`, written by hand: what makes, scales and reads channel i
CHANNELS = [
    {
        ("conv.weight", 0, "makes"): [i],
        ("conv.bias", 0, "scales"): [i],
        **{(f"bn.{name}", 0, "scales"): [i] for name in ("weight", "bias", "running_mean", "running_var")},
        ("fc.weight", 1, "reads"): [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3],
    }
    for i in range(6)
]


def network():
    torch.manual_seed(0)
    layers = {"conv": nn.Conv2d(3, 6, 3), "bn": nn.BatchNorm2d(6), "relu": nn.ReLU(), "flat": nn.Flatten()}
    net = nn.Sequential()
    for name, layer in {**layers, "fc": nn.Linear(24, 5)}.items():
        net.add_module(name, layer)
    net.bn.running_mean.uniform_(-0.5, 0.5), net.bn.running_var.uniform_(0.5, 1.5)
    nn.init.uniform_(net.bn.bias, -0.5, 0.5)
    return net.eval()


X = torch.linspace(-1, 1, 2 * 3 * 16).reshape(2, 3, 4, 4)


def test_removing_is_writing_zeros():
    net, gone = network(), [CHANNELS[4], CHANNELS[1]]
    y, expected = remove_channels(net, gone)(X), zero_channels(net, gone)(X)
    assert torch.allclose(y, expected, atol=1e-6)  # float32 rounding of values near 1
    assert not torch.allclose(y, net(X), atol=1e-3)


def test_the_rows_that_stay_are_the_same_numbers_in_the_same_order():
    net = network()
    smaller, stay = remove_channels(net, [CHANNELS[0], CHANNELS[3]]), [1, 2, 4, 5]
    assert torch.equal(smaller.conv.weight, net.conv.weight[stay])
    assert torch.equal(smaller.bn.running_var, net.bn.running_var[stay])
    assert torch.equal(smaller.fc.weight, net.fc.weight.reshape(5, 6, 4)[:, stay].reshape(5, 16))
    assert torch.equal(smaller.fc.bias, net.fc.bias)


def test_zeros_are_written_only_where_the_channel_is():
    net, zeroed = network(), zero_channels(network(), [CHANNELS[2]])
    changed = {key for key, value in zeroed.state_dict().items() if not torch.equal(value, net.state_dict()[key])}
    assert changed == {parameter for parameter, _, _ in CHANNELS[2]}
    assert not zeroed.conv.weight[2].any() and zeroed.conv.weight[3].all()
    assert not zeroed.fc.weight[:, 8:12].any() and zeroed.fc.weight[:, 12:].all()


def test_the_model_that_was_given_is_not_changed():
    net = network()
    before = copy.deepcopy(net.state_dict())
    for call in (remove_channels, zero_channels):
        changed = call(net, CHANNELS[:3])
        nn.init.zeros_(changed.fc.bias)
        assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())


def test_layers_say_their_new_sizes():
    smaller = remove_channels(network(), CHANNELS[:2])
    assert (smaller.conv.out_channels, smaller.bn.num_features, smaller.fc.in_features) == (4, 4, 16)


def test_depthwise_and_transposed_convolutions_and_prelu_say_their_new_sizes():
    net = nn.Sequential(nn.Conv2d(8, 16, 3, groups=8), nn.PReLU(16), nn.ConvTranspose2d(16, 4, 2))
    rows = [2, 3]
    channel = {("0.weight", 0, "makes"): rows, ("0.bias", 0, "scales"): rows}
    channel |= {("1.weight", 0, "scales"): rows, ("2.weight", 0, "reads"): rows}
    conv, prelu, transposed = remove_channels(net, [channel])
    assert (conv.in_channels, conv.out_channels, conv.groups) == (7, 14, 7)
    assert (prelu.num_parameters, transposed.in_channels, transposed.out_channels) == (14, 14, 4)


def test_tied_weights_stay_tied():
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    net[1].weight = net[0].weight
    smaller = remove_channels(net, [{("0.weight", 0, "makes"): [1], ("0.weight", 1, "reads"): [1]}])
    assert smaller[0].weight is smaller[1].weight and smaller[0].weight.shape == (3, 3)


def test_what_can_be_trained_and_the_mode_stay():
    net = network().train()
    net.conv.weight.requires_grad_(False)
    smaller = remove_channels(net, CHANNELS[:1])
    assert smaller.training and smaller.bn.training
    assert not smaller.conv.weight.requires_grad and smaller.fc.weight.requires_grad
    assert isinstance(smaller.fc.weight, nn.Parameter) and "running_mean" in dict(smaller.bn.named_buffers())


def test_nothing_removed_is_a_copy():
    net = network()
    assert torch.equal(remove_channels(net, [])(X), net(X)) and torch.equal(zero_channels(net, [])(X), net(X))
