from collections import Counter

import pytest
import torch
from torch import nn

from edukit.measure import count_macs
from edukit.networks import mobilenet_v2
from edukit.pruning.channels.budget import macs
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.trace import follow
from edukit.pruning.channels.work import Work, macs_by_weight


@pytest.mark.parametrize("layer, shape", [
    (nn.Conv2d(3, 8, 3, stride=2), (3, 9, 9)),
    (nn.Conv2d(8, 8, 3, groups=8), (8, 5, 5)),
    (nn.ConvTranspose2d(4, 6, 3, stride=2), (4, 5, 5)),
    (nn.Conv1d(4, 6, 3), (4, 9)),
    (nn.Linear(4, 6), (5, 4)),
])  # fmt: skip
def test_the_work_of_a_layer_is_what_count_macs_counts(layer, shape):
    assert macs_by_weight(layer, torch.zeros(2, *shape)) == {"weight": count_macs(layer, shape)}


def test_the_work_inside_torch_s_own_attention_layer_is_seen():
    """In evaluation mode it runs as one operator, which hides its products."""
    layer, x = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True).eval(), torch.zeros(2, 10, 16)
    work = {"self_attn.in_proj_weight": 48 * 16, "self_attn.out_proj.weight": 16 * 16}
    work |= {"linear1.weight": 24 * 16, "linear2.weight": 24 * 16}
    assert macs_by_weight(layer, x) == {name: 10 * macs for name, macs in work.items()}


def test_an_input_without_a_batch_is_given_whole():
    class Shifted(nn.Linear):
        def forward(self, x, table, scale):
            return super().forward(x) + scale * table.sum(0) / len(table)

    example = torch.zeros(4, 3), torch.zeros(7, 5), torch.tensor(2.0)
    assert macs_by_weight(Shifted(3, 5), example) == {"weight": 15}


def test_without_rows_the_work_is_that_of_the_smaller_model():
    """Residual additions, depthwise convolutions and 1x1 convolutions, one channel of each group gone."""
    net, x = mobilenet_v2().eval(), torch.zeros(1, 3, 32, 32)
    groups = [group for group in follow(net, x) if not group.fixed_by]
    work = Work(net, x, macs(net, x))
    gone = [group.channels[0] for group in groups]
    rows = Counter()
    for channel in gone:
        rows.update({(name, axis): len(indices) for (name, axis, _), indices in channel.items()})
    smaller = macs(remove_channels(net, gone), x)
    assert work.after(rows) == smaller
    work.take(rows)
    assert work.left == smaller and work.after({}) == smaller
    assert work.after({key: -count for key, count in rows.items()}) == macs(net, x)


def test_a_weight_that_is_used_twice_works_twice():
    layer = nn.Linear(4, 4)
    assert macs_by_weight(nn.Sequential(layer, nn.ReLU(), layer), torch.zeros(1, 4)) == {"0.weight": 32}
