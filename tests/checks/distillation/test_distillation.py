"""The answers are those of the package and of torch; right answers in other words pass, mistakes are recognised."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.checks import distillation as check
from edukit.distillation import kd_loss, multi_teacher_loss
from edukit.distillation.features import feature_loss


def of_the_package(student, teacher, labels, temperature, alpha):
    return kd_loss(student, teacher, labels, temperature, alpha)


def through_log_targets(student, teacher, labels, temperature, alpha):
    log_p, log_q = (F.log_softmax(z / temperature, 1) for z in (teacher, student))
    soft = F.kl_div(log_q, log_p, reduction="sum", log_target=True) / len(student)
    hard = -F.log_softmax(student, 1)[range(len(labels)), labels].mean()
    return temperature * temperature * alpha * soft + hard - alpha * hard


def by_autograd(student, teacher, temperature):
    z = torch.tensor(student, requires_grad=True)
    kd_loss(z, torch.from_numpy(teacher), temperature=temperature).backward()
    return z.grad.numpy()


def in_a_loop(teachers_logits, shares, temperature):
    mixed = 0
    for logits, share in zip(teachers_logits, shares, strict=True):
        powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
        mixed = mixed + share * powers / powers.sum(1, keepdims=True)
    return mixed


def by_convolution(student, teacher, adapter):
    adapted = F.conv2d(torch.from_numpy(student), torch.from_numpy(adapter)[:, :, None, None])
    return feature_loss(adapted, torch.from_numpy(teacher))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.kd_loss, of_the_package),
        (check.kd_loss, through_log_targets),
        (check.soft_gradient, by_autograd),
        (check.mixture, in_a_loop),
        (check.hint_loss, by_convolution),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_the_errors_planted_in_the_lesson_are_named():
    def two_errors(student_logits, teacher_logits, labels, temperature, alpha):
        p, log_q = F.softmax(teacher_logits / temperature, 1), F.log_softmax(student_logits / temperature, 1)
        soft = F.kl_div(log_q, p, reduction="mean")
        return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, labels)

    def hint(student, teacher, adapter):
        return np.square((np.einsum("dc,bchw->bdhw", adapter, student) - teacher).mean())

    assert "two things are wrong" in check.kd_loss(two_errors).line
    assert "errors of both signs cancel" in check.hint_loss(hint).line


def test_one_repair_of_two_is_not_enough():
    def loss(factor, reduction):
        def answer(s, t, y, T, alpha):
            soft = factor(T) * F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction=reduction)
            return alpha * soft + (1 - alpha) * F.cross_entropy(s, y)

        return check.kd_loss(answer).line

    assert "T² is missing" in loss(lambda T: 1, "batchmean") and "batchmean" in loss(lambda T: T**2, "mean")


def test_the_mixture_is_what_a_student_of_several_teachers_learns():
    logits, shares, temperature = check.mixture.questions[2]
    mixed = temperature * np.log(check.mixture.solve(logits, shares, temperature))
    assert abs(multi_teacher_loss(mixed, list(logits), temperature=temperature, shares=shares)) < 1e-12


def test_answers_of_the_wrong_form_are_told_so():
    assert "give one answer of that shape" in check.mixture(lambda z, shares, T: z).line
    assert "one number for each logit" in check.soft_gradient(lambda s, t, T: s[0]).line
    assert not check.kd_loss(lambda *question: "much")
