"""The groups of nets so small that they can be written down by hand."""

import torch
import torch.nn.functional as F
from torch import nn

from edukit.pruning.channels.groups import Axis, Group
from edukit.pruning.channels.trace import follow

IMAGE = torch.zeros(1, 3, 4, 4)


class Net(nn.Module):
    """Layers by name, and a function of them and x."""

    def __init__(self, forward, **layers):
        super().__init__()
        self.steps = forward
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.steps(self, x)


def summary(net, x=IMAGE):
    return [(" ".join(group.makers), len(group.channels), group.fixed_by) for group in follow(net, x)]


def rows(group, channel, role):
    """{parameter: rows} of one channel, of those that make it or of those that read it"""
    return {axis.parameter: indices for axis, indices in group.channels[channel].items() if axis.role == role}


def test_a_channel_is_everything_that_makes_scales_and_reads_it():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 1))
    group, last = follow(net, IMAGE)
    scales = ["0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"]
    expected = {Axis("0.weight", 0, "makes"), Axis("3.weight", 1, "reads"), *(Axis(p, 0, "scales") for p in scales)}
    assert group == Group(("0.weight",), tuple({axis: [i] for axis in expected} for i in range(4)))
    assert (last.makers, last.fixed_by) == (("3.weight",), "output")


def test_flatten_gives_a_channel_all_of_its_positions():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 2))
    assert rows(follow(net, IMAGE)[0], 1, "reads") == {"3.weight": [4, 5, 6, 7]}
    last = Net(lambda n, x: n.b(n.a(x).permute(0, 2, 3, 1).flatten(1)), a=nn.Conv2d(3, 4, 3), b=nn.Linear(16, 2))
    assert rows(follow(last, IMAGE)[0], 1, "reads") == {"b.weight": [1, 5, 9, 13]}


def test_concatenation_moves_columns():
    net = Net(
        lambda n, x: n.c(torch.cat([n.a(x), n.b(x)], 1)),
        **{"a": nn.Conv2d(3, 2, 1), "b": nn.Conv2d(3, 4, 1), "c": nn.Conv2d(6, 2, 1)},
    )
    a, b, _ = follow(net, IMAGE)
    assert [rows(group, 1, "reads") for group in (a, b)] == [{"c.weight": [1]}, {"c.weight": [3]}]


def test_a_residual_addition_ties_two_filters():
    net = Net(lambda n, x: n.c((y := n.a(x)) + n.b(y)), a=nn.Linear(4, 5), b=nn.Linear(5, 5), c=nn.Linear(5, 2))
    assert summary(net) == [("a.weight b.weight", 5, ""), ("c.weight", 2, "output")]


def test_a_shortcut_that_pads_ties_the_middle_and_fixes_the_rest():
    net = Net(
        lambda n, x: n.c(n.b(y := n.a(x)) + F.pad(y[:, :, ::2, ::2], (0, 0, 0, 0, 1, 1))),
        **{"a": nn.Conv2d(3, 4, 1), "b": nn.Conv2d(4, 6, 1, stride=2), "c": nn.Conv2d(6, 2, 1)},
    )
    assert summary(net) == [("a.weight b.weight", 4, ""), ("b.weight", 2, "pad"), ("c.weight", 2, "output")]
    first = follow(net, IMAGE)[0]
    assert rows(first, 0, "makes") == {"a.weight": [0], "b.weight": [1]}
    assert rows(first, 0, "reads") == {"b.weight": [0], "c.weight": [1]}


def test_blocks_of_grouped_convolutions_go_together():
    blocks = nn.Conv2d(8, 4, 1, groups=2), nn.Conv2d(4, 8, 1, groups=4)
    group = follow(nn.Sequential(nn.Conv2d(3, 8, 1), *blocks, nn.Conv2d(8, 2, 1)), IMAGE)[0]
    assert len(group.channels) == 2
    assert rows(group, 1, "makes") == {"0.weight": [4, 5, 6, 7], "1.weight": [2, 3], "2.weight": [4, 5, 6, 7]}
    assert rows(group, 1, "reads") == {"3.weight": [4, 5, 6, 7]}


