"""Elastic layers, drawn: the cells are the weights that the sub-network really has."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.plots.drawings.search.elastic import ElasticPlot
from edukit.search import Supernet
from edukit.training import seeded


def supernet() -> Supernet:
    with seeded(0):
        return Supernet().eval()


@pytest.mark.parametrize("stage", [1, 2])
@pytest.mark.parametrize(("kernel", "width", "depth"), [(3, 2, 1), (5, 4, 2), (3, 6, 2)])
def test_what_is_coloured_and_counted_is_what_the_network_has(stage, kernel, width, depth):
    net = supernet()
    plot = ElasticPlot(Figure(figsize=(7, 2.8)), net, stage)
    said = plot.update(kernel, width, depth)
    sub = net.sub(net.largest_choice | {f"kernel{stage}": kernel, f"width{stage}": width, f"depth{stage}": depth})
    weights = sum(w.numel() for w in sub.stages[stage - 1].parameters() if w.ndim == 4)
    assert f" {weights:,} of the {plot.total:,} weights" in said and plot.meter.words.get_text().startswith(
        f"{weights:,}"
    )
    channels = sub.stages[stage - 1][0].body[3].out_channels
    assert (plot.channels.squares.get_facecolors()[:, 3] > 0).sum() == channels
    assert (plot.kernel.squares.get_facecolors()[:, 3] > 0).sum() == kernel**2
    assert [box.below.get_text() for box in plot.blocks].count("used") == depth


def test_the_small_kernel_is_shown_behind_its_transform():
    net = supernet()
    with torch.no_grad():
        for transform in net.transforms.values():
            transform.copy_(transform.flip(0))  # the middle turned round
    plot = ElasticPlot(Figure(figsize=(7, 2.8)), net)
    plot.update(3, 2, 1)
    shown = plot.kernel.squares.get_facecolors().reshape(5, 5, 4)[1:4, 1:4, 0]
    weight = net.sub(net.smallest_choice).stages[0][0].body[3].weight[0, 0].detach().abs().numpy()
    assert (shown.ravel().argsort() == (-weight).ravel().argsort()).all()
    assert np.array_equal(
        weight, net.largest.stages[0][0].body[3].weight[0, 0, 1:4, 1:4].detach().abs().numpy()[::-1, ::-1]
    )


def test_an_option_that_the_supernet_lacks_is_refused():
    with pytest.raises(ValueError, match="kernel1 must be one of 3, 5, got 7"):
        ElasticPlot(Figure(), supernet()).update(7, 2, 1)
