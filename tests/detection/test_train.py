"""Training a detector: the loss counts what it should, and a few images are learned by heart."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.data import scenes
from edukit.data.boxed import BoxedSplit
from edukit.detection import TinyDetector, detect, detection_loss, fit_detector, mean_average_precision, tiny_anchors
from edukit.detection.anchors import BACKGROUND, IGNORED
from edukit.detection.distill import answers_of
from edukit.detection.losses import focal_loss, smooth_l1_loss
from edukit.detection.targets import Targets
from edukit.detection.train import BOX_WEIGHT, GAMMA
from edukit.training import seeded

SPLIT = scenes(train=4, calibration=1, validation=1, test=1).train
ANCHORS = tiny_anchors()
QUIET = dict(progress=None)


def small_detector(seed=0, classes=6):
    with seeded(seed):
        return TinyDetector(classes)


def test_the_loss_is_the_formula_of_the_header():
    torch.manual_seed(0)
    logits, offsets = torch.randn(1, 4, 3), torch.randn(1, 4, 4)
    targets = Targets(torch.tensor([[2, BACKGROUND, IGNORED, 0]]), torch.randn(1, 4, 4))
    wanted = torch.zeros(3, 3)
    wanted[0, 2] = wanted[2, 0] = 1
    parts = detection_loss(logits, offsets, targets)
    assert parts["classes"].item() == pytest.approx(focal_loss(logits[0, [0, 1, 3]], wanted, gamma=GAMMA).item() / 2)
    boxes = smooth_l1_loss(offsets[0, [0, 3]], targets.offsets[0, [0, 3]])
    assert parts["boxes"].item() == pytest.approx(BOX_WEIGHT * boxes.item() / 2)


def test_ignored_anchors_and_boxes_of_background_get_no_gradient():
    logits, offsets = torch.randn(1, 3, 2, requires_grad=True), torch.randn(1, 3, 4, requires_grad=True)
    targets = Targets(torch.tensor([[0, IGNORED, BACKGROUND]]), torch.zeros(1, 3, 4))
    sum(detection_loss(logits, offsets, targets).values()).backward()
    assert (logits.grad.abs().sum(2) > 0).tolist() == [[True, False, True]]
    assert (offsets.grad.abs().sum(2) > 0).tolist() == [[True, False, False]]


def test_four_images_are_learned_by_heart():
    model = small_detector()
    before = [p.clone() for p in model.parameters()]
    trained = fit_detector(model, SPLIT, ANCHORS, epochs=60, batch_size=4, learning_rate=0.01, **QUIET)
    found = detect(answers_of(trained, torch.as_tensor(SPLIT.x)), ANCHORS, (96, 96))
    untrained = detect(answers_of(model, torch.as_tensor(SPLIT.x)), ANCHORS, (96, 96), least=0)
    assert mean_average_precision(found, SPLIT.truth, thresholds=0.5) > 0.6
    assert mean_average_precision(untrained, SPLIT.truth, thresholds=0.5) < 0.1
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


def test_the_same_seed_gives_the_same_weights_and_another_one_does_not():
    fits = [fit_detector(small_detector(), SPLIT, ANCHORS, epochs=1, seed=seed, **QUIET) for seed in (1, 1, 2)]
    first, again, other = (torch.cat([p.flatten() for p in net.parameters()]) for net in fits)
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_images_without_objects_can_be_learned_from():
    empty = BoxedSplit(SPLIT.x, [[]] * 4, [[]] * 4)
    trained = fit_detector(small_detector(), empty, ANCHORS, epochs=1, **QUIET)
    assert all(torch.isfinite(p).all() for p in trained.parameters())


class Fixed(nn.Module):
    """Answers of these shapes."""

    def __init__(self, *shapes):
        super().__init__()
        self.shapes = shapes

    def forward(self, x):
        return tuple(torch.zeros(len(x), *shape) for shape in self.shapes)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Conv2d(3, 2, 1), "model must answer with logits .* got a Tensor"),
        (Fixed((756, 6)), "got \\[\\(1, 756, 6\\)\\]"),
        (Fixed((700, 6), (700, 4)), "got \\[\\(1, 700, 6\\), \\(1, 700, 4\\)\\]"),
        (Fixed((756, 2), (756, 4)), "at least"),
        (nn.Conv2d(1, 2, 1), "model does not take images"),
    ],
)
def test_models_that_are_no_detector_of_these_anchors_are_refused(model, words):
    with pytest.raises(ValueError, match=words):
        fit_detector(model, SPLIT, ANCHORS, epochs=1, **QUIET)


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        (dict(epochs=0), ValueError, "epochs must be"),
        (dict(epochs=1, learning_rate=-1), ValueError, "learning_rate must be"),
        (dict(epochs=1, augment=np.flip), ValueError, "augment must be None"),
        (dict(epochs=1, seed=-1), ValueError, "seed must be"),
    ],
)
def test_bad_recipes_are_refused_by_name(how, error, words):
    with pytest.raises(error, match=words):
        fit_detector(small_detector(), SPLIT, ANCHORS, **how)


def test_other_splits_and_models_are_refused_by_name():
    with pytest.raises(TypeError, match="split must hold x, boxes and classes"):
        fit_detector(small_detector(), SPLIT.x, ANCHORS, epochs=1)
    with pytest.raises(TypeError, match="model must be"):
        fit_detector([1], SPLIT, ANCHORS, epochs=1)
