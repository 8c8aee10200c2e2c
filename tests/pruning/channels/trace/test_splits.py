"""ChannelIds of channels, cut and put together by hand: no graph is needed to see who depends on whom."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from edukit.pruning.channels.groups import Axis, ChannelIds
from edukit.pruning.channels.remove import remove_channels, zero_channels
from edukit.pruning.channels.trace import follow
from edukit.pruning.channels.trace.splits import chunk, cut, heads_meet, says_heads


def registry(channels):
    """The registry of a layer with that many channels, and their ids."""
    ids = ChannelIds(nn.Linear(1, channels))
    return ids, ids.attach("weight", 0, "makes", ids.new(channels))


def sets(ids):
    """Which channels must go together, as lists of their numbers."""
    return sorted(sorted(channel["weight", 0, "makes"]) for group in ids.groups() for channel in group.channels)


def no_heads(size):
    return ""


def test_halves_stay_equal_and_unequal_parts_are_not_followed():
    halves, line = registry(6)
    assert chunk(halves, line.chunk(2)) and sets(halves) == [[0, 3], [1, 4], [2, 5]]
    thirds, line = registry(6)
    assert chunk(thirds, line.chunk(3)) and sets(thirds) == [[0, 2, 4], [1, 3, 5]]
    unequal, line = registry(6)
    assert not chunk(unequal, line.split([2, 4])) and len(sets(unequal)) == 6


def test_a_shuffle_takes_one_channel_of_each_group_and_heads_are_whole():
    shuffled, line = registry(6)
    cut(shuffled, line.reshape(1, 6, 1, 1).expand(2, 6, 3, 3), (2, 2, 3, 3, 3), no_heads)
    assert sets(shuffled) == [[0, 3], [1, 4], [2, 5]]
    heads, line = registry(6)
    result = cut(heads, line.expand(2, 5, 6), (2, 5, 2, 3), lambda size: "h" if size == 2 else "")
    assert sets(heads) == [[0, 1, 2], [3, 4, 5]]
    assert torch.equal(result[0, 0], result[0, 0, :, :1].expand(2, 3))
    (group,) = heads.groups()
    assert [channel[Axis("h", 0, "counts")] for channel in group.channels] == [[0], [1]]


def test_packed_queries_keys_and_values_lose_the_same_head():
    packed, line = registry(12)
    cut(packed, line.expand(1, 5, 12), (1, 5, 3, 2, 2), lambda size: "h" if size == 2 else "")
    assert sets(packed) == [[0, 1, 4, 5, 8, 9], [2, 3, 6, 7, 10, 11]]


def test_a_cut_through_no_whole_axis_fixes_and_merging_frees():
    crooked, line = registry(6)
    cut(crooked, line.reshape(6, 1).expand(6, 2), (4, 3), no_heads)
    assert [group.fixed_by for group in crooked.groups()] == ["view"]
    merged, line = registry(6)
    assert cut(merged, line.reshape(1, 6, 1).expand(2, 6, 4), (2, 24), no_heads).shape == (2, 24)
    assert len(sets(merged)) == 6


def test_heads_meet_head_by_head_and_sums_over_channels_do_not():
    one, line = registry(4)
    q, k = line[:2].reshape(1, 2, 1, 1), line[2:].reshape(1, 2, 1, 1)
    y = heads_meet(one, [q.expand(1, 2, 5, 3), k.expand(1, 2, 3, 5)], (1, 2, 5, 5))
    assert y.shape == (1, 2, 5, 5) and sets(one) == [[0, 2], [1, 3]]
    features = line.reshape(1, 1, 1, 4).expand(1, 1, 5, 4)
    assert heads_meet(one, [features, features], (1, 1, 5, 5)) is None
    assert heads_meet(one, [None, features], (1, 1, 5, 5)) is None


@pytest.mark.parametrize("channels, units, expected", [(48, 3, 3), (116, 3, 1), (8, 1, 2), (192, 3, 12)])
def test_channels_depend_on_each_other_more_with_each_shuffle(channels, units, expected):
    """The stages of ShuffleNetV2 x0.5 and x1.0: after the strided unit, `units` units that split and shuffle."""
    stage, line = registry(channels + units * channels // 2)
    x, made = line[:channels], line[channels:].split(channels // 2)
    x = shuffle(stage, x)
    for right in made:
        chunk(stage, x.chunk(2))
        x = shuffle(stage, torch.cat([x.chunk(2)[0], right]))
    assert len(sets(stage)) == expected
    assert len({len(rows) for rows in sets(stage)}) == 1


def shuffle(stage, x):
    return cut(stage, x.expand(1, -1), (1, 2, len(x) // 2), no_heads).transpose(1, 2).reshape(-1)


def test_only_what_counts_heads_is_a_count_of_heads():
    assert says_heads("n_heads") and says_heads("num_attention_heads")
    assert not any(says_heads(name) for name in ("head_size", "groups", "stride"))


class Packed(nn.Module):
    """Attention as many vision transformers write it: one layer for all of q, k and v, and a fused product."""

    def __init__(self):
        super().__init__()
        self.qkv, self.proj, self.num_heads, self.head_dim = nn.Linear(8, 24), nn.Linear(8, 8), 4, 2

    def forward(self, x):
        B, N, _ = x.shape
        q, k, v = self.qkv(x).reshape(B, N, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        y = F.scaled_dot_product_attention(q, k, v, torch.ones(N, N).tril().bool())
        return self.proj(y.transpose(1, 2).flatten(2))


def test_packed_attention_without_a_head_equals_zeros_in_its_place():
    net, x = Packed(), torch.linspace(-1, 1, 80).reshape(2, 5, 8)
    group, last = follow(net, x)
    assert (group.makers, len(group.channels), last.fixed_by) == (("qkv.weight",), 4, "output")
    smaller = remove_channels(net, [group.channels[i] for i in (0, 2)])
    assert (smaller.num_heads, smaller.qkv.out_features, smaller.proj.in_features) == (2, 12, 4)
    assert torch.allclose(smaller(x), zero_channels(net, [group.channels[i] for i in (0, 2)])(x), atol=1e-6)
