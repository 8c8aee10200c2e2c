"""The classifiers: the plan of the article, any image size, traceable, the same weights from the same seed."""

import pytest
import torch

from edukit.graph import capture
from edukit.measure import count_parameters
from edukit.networks import MobileClassifier, MobileNetBlock, ResidualClassifier
from edukit.training import seeded

BOTH = pytest.mark.parametrize("network", [MobileClassifier, ResidualClassifier])


def test_the_mobile_classifier_follows_the_articles_plan():
    """Stem of 32 at stride 2; blocks 64, 128 (2), 128, 256 (2), 256, 512 (2); global pool; linear."""
    model = MobileClassifier()
    stem = model.stem[0]
    assert (stem.out_channels, stem.kernel_size, stem.stride) == (32, (3, 3), (2, 2))
    assert all(isinstance(block, MobileNetBlock) for block in model.blocks)
    plan = [(block.separable[3].out_channels, block.separable[0].stride[0]) for block in model.blocks]
    assert plan == [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    assert [block.residual for block in model.blocks] == [False, False, True, False, True, False]
    assert (model.classifier.in_features, model.classifier.out_features) == (512, 10)


@BOTH
@pytest.mark.parametrize("height, width", [(1, 1), (8, 8), (32, 32), (33, 47), (64, 40)])
def test_any_image_size(network, height, width):
    model = network(classes=7, in_channels=1, width=0.25).eval()
    assert model(torch.zeros(2, 1, height, width)).shape == (2, 7)


@BOTH
def test_the_captured_graph_computes_the_same(network):
    model = network(width=0.25).eval()
    x = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(capture(model, x[:1])(x), model(x), atol=1e-6)  # same sums, at most in another order


@BOTH
def test_the_same_seed_gives_the_same_weights(network):
    models = []
    for _ in range(2):
        with seeded(1):
            models.append(network(width=0.25))
    assert all(torch.equal(a, b) for a, b in zip(models[0].parameters(), models[1].parameters(), strict=True))


@BOTH
@pytest.mark.parametrize("bad", [{"classes": 0}, {"in_channels": -1}, {"width": 0}, {"classes": 2.5}])
def test_bad_arguments_are_refused_by_name(network, bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        network(**bad)


def test_the_sizes_that_the_benchmark_speaks_of():
    assert count_parameters(ResidualClassifier(in_channels=1)) == 1_228_394
    assert count_parameters(MobileClassifier(in_channels=1, width=0.5)) == 72_842
    widths = [block.separable[3].out_channels for block in MobileClassifier(width=0.3).blocks]
    assert widths == [16, 40, 40, 80, 80, 152]
