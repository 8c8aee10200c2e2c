"""Distillation of a detector: nothing to learn where both agree, and only where the teacher sees something."""

import pytest
import torch

from edukit.data import scenes
from edukit.detection import TinyDetector, distill_detector, distillation_loss, tiny_anchors
from edukit.detection.distill import answers_of
from edukit.training import seeded

SPLIT = scenes(train=4, calibration=1, validation=1, test=1).train
ANCHORS = tiny_anchors()


def small_detector(seed=0, classes=6):
    with seeded(seed):
        return TinyDetector(classes).eval()


def test_the_loss_is_least_where_both_agree():
    torch.manual_seed(0)
    teacher = torch.randn(2, 5, 3), torch.randn(2, 5, 4)
    assert sum(distillation_loss(*teacher, *teacher).values()).item() == 0
    logits, offsets = teacher[0].clone().requires_grad_(), teacher[1].clone().requires_grad_()
    sum(distillation_loss(logits, offsets, *teacher).values()).backward()
    assert logits.grad.abs().max() < 1e-7 and offsets.grad.abs().max() < 1e-7
    assert all(part > 0 for part in distillation_loss(teacher[0] + 1, teacher[1] + 1, *teacher).values())


def test_the_mask_leaves_background_out():
    """Where the teacher is sure of nothing, the student may say what it likes of the box."""
    teacher_logits = torch.tensor([[[9.0, -30], [-30, -30]]])
    zeros = torch.zeros(1, 2, 4)
    logits = teacher_logits.clone()
    on_object, on_background = torch.zeros(1, 2, 4), torch.zeros(1, 2, 4)
    on_object[0, 0] = on_background[0, 1] = 1
    assert distillation_loss(logits, on_object, teacher_logits, zeros)["soft boxes"] > 1
    assert distillation_loss(logits, on_background, teacher_logits, zeros)["soft boxes"] < 1e-6


class Told(torch.nn.Module):
    """A teacher that sees the same objects in every image."""

    def __init__(self):
        super().__init__()
        self.logits, self.offsets = torch.full((756, 6), -9.0), torch.full((756, 4), 0.5)
        self.logits[600:620, 2] = 4

    def forward(self, x):
        return self.logits.expand(len(x), -1, -1), self.offsets.expand(len(x), -1, -1)


def test_the_student_comes_nearer_to_the_teacher():
    teacher, student = Told().eval(), small_detector(2)
    images = torch.as_tensor(SPLIT.x)
    seen = []
    how = dict(epochs=20, batch_size=4, learning_rate=0.01, weight=10.0, progress=None, report=seen.append)
    told = distill_detector(student, teacher, SPLIT, ANCHORS, **how)
    answers = answers_of(teacher, images)
    losses = [sum(distillation_loss(*answers_of(model, images), *answers).values()) for model in (student, told)]
    assert losses[1] < 0.75 * losses[0]
    assert seen[0].keys() == {"classes", "boxes", "soft classes", "soft boxes"}


def test_without_weight_it_is_plain_training():
    from edukit.detection import fit_detector

    how = dict(epochs=1, progress=None, seed=3)
    alone = fit_detector(small_detector(), SPLIT, ANCHORS, **how)
    told = distill_detector(small_detector(), small_detector(1), SPLIT, ANCHORS, weight=0.0, **how)
    assert all(torch.equal(a, b) for a, b in zip(alone.parameters(), told.parameters(), strict=True))


def test_answers_are_those_of_one_batch_and_leave_the_mode_alone():
    model = small_detector().train()
    images = torch.as_tensor(SPLIT.x)
    found = answers_of(model, images, batch_size=3)
    assert model.training
    for a, b in zip(found, model.eval()(images), strict=True):
        assert torch.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize(
    ("teacher", "how", "words"),
    [
        (lambda: small_detector(), dict(weight=-1), "weight must be at least 0"),
        (lambda: small_detector(classes=2), {}, "model must answer with"),
        (lambda: torch.nn.Conv2d(3, 3, 1), {}, "model must answer with"),
    ],
)
def test_bad_input_is_refused_by_name(teacher, how, words):
    with pytest.raises(ValueError, match=words):
        distill_detector(small_detector(), teacher(), SPLIT, ANCHORS, epochs=1, **how)
