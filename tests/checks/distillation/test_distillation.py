"""The answers are those of the package and of torch; right answers in other words pass, mistakes are recognised."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.checks import distillation as check
from edukit.distillation import kd_loss
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


def by_torch(logits, temperature):
    return F.softmax(torch.from_numpy(logits) / temperature, dim=1)


def row_by_row(logits, temperature):
    rows = []
    for row in logits:
        powers = [np.exp((z - max(row)) / temperature) for z in row]
        rows.append([power / sum(powers) for power in powers])
    return rows


def sides_exchanged(student, teacher, temperature):
    return kd_loss(teacher, student, temperature=temperature)


def as_torch_has_it(student, teacher, temperature):
    log_p, log_q = (F.log_softmax(torch.from_numpy(z) / temperature, 1) for z in (teacher, student))
    return temperature**2 * F.kl_div(log_p, log_q, reduction="batchmean", log_target=True).item()


def by_convolution(student, teacher, adapter):
    adapted = F.conv2d(torch.from_numpy(student), torch.from_numpy(adapter)[:, :, None, None])
    return feature_loss(adapted, torch.from_numpy(teacher))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.kd_loss, of_the_package),
        (check.kd_loss, through_log_targets),
        (check.soft_gradient, by_autograd),
        (check.soft_labels, by_torch),
        (check.soft_labels, row_by_row),
        (check.reverse_kl, sides_exchanged),
        (check.reverse_kl, as_torch_has_it),
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


def test_the_reverse_divergence_is_the_one_that_a_student_learns():
    for student, teacher, temperature in check.reverse_kl.questions:
        loss = kd_loss(student, teacher, temperature=temperature, reverse=True)
        assert np.isclose(check.reverse_kl.solve(student, teacher, temperature), loss)


def test_powers_that_overflow_are_told_so_with_what_else_is_wrong():
    def naive(logits, temperature):
        return np.exp(logits / temperature) / np.exp(logits / temperature).sum(1, keepdims=True)

    assert "subtract the largest logit of the row" in check.soft_labels(naive).line
    for wrong, said in ((lambda z, T: naive(z, 1), "T before"), (lambda z, T: naive(z, 1) / T, "no longer sum to 1")):
        assert said in check.soft_labels(wrong).line and "; besides, powers" in check.soft_labels(wrong).line


def test_answers_of_the_wrong_form_are_told_so():
    assert "a probability for each logit" in check.soft_labels(lambda z, T: z[0]).line
    assert not check.reverse_kl(lambda s, t, T: "little")
    assert "one number for each logit" in check.soft_gradient(lambda s, t, T: s[0]).line
    assert not check.kd_loss(lambda *question: "much")


def test_a_reverse_divergence_in_float32_passes_and_bare_exponentials_do_not():
    def bare(student, teacher, T):
        q, p = (np.exp(z / T) / np.exp(z / T).sum(1, keepdims=True) for z in (student, teacher))
        return T**2 * (q * np.log(q / p)).sum(1).mean()

    def in_float32(student, teacher, T):
        s, t = (torch.tensor(z, dtype=torch.float32) / T for z in (student, teacher))
        return T**2 * F.kl_div(F.log_softmax(t, 1), F.softmax(s, 1), reduction="batchmean")

    assert not check.reverse_kl(bare)
    assert check.reverse_kl(in_float32), check.reverse_kl(in_float32)
