"""Each step of the drawing has the operators that the package makes of such a block."""

from collections import Counter

import pytest
import torch
from matplotlib.figure import Figure
from torch import nn

from edukit.deployment import export, fusion
from edukit.graph import capture
from edukit.plots.drawings.quantization.placement_steps import CONVERSION, FLOAT, INTEGER, ROWS, PlacementPlot
from edukit.quantization import quantize_model
from edukit.quantization.ptq.fold import fold_graph

X = torch.rand(8, 4, 6, 6, generator=torch.Generator().manual_seed(0))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        one, two = (nn.Conv2d(4, 4, 3, padding=1, bias=False) for _ in range(2))
        self.body = nn.Sequential(one, nn.BatchNorm2d(4), nn.ReLU(), two, nn.BatchNorm2d(4))

    def forward(self, x):
        return (x + self.body(x)).relu()


def kinds(step):
    return Counter(kind for *_, kind in ROWS[step])


def test_as_trained_and_folded_are_the_operators_of_the_graph():
    graph = capture(Block().eval(), X)
    for step in (0, 1):
        operators = [node for node in graph.graph.nodes if node.op == "call_function"]
        assert len([node for node in operators if "getitem" not in str(node.target)]) == kinds(step)[FLOAT]
        fold_graph(graph)


def test_grids_and_integers_are_those_of_the_file(tmp_path):
    """A convolution behind the block reads its codes: one more operator, and one more grid."""
    network = nn.Sequential(Block(), nn.Conv2d(4, 2, 1)).eval()
    found = fusion(export(quantize_model(network, X), X[:1], tmp_path / "block.onnx"))
    assert found.before["QuantizeLinear"] - 1 == kinds(2)[CONVERSION]
    assert found.before["Conv"] - 1 + found.before["Relu"] + found.before["Add"] == kinds(2)[FLOAT]
    assert found.after["QLinearConv"] - 1 + found.after["QLinearAdd"] == kinds(3)[INTEGER]
    assert found.after["QuantizeLinear"] + found.after["DequantizeLinear"] == kinds(3)[CONVERSION]


def test_one_row_is_shown_at_a_time():
    plot = PlacementPlot(Figure(figsize=(7.5, 3)))
    for step in range(4):
        assert f"Step {step}, " in plot.update(step)
        assert [row.artists[0].get_visible() for row in plot.rows] == [number == step for number in range(4)]


@pytest.mark.parametrize("step", [-1, 4, 0.5])
def test_another_step_is_refused(step):
    with pytest.raises((ValueError, TypeError), match="step must be"):
        PlacementPlot(Figure()).update(step)
