"""The distillation loss: a divergence whose gradient does not fade with T, equal to torch's own terms put together."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.distillation.losses import kd_loss, kd_terms, multi_teacher_loss


def logits(B=8, classes=10, seed=0):
    """Student, teacher, labels; the teacher is surer of itself, as trained teachers are."""
    generator = np.random.default_rng(seed)
    student, teacher = generator.normal(size=(2, B, classes)).astype(np.float32)
    return torch.tensor(student), torch.tensor(4 * teacher), torch.tensor(generator.integers(0, classes, B))


def gradient(T, squared=True):
    student, teacher, _ = logits()
    student.requires_grad_()
    loss = kd_loss(student, teacher, temperature=T) / (1 if squared else T**2)
    return torch.autograd.grad(loss, student)[0].norm().item()


@pytest.mark.parametrize("T", [0.5, 1, 3, 20])
def test_the_soft_term_is_a_divergence(T):
    student, teacher, _ = logits()
    assert kd_loss(student, teacher, temperature=T) > 0
    assert kd_loss(teacher, teacher, temperature=T) == 0
    # softmax does not see a constant added to all logits; T² times float32's 1e-7 on logits near 10
    assert torch.allclose(kd_loss(student + 5, teacher - 3, temperature=T), kd_loss(student, teacher, temperature=T))


def test_the_gradient_keeps_its_size_from_t_1_to_20():
    sizes = [gradient(T) for T in (1, 2, 3, 5, 10, 20)]
    assert max(sizes) / min(sizes) < 2


def test_the_published_mistake_without_t_squared_lets_the_teacher_fade():
    assert gradient(1, squared=False) / gradient(20, squared=False) > 100


@pytest.mark.parametrize("T", [1, 3, 20])
def test_the_gradient_is_t_times_the_difference_of_the_probabilities(T):
    student, teacher, _ = logits()
    student.requires_grad_()
    found = torch.autograd.grad(kd_loss(student, teacher, temperature=T), student)[0]
    formula = T * ((student / T).softmax(1) - (teacher / T).softmax(1)) / len(student)
    assert torch.allclose(found, formula, atol=T * 1e-7)  # float32 rounding of probabilities, times T


@pytest.mark.parametrize("B, classes", [(1, 2), (8, 10), (5, 100)])
@pytest.mark.parametrize("T, alpha", [(1, 0.5), (3, 0.7), (4, 0.0), (20, 1.0)])
def test_equals_torchs_terms_put_together(B, classes, T, alpha):
    student, teacher, labels = logits(B, classes)
    soft = F.kl_div(F.log_softmax(student / T, 1), F.softmax(teacher / T, 1), reduction="batchmean")
    oracle = alpha * T**2 * soft + (1 - alpha) * F.cross_entropy(student, labels)
    assert torch.allclose(kd_loss(student, teacher, labels, T, alpha), oracle, rtol=1e-5)  # float32 sums
    assert torch.allclose(kd_loss(student, teacher, temperature=T), T**2 * soft, rtol=1e-5)


def test_the_published_mistake_of_a_mean_over_classes_is_ten_times_too_small():
    student, teacher, _ = logits()
    each = F.kl_div(F.log_softmax(student / 3, 1), F.softmax(teacher / 3, 1), reduction="none")
    assert torch.allclose(kd_loss(student, teacher), 10 * 3**2 * each.mean(), rtol=1e-5)  # reduction="mean"


def test_torch_still_warns_that_mean_divides_by_the_classes_too():
    """When this fails, torch has changed `mean`: lesson 08 (four losses, exercise 5) and its check must say so."""
    student, teacher, _ = logits()
    log_q, p = F.log_softmax(student, 1), F.softmax(teacher, 1)
    with pytest.warns(UserWarning, match="'mean' will be changed to behave the same as 'batchmean' in the next major"):
        mean = F.kl_div(log_q, p, reduction="mean")
    assert torch.allclose(10 * mean, F.kl_div(log_q, p, reduction="batchmean"))  # ten classes


@pytest.mark.parametrize("B, classes", [(1, 2), (8, 10)])
@pytest.mark.parametrize("T, alpha", [(0.5, 1.0), (1, 0.5), (4, 0.7)])
def test_the_reverse_divergence_is_torchs_with_the_sides_exchanged(B, classes, T, alpha):
    student, teacher, labels = logits(B, classes)
    soft = F.kl_div(F.log_softmax(teacher / T, 1), F.softmax(student / T, 1), reduction="batchmean")
    oracle = alpha * T**2 * soft + (1 - alpha) * F.cross_entropy(student, labels)
    assert torch.allclose(kd_loss(student, teacher, labels, T, alpha, reverse=True), oracle, rtol=1e-5)  # float32 sums


@pytest.mark.parametrize("T", [1, 3, 20])
def test_the_reverse_gradient_is_the_students_own_weighing_of_the_log_ratios(T):
    """T q (ln (q / p) - KL) / B: a class that the student does not name does not pull, whatever the teacher says."""
    student, teacher, _ = logits()
    student.requires_grad_()
    found = torch.autograd.grad(kd_loss(student, teacher, temperature=T, reverse=True), student)[0]
    log_q, log_p = F.log_softmax(student / T, 1), F.log_softmax(teacher / T, 1)
    ratios = log_q - log_p
    kl = (log_q.exp() * ratios).sum(1, keepdim=True)
    assert torch.allclose(found, T * log_q.exp() * (ratios - kl) / len(student), atol=T * 1e-6)  # float32


def test_what_the_teacher_rules_out_costs_the_reverse_and_what_the_student_leaves_out_the_forward():
    two, one, spread = (torch.log(torch.tensor([p])) for p in ([0.495, 0.495, 0.01], [0.98, 0.01, 0.01], [1 / 3] * 3))
    forward = [kd_loss(student, two, temperature=1).item() for student in (one, spread)]
    reverse = [kd_loss(student, two, temperature=1, reverse=True).item() for student in (one, spread)]
    assert forward[0] > forward[1] and reverse[0] < reverse[1]
    assert kd_loss(two, two, reverse=True) == 0


def test_reverse_is_true_or_false():
    student, teacher, _ = logits()
    with pytest.raises((TypeError, ValueError), match="reverse must be True or False"):
        kd_loss(student, teacher, reverse="yes")


def test_a_sure_teacher_does_not_overflow_in_reverse():
    sure = torch.tensor([[1e4, 0.0, -1e4]])
    assert kd_loss(sure, sure, temperature=0.01, reverse=True) == 0
    assert torch.isfinite(kd_loss(-sure, sure, reverse=True))


def test_a_batch_repeated_has_the_same_loss():
    twice = [torch.cat([tensor, tensor]) for tensor in logits()]
    assert torch.allclose(kd_loss(*twice), kd_loss(*logits()))


def test_no_gradient_reaches_the_teacher():
    student, teacher, labels = logits()
    loss = kd_loss(student.requires_grad_(), teacher.requires_grad_(), labels)
    loss.backward()
    assert student.grad is not None and teacher.grad is None


def test_numpy_in_numpy_out():
    student, teacher, labels = logits()
    result = kd_loss(student.numpy(), teacher.numpy(), labels.numpy().astype(np.int32))
    assert isinstance(result, np.ndarray | np.floating) and result == kd_loss(student, teacher, labels).numpy()


def test_sure_teachers_do_not_overflow():
    sure = torch.tensor([[1e4, 0.0, -1e4]])
    assert kd_loss(sure, sure, temperature=0.01) == 0
    assert torch.isfinite(kd_loss(-sure, sure))


def teachers(count=3):
    return [logits(seed=seed)[1] for seed in range(count)]


def test_one_teacher_or_the_same_one_twice_is_plain_distillation():
    student, teacher, labels = logits()
    for several in ([teacher], [teacher, teacher]):
        assert torch.allclose(multi_teacher_loss(student, several, labels), kd_loss(student, teacher, labels))
    lone = multi_teacher_loss(student, teachers(2), labels, shares=[0, 1])
    assert torch.allclose(lone, kd_loss(student, teachers(2)[1], labels))


@pytest.mark.parametrize("shares", [None, [0.2, 0.3, 0.5]])
@pytest.mark.parametrize("T", [1, 4])
def test_several_teachers_are_a_mixture_of_probabilities(shares, T):
    student, _, labels = logits()
    p = sum(a * F.softmax(t / T, 1) for a, t in zip(shares or [1 / 3] * 3, teachers(), strict=True))
    soft = T**2 * F.kl_div(F.log_softmax(student / T, 1), p, reduction="batchmean")
    oracle = 0.7 * soft + 0.3 * F.cross_entropy(student, labels)
    found = multi_teacher_loss(student, teachers(), labels, T, shares=shares)
    assert torch.allclose(found, oracle, rtol=1e-5)


def test_the_published_mistake_of_a_mean_of_logits_lets_the_loudest_teacher_overrule():
    calm, loud = torch.tensor([[2.0, 0, 0]]), torch.tensor([[0, 40.0, 0]])
    mixture = (F.softmax(calm, 1) + F.softmax(loud, 1)) / 2
    mean_of_logits = F.softmax((calm + loud) / 2, 1)
    assert mixture[0, 0] > 0.35 and mean_of_logits[0, 0] < 1e-6
    student = mixture.log().requires_grad_()
    loss = multi_teacher_loss(student, [calm, loud], temperature=1.0)
    assert loss.abs() < 1e-6 and torch.autograd.grad(loss, student)[0].abs().max() < 1e-6


def test_several_teachers_in_reverse_are_the_same_mixture():
    student, _, _ = logits()
    mixed = (sum(F.softmax(t, 1) for t in teachers()) / 3).log()
    found = multi_teacher_loss(student, teachers(), temperature=1.0, reverse=True)
    assert torch.allclose(found, kd_loss(student, mixed, temperature=1.0, reverse=True), rtol=1e-5)  # float32 sums


def test_the_parts_add_up():
    student, teacher, labels = logits()
    parts = kd_terms(student, [teacher], labels)
    assert list(parts) == ["soft", "hard"] and torch.equal(sum(parts.values()), kd_loss(student, teacher, labels))
    assert torch.allclose(parts["hard"], 0.3 * F.cross_entropy(student, labels))
    numpy = multi_teacher_loss(student.numpy(), [teacher.numpy()], labels.numpy())
    assert np.allclose(numpy, kd_loss(student, teacher, labels))


@pytest.mark.parametrize("shares", [[0.5, 0.6], [1.0], [1.5, -0.5], [float("nan"), 1.0]])
def test_shares_must_be_a_distribution(shares):
    with pytest.raises(ValueError, match="shares must be 2 numbers of at least 0 that sum to 1"):
        multi_teacher_loss(S, [T, T], shares=shares)
    with pytest.raises(ValueError, match="at least one teacher"):
        multi_teacher_loss(S, [])


S, T, Y = logits()


@pytest.mark.parametrize(
    "arguments, hint",
    [
        ((S, T[:4]), "one shape"),
        ((S[0], T[0]), "one shape"),
        ((S[:0], T[:0]), "one shape"),
        ((S.log(), T), "student_logits must be finite"),
        ((S, T / 0), "teacher_logits must be finite"),
        ((S, T, Y[:4]), "labels must be 8"),
        ((S, T, Y + 9), "0 to 9"),
        ((S, T, Y - 9), "0 to 9"),
        ((S, T, Y.float()), "whole numbers"),
        ((S, T, Y, 0), "temperature must be"),
        ((S, T, Y, float("inf")), "temperature must be"),
        ((S, T, Y, float("nan")), "temperature must be"),
        ((S, T, Y, 3, 1.1), "alpha must be"),
        ((S, T, Y, 3, -0.1), "alpha must be"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, hint):
    with pytest.raises(ValueError, match=hint):
        kd_loss(*arguments)


def test_numpy_and_torch_may_be_mixed_and_labels_be_a_list():
    student, teacher = torch.tensor([[2.0, 1.0, 0.0]]), np.float32([[4, 2, 0]])
    expected = float(kd_loss(student, torch.as_tensor(teacher), torch.tensor([0])))
    assert (
        float(kd_loss(student, teacher, [0])) == float(kd_loss(student.numpy(), torch.tensor(teacher), [0])) == expected
    )
    assert float(multi_teacher_loss(student, [teacher], np.array([0]))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("student, teacher", [("ab", [[2.0, 1.0]]), (torch.zeros(1, 2), None), ([["a"]], [[1.0]])])
def test_logits_that_are_no_arrays_are_refused_by_name(student, teacher):
    with pytest.raises(TypeError, match="(student|teacher)_logits must (be a numpy array or a torch tensor|hold real)"):
        kd_loss(student, teacher)


def test_lists_and_objects_are_logits_as_well():
    student, teacher = torch.tensor([[1.0, 2.0]]), torch.tensor([[2.0, 1.0]])
    expected = kd_loss(student, teacher, [0])
    objects = SimpleNamespace(logits=student), SimpleNamespace(logits=teacher)
    assert torch.equal(kd_loss(*objects, [0]), expected)
    assert kd_loss(student.tolist(), teacher.tolist(), [0]) == pytest.approx(float(expected))


SHAPES = {"tokens": ((2, 5, 4), (2, 5)), "pictures": ((2, 4, 3, 6), (2, 3, 6))}


@pytest.mark.parametrize("logits, places", SHAPES.values(), ids=SHAPES)
def test_an_answer_for_each_place_is_the_mean_over_the_places_that_count(logits, places):
    generator = torch.Generator().manual_seed(3)
    student, teacher = (torch.randn(logits, generator=generator) for _ in range(2))
    labels = torch.randint(4, places, generator=generator)
    labels[0, :2] = -100
    flat = [x.movedim(1 if x.ndim == 4 else -1, -1).reshape(-1, 4) for x in (student, teacher)]
    counts = labels.flatten() != -100
    expected = kd_loss(*(x[counts] for x in flat), labels.flatten()[counts])
    torch.testing.assert_close(kd_loss(student, teacher, labels), expected)
    torch.testing.assert_close(kd_loss(student, teacher), kd_loss(*flat))
    other = labels.where(labels != -100, torch.tensor(255))
    torch.testing.assert_close(kd_loss(student, teacher, other, ignore_index=255), expected)


def test_labels_that_do_not_fit_the_places_are_refused_in_a_line():
    logits = torch.zeros(2, 4, 8, 8)
    for labels in (torch.zeros(2, 8), torch.full((2, 8, 8), 4), torch.full((2, 8, 8), -1), torch.zeros(2, 8, 8)):
        with pytest.raises(ValueError, match=r"labels must be \(2, 8, 8\) whole numbers from 0 to 3") as told:
            kd_loss(logits, logits, labels)
        assert len(str(told.value)) < 160
    with pytest.raises(ValueError, match="labels hold no place that counts"):
        kd_loss(logits, logits, torch.full((2, 8, 8), -100))


def test_mirrored_and_foreign_arrays_have_the_loss_of_plain_ones():
    student, teacher, labels = np.eye(4, 3), np.ones((4, 3)), np.array([0, 1, 2, 0])
    plain = kd_loss(student[::-1].copy(), teacher, labels[::-1].copy())
    assert kd_loss(student[::-1], teacher.astype(">f8"), labels.astype(">i8")[::-1]) == plain