def test_a_transposed_convolution_reads_along_axis_0():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ConvTranspose2d(4, 6, 2), nn.Conv2d(6, 1, 1))
    first, second, _ = follow(net, IMAGE)
    assert Axis("1.weight", 0, "reads") in first.channels[0]
    assert Axis("1.weight", 1, "makes") in second.channels[0]


def test_plain_parameters_are_followed():
    net = Net(lambda n, x: ((x @ n.w + n.b).relu() * n.s) @ n.v, w=nn.Parameter(torch.ones(4, 5)))
    net.b, net.s, net.v = (nn.Parameter(torch.ones(shape)) for shape in [(5,), (1, 5), (5, 2)])
    axes = {(axis.parameter, axis.axis) for axis in follow(net, IMAGE)[0].channels[0]}
    assert axes == {("w", 1), ("b", 0), ("s", 1), ("v", 0)}


def changed(y):
    """An operation that is not followed, or a choice of channels."""
    return {
        "layer_norm": F.layer_norm(y[0], (6,)),
        "softmax": y[1].softmax(-1),
        "mean": y[2] - y[2].mean(-1, keepdim=True),
        "split_with_sizes": torch.cat(y[3].split([2, 4], -1)[::-1], -1),
        "slice": F.pad(y[4][..., :3], (0, 3)),
        "select": y[5] * y[5].select(-1, 0).unsqueeze(-1),
        "view": torch.cat([y[6].reshape(-1, 3, 8, 3)] * 2, -1),
        "arange": y[7] + torch.arange(6.0),
        "cumsum": y[8].cumsum(-1),
    }


def cuts(y):
    """Parts of equal size, and a shuffle: see test_cuts.py."""
    return {
        "chunk": torch.cat(y[0].chunk(2, -1)[::-1], -1),
        "shuffle": y[1].unflatten(-1, (2, 3)).transpose(-1, -2).flatten(-2),
    }


def free(y):
    """Operations on positions, or on each channel by itself."""
    return {
        "activations": F.hardswish(F.gelu(y[0])).clamp(0, 6).sigmoid(),
        "positions": y[1][:, ::2, :-1],
        "means": y[2].mean(1).amax(1),
        "moved": y[3].permute(3, 0, 1, 2).unsqueeze(0).squeeze(0).movedim(0, -1),
        "merged": y[4].flatten(0, 2),
        "gated": y[5] * y[5].mean((1, 2), keepdim=True).sigmoid(),
        "padded": F.pad(y[6], (0, 0, 1, 2), value=3.0),
        "glu": F.glu(torch.cat([y[7], y[7]], -1)),
    }


class Branches(nn.Module):
    """All cases in one network, each in a branch of its own: layer before[i], the case, layer after[i]."""

    def __init__(self, cases):
        super().__init__()
        self.cases = cases
        self.before = nn.ModuleList(nn.Linear(4, 6) for _ in range(10))
        self.after = nn.ModuleList(nn.Linear(6, 2) for _ in range(10))

    def forward(self, x):
        results = self.cases([layer(x) for layer in self.before]).values()
        return [self.after[i](y) for i, y in enumerate(results)]


def fates(cases):
    """For each case, what fixes the channels that enter it."""
    groups = {group.makers: group for group in follow(Branches(cases), IMAGE)}
    ids = cases([torch.zeros(1, 3, 4, 6)] * 10)
    return {name: groups[f"before.{i}.weight",].fixed_by for i, name in enumerate(ids)}


def test_what_is_not_followed_needs_all_channels_and_says_so():
    assert all(reason == name for name, reason in fates(changed).items())


def test_what_concerns_positions_or_each_channel_by_itself_leaves_all_free():
    assert set(fates(free).values()) == {""}


def test_equal_parts_of_channels_go_together():
    groups = {group.makers: group for group in follow(Branches(cuts), IMAGE)}
    for case in (0, 1):
        group = groups[f"before.{case}.weight",]
        assert (len(group.channels), group.fixed_by) == (3, "")
        assert rows(group, 0, "reads") == {f"after.{case}.weight": [[0, 3], [0, 1]][case]}


