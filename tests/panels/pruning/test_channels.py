"""Each control of each panel of lesson 07 moves its picture and its description."""

import pytest
import torch
from pictures import assert_moves

from edukit.measure import Latency
from edukit.networks import ResidualClassifier
from edukit.panels.pruning import channel_times, filter_bank, groups, residual_channel, scores
from edukit.pruning.channels.trace import follow

NET = ResidualClassifier(in_channels=1, width=0.25).eval()
PANELS = {
    "groups": lambda: groups(NET, follow(NET, torch.zeros(2, 1, 8, 8))),
    "scores": lambda: scores({"l1": [0.9, 0.4, 0.1]}, [0, 0.25, 0.5], {"l1": [0.9, 0.8, 0.6]}),
    "filter_bank": filter_bank,
    "residual_channel": residual_channel,
    "channel_times": lambda: channel_times({n: Latency(n * 1e-6, 0, 0, 1) for n in range(8, 17)}),
}
CONTROLS = [
    *[("groups", name) for name in ("group", "channel")],
    *[("scores", name) for name in ("ratio_percent", "new_statistics")],
    *[("filter_bank", name) for name in ("kind", "sparsity_percent")],
    *[("residual_channel", name) for name in ("where", "channel")],
    ("channel_times", "channels"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
