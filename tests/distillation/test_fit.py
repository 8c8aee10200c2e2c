"""Distilling a model: the training loop with the teacher in the loss, and nobody harmed."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from edukit.distillation import Hints, attention_loss, distill
from edukit.training import fit, predict, seeded

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(64, 4)).astype(np.float32)
SPLIT = SimpleNamespace(x=X, y=GENERATOR.integers(0, 3, 64))


def net(seed, width=16, classes=3):
    with seeded(seed):
        return nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, classes))


def distilled(split=SPLIT, teacher=None, student=None, **options):
    teacher = net(1, 32).eval() if teacher is None else teacher
    return distill(student or net(2), teacher, split, **{"epochs": 3, "progress": None, **options})


def equal(a, b):
    return all(torch.equal(p, q) for p, q in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_with_alpha_1_the_labels_do_not_matter_and_with_alpha_0_the_teacher_does_not():
    other_labels = SimpleNamespace(x=X, y=(SPLIT.y + 1) % 3)
    assert equal(distilled(alpha=1.0), distilled(other_labels, alpha=1.0))
    assert equal(distilled(alpha=0.0), distilled(alpha=0.0, teacher=net(5).eval()))
    assert not equal(distilled(), distilled(other_labels)) and not equal(distilled(), distilled(temperature=1.0))


def test_with_alpha_0_it_is_plain_training():
    plain = fit(net(2), SPLIT, epochs=3, progress=None)
    for a, b in zip(distilled(alpha=0.0).parameters(), plain.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)  # 0 times the soft term adds nothing but a rounding


def test_the_student_comes_to_answer_like_the_teacher():
    teacher = net(1, 32).eval()
    answers = predict(teacher, X).argmax(1)
    before = (predict(net(2), X).argmax(1) == answers).mean()
    after = (
        predict(distilled(alpha=1.0, epochs=60, learning_rate=0.03, teacher=teacher), X).argmax(1) == answers
    ).mean()
    assert before < 0.8 < 0.95 < after


def test_both_directions_end_at_a_teacher_that_the_student_can_follow_and_go_other_ways():
    teacher = net(1, 32).eval()
    how = dict(teacher=teacher, alpha=1.0, temperature=1.0, epochs=60, learning_rate=0.03)
    forward, reverse = distilled(**how), distilled(**how, reverse=True)
    agree = [(predict(student, X).argmax(1) == predict(teacher, X).argmax(1)).mean() for student in (forward, reverse)]
    assert min(agree) > 0.9 and not equal(forward, reverse)


def test_both_models_stay_as_they_are():
    student, teacher = net(2).train(), net(1, 32).eval()
    before = copy.deepcopy([student, teacher])
    result = distilled(student=student, teacher=teacher)
    assert equal(student, before[0]) and equal(teacher, before[1])
    assert student.training and not teacher.training and not result.training
    assert all(weight.grad is None for weight in teacher.parameters())


def test_the_teacher_sees_the_images_that_the_student_sees():
    teacher = net(1, 32).eval()
    seen = []
    teacher.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    distilled(teacher=teacher, epochs=1, augment=lambda x, generator: x + 100)
    assert all((batch > 50).all() for batch in seen[1:])  # the first look only asks for the number of classes


def test_a_teacher_in_training_mode_is_refused_even_in_part():
    with pytest.raises(ValueError, match="teacher is in training mode"):
        distilled(teacher=net(1).train())
    partly = net(1).eval()
    partly[1].train()
    with pytest.raises(ValueError, match="teacher is in training mode"):
        distilled(teacher=partly)


@pytest.mark.parametrize(
    "options, hint",
    [
        ({"teacher": net(1, classes=4).eval()}, "got 3 and 4"),
        ({"temperature": 0}, "temperature"),
        ({"alpha": 2}, "alpha"),
        ({"epochs": 0}, "epochs"),
        ({"split": SimpleNamespace(x=X[:0], y=SPLIT.y[:0])}, "split"),
    ],
)
def test_bad_input_is_refused_by_name(options, hint):
    with pytest.raises(ValueError, match=hint):
        distilled(**options)


def test_several_teachers_each_have_their_share():
    one, other = net(1, 32).eval(), net(5).eval()
    assert equal(distilled(teacher=[one]), distilled(teacher=one))
    assert equal(distilled(teacher=[one, other], shares=[1, 0]), distilled(teacher=one))
    assert not equal(distilled(teacher=[one, other]), distilled(teacher=one))
    with pytest.raises(ValueError, match="teacher is in training mode"):
        distilled(teacher=[one, net(5).train()])
    with pytest.raises(ValueError, match="shares"):
        distilled(teacher=[one, other], shares=[1, 1])


def test_both_losses_are_shown_after_every_epoch():
    seen = []
    distilled(report=seen.append, epochs=4)
    assert len(seen) == 4 and all(list(parts) == ["soft", "hard"] for parts in seen)
    assert seen[-1]["soft"] + seen[-1]["hard"] < seen[0]["soft"] + seen[0]["hard"]


def test_hints_bring_the_features_closer_and_leave_no_adapter_behind():
    student, teacher, seen = net(2), net(1, 32).eval(), []
    hints = Hints({"2": "2"}, weight=5.0)
    recipe = dict(epochs=30, learning_rate=0.01, hints=hints, report=seen.append)
    result = distilled(student=student, teacher=teacher, **recipe)
    assert list(seen[0]) == ["soft", "hard", "features"] and seen[-1]["features"] < 0.3 * seen[0]["features"]
    assert [name for name, _ in result.named_parameters()] == [name for name, _ in student.named_parameters()]
    assert not result.training and not result[2]._forward_hooks and not teacher[2]._forward_hooks


def test_hints_change_neither_model_and_go_on_after_an_error():
    student, teacher = net(2).train(), net(1, 32).eval()
    before = copy.deepcopy([student, teacher])
    distilled(student=student, teacher=teacher, hints=Hints({"0": "0"}))
    assert equal(student, before[0]) and equal(teacher, before[1]) and student.training and not teacher.training
    with pytest.raises(ValueError, match="no module is called 'layer9'; there are 0, 1, 2, 3"):
        distilled(student=student, teacher=teacher, hints=Hints({"0": "layer9"}))
    assert not any(module._forward_hooks for model in (student, teacher) for module in model.modules())


def test_hints_on_images_of_other_sizes_and_attention_transfer():
    def conv_net(width, stride, seed):
        with seeded(seed):
            body = nn.Conv2d(1, width, 3, stride, padding=1), nn.BatchNorm2d(width), nn.ReLU()
            return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 3))

    images = SimpleNamespace(x=GENERATOR.normal(size=(48, 1, 8, 8)).astype(np.float32), y=SPLIT.y[:48])
    student, teacher = conv_net(4, 2, 0), conv_net(8, 1, 1).eval()
    for hints in (Hints({"2": "2"}), Hints({"2": "2"}, loss=attention_loss)):
        seen = []
        recipe = dict(hints=hints, report=seen.append, epochs=15, learning_rate=0.02)
        result = distilled(images, teacher, student, **recipe)
        assert seen[-1]["features"] < seen[0]["features"] and result(torch.zeros(2, 1, 8, 8)).shape == (2, 3)


class Answers(nn.Module):
    """A model whose answer is an object with logits, and that works on its input in place."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return SimpleNamespace(logits=self.body(x.mul_(0.5)))


class Halves(Answers):
    def forward(self, x):
        return self.body(x * 0.5)


def test_models_that_answer_with_an_object_or_work_in_place_teach_and_learn_alike():
    before = X.copy()
    objects = distilled(teacher=Answers(net(1, 32)).eval(), student=Answers(net(2)))
    plain = distilled(teacher=Halves(net(1, 32)).eval(), student=Halves(net(2)))
    assert equal(objects, plain) and np.array_equal(X, before)


@pytest.mark.parametrize("split", [torch.utils.data.DataLoader(X), [X, SPLIT.y, X], {"x": X}])
def test_what_is_no_split_is_refused(split):
    with pytest.raises(TypeError, match="split must hold arrays as split.x and split.y"):
        distilled(split)