def test_a_weight_that_is_also_used_otherwise_stays():
    tied = Net(lambda n, x: F.linear(n.a(x).relu(), n.a.weight.t()), a=nn.Linear(4, 6))
    assert summary(tied) == [("a.weight", 6, "linear, whose weight is computed")]
    penalty = Net(lambda n, x: n.b(n.a(x)) + n.a.weight.norm(), a=nn.Linear(4, 6), b=nn.Linear(6, 2))
    assert summary(penalty)[0] == ("a.weight", 6, "linalg_vector_norm")


def test_a_recurrent_layer_is_named_and_keeps_what_it_reads_and_makes():
    tagger = Net(
        lambda n, x: n.c(n.r(n.a(x))[0]), a=nn.Linear(4, 6), r=nn.LSTM(6, 5, batch_first=True), c=nn.Linear(5, 2)
    )
    groups = follow(tagger, torch.zeros(2, 3, 4))
    fates = {group.makers[0]: group.fixed_by for group in groups}
    assert fates["a.weight"] == fates["r.weight_ih_l0"] == "lstm" and fates["c.weight"] == "output"


def test_zeros_of_the_same_shape_are_of_the_same_channels():
    layers = {"a": nn.Conv2d(3, 6, 1), "b": nn.Conv2d(6, 2, 1)}
    gated = Net(lambda n, x: n.b(torch.where((h := n.a(x)) > 0, h, torch.zeros_like(h))), **layers)
    assert summary(gated)[0] == ("a.weight", 6, "")


def test_the_largest_of_two_and_along_places_leaves_channels_free():
    two = {"a": nn.Conv2d(3, 6, 1), "b": nn.Conv2d(3, 6, 1), "c": nn.Linear(6, 2)}
    maxout = Net(lambda n, x: n.c(torch.max(n.a(x), n.b(x)).flatten(2).max(-1)[0]), **two)
    assert summary(maxout)[0] == ("a.weight b.weight", 6, "")
    over_channels = Net(lambda n, x: n.a(x).max(1)[0], a=nn.Conv2d(3, 6, 1))
    assert summary(over_channels)[0] == ("a.weight", 6, "max")


def test_a_norm_over_the_steps_of_a_sequence_is_named():
    steps = Net(lambda n, x: n.b(n.n(n.a(x))), a=nn.Linear(3, 6), n=nn.BatchNorm1d(5), b=nn.Linear(6, 2))
    assert summary(steps.eval(), torch.zeros(2, 5, 3))[0] == ("a.weight", 6, "batch_norm")


def test_rolling_and_the_spread_over_places_leave_channels_free():
    rolled = Net(lambda n, x: n.b(n.a(x).roll((1, 2), (2, 3))), a=nn.Conv2d(3, 6, 1), b=nn.Conv2d(6, 2, 1))
    assert summary(rolled)[0] == ("a.weight", 6, "")
    spread = Net(lambda n, x: n.b(n.a(x).std((2, 3))), a=nn.Conv2d(3, 6, 1), b=nn.Linear(6, 2))
    assert summary(spread)[0] == ("a.weight", 6, "")
    over_channels = Net(lambda n, x: n.b(n.a(x).roll(1, 1)), a=nn.Conv2d(3, 6, 1), b=nn.Conv2d(6, 2, 1))
    assert summary(over_channels)[0] == ("a.weight", 6, "roll")


def test_max_unpool_writes_to_the_places_that_were_found_in_the_same_channels():
    class Unpooled(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = (nn.Conv2d(n, m, 3, padding=1) for n, m in ((1, 8), (8, 8), (8, 2)))

        def forward(self, x):
            x, places = nn.functional.max_pool2d(self.a(x), 2, return_indices=True)
            return self.c(nn.functional.max_unpool2d(self.b(x), places, 2))

    assert str(follow(Unpooled(), torch.rand(2, 1, 6, 6))[0]) == "Group(8 channels made by a.weight, b.weight)"
