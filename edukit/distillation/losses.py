"""Distillation losses: a small network learns from the teacher's probabilities of all classes.

    L = α T² KL(p ‖ q) + (1 - α) CE(student, labels)        p = softmax(teacher / T)    q = softmax(student / T)
    several teachers                                        p = Σ_i a_i softmax(teacher_i / T)
    reverse=True: T² KL(q ‖ p) in place of T² KL(p ‖ q)     KL(p ‖ q) = Σ p ln (p / q)

Several teachers are mixed by their probabilities, not by their logits: in a mean of logits the teacher with the
largest numbers overrules the others. The gradient of T² KL with respect to the student's logits is T (q - p) / B. As
q - p shrinks like 1/T, T² keeps its size (within a factor of 2 from T = 1 to 20); without T² the teacher fades away
as T grows.

KL(p ‖ q) is large where the teacher says p > 0 and the student q ≈ 0: the student covers all that the teacher says.
KL(q ‖ p) is large where the student says q > 0 and the teacher p ≈ 0: the student avoids what the teacher rules out.
Both are 0 for a student that agrees; they differ for one that cannot (`peaks.py` shows where each of them ends).

Symbols   T temperature, above 1 it lifts the small probabilities, where the teacher says which classes look alike
          α alpha, the teacher's weight against the labels' · KL Kullback-Leibler divergence · CE cross entropy
          a_i shares of the teachers, Σ a_i = 1
Shapes    logits (B, classes), labels (B,); KL and CE are means over the batch B, never over the classes. Where there is
          an answer for each place, (B, T, classes) or (B, classes, H, W), they are means over the places that count
Bound     KL >= 0, and 0 only where p = q
Source    Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 2;
          Gu et al. 2023 (MiniLLM), https://arxiv.org/abs/2306.08543, section 2.1 (reverse)
In production  torch.nn.KLDivLoss(reduction="batchmean") times T²
"""

import math

import numpy as np
import torch
from torch.nn import functional as F

from edukit.checked import check_several, checked
from edukit.inputs import for_torch
from edukit.refuse import (
    Array,
    check_array,
    check_flag,
    check_number,
    check_positive,
    check_real,
    check_whole,
    is_finite,
)
from edukit.training.labelled import IGNORED, by_place, class_axis


@checked
def kd_loss(
    student_logits: Array,
    teacher_logits: Array,
    labels: Array | None = None,
    temperature=3.0,
    alpha=0.7,
    *,
    ignore_index: int = IGNORED,
    reverse: bool = False,
) -> Array:
    """The distillation loss of a batch, a scalar; no gradient reaches the teacher.

    logits        arrays, lists, or objects that hold them as `logits`
    labels        whole numbers (B,), one for each place, or None for T² KL alone, the teacher without labels
    ignore_index  the label of places that count for neither part
    temperature   above 0
    alpha         0 (labels only) to 1 (teacher only)
    reverse       whether the soft part is the student's divergence from the teacher, KL(q ‖ p)
    Raises ValueError for other values, logits of unequal shapes and NaN, TypeError for logits that are no arrays.

    >>> teacher, student = np.float32([[4, 2, 0]]), np.float32([[2, 1, 0]])
    >>> round(float(kd_loss(student, teacher, np.array([0]))), 2), round(float(kd_loss(teacher, teacher)), 2)
    (0.32, 0.0)
    """
    how = dict(ignore_index=ignore_index, reverse=reverse)
    terms = kd_terms(student_logits, [teacher_logits], labels, temperature, alpha, **how)
    return _like(student_logits, sum(terms.values()))


@checked
def multi_teacher_loss(
    student_logits: Array,
    teachers_logits: list[Array],
    labels=None,
    temperature=3.0,
    alpha=0.7,
    *,
    shares=None,
    reverse: bool = False,
) -> Array:
    """`kd_loss` with the mean of several teachers' probabilities as the soft label.

    teachers_logits   a list of (B, classes), one for each teacher
    shares            how much each of them counts, at least 0 and 1 in all; None: all alike
    Raises ValueError for other shares, no teacher, and whatever `kd_loss` refuses.

    >>> one, other, student = np.float32([[9, 0]]), np.float32([[0, 9]]), np.float32([[1, 1]])
    >>> round(float(multi_teacher_loss(student, [one, other])), 2)  # they disagree: fifty-fifty is what they teach
    0.0
    """
    terms = kd_terms(student_logits, teachers_logits, labels, temperature, alpha, shares=shares, reverse=reverse)
    return _like(student_logits, sum(terms.values()))


def kd_terms(
    student_logits,
    teachers_logits,
    labels=None,
    temperature=3.0,
    alpha=0.7,
    *,
    shares=None,
    ignore_index=IGNORED,
    reverse=False,
) -> dict:
    """The parts of the loss, {"soft": …, "hard": …}, which add up to it; "soft" alone, and whole, without labels.

    >>> list(kd_terms(torch.zeros(1, 2), [torch.zeros(1, 2)], torch.tensor([0])))
    ['soft', 'hard']
    """
    check_temperature_and_alpha(temperature, alpha)
    check_flag(reverse, "reverse")
    temperature = float(temperature)
    shares = checked_shares(shares, len(teachers_logits))
    student_logits = _as_tensor(student_logits, "student_logits")
    teachers_logits = [_as_tensor(logits, "teacher_logits") for logits in teachers_logits]
    for teacher_logits in teachers_logits:
        _check_logits(student_logits, teacher_logits)
    check_whole(ignore_index, "ignore_index", -(2**63), 2**63 - 1)
    if labels is not None:
        check_real(labels, "labels")
        labels = labels if isinstance(labels, torch.Tensor) else torch.as_tensor(for_torch(np.asarray(labels)))
        _check_labels(labels, student_logits, ignore_index)
    teachers_logits = [by_place(logits, labels, ignore_index)[0] for logits in teachers_logits]
    student_logits, labels = by_place(student_logits, labels, ignore_index)
    log_p = torch.stack(
        [
            F.log_softmax(logits.detach() / temperature, dim=1) + math.log(share)
            for logits, share in zip(teachers_logits, shares, strict=True)
            if share
        ]
    ).logsumexp(0)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    soft = temperature**2 * (_divergence(log_q, log_p) if reverse else _divergence(log_p, log_q))
    if labels is None:
        return {"soft": soft}
    return {"soft": alpha * soft, "hard": (1 - alpha) * F.cross_entropy(student_logits, labels.long())}


def _divergence(log_p, log_q) -> torch.Tensor:
    """KL(p ‖ q) of log probabilities (B, classes), a mean over the batch."""
    return (log_p.exp() * (log_p - log_q)).sum(1).mean()


def checked_shares(shares, teachers: int) -> list[float]:
    """The share of each teacher; equal ones for None. ValueError unless they are at least 0 and 1 in all.

    >>> checked_shares(None, 4)
    [0.25, 0.25, 0.25, 0.25]
    """
    if not teachers:
        raise ValueError("teachers_logits must hold at least one teacher, got none")
    shares = [1 / teachers] * teachers if shares is None else _numbers(shares)
    if len(shares) != teachers or min(shares) < 0 or not math.isclose(sum(shares), 1, rel_tol=1e-6):
        raise ValueError(f"shares must be {teachers} numbers of at least 0 that sum to 1, got {shares}")
    return shares


def _numbers(shares) -> list[float]:
    check_several(shares, "shares")
    for share in shares:
        check_number(share, "shares")
    return [float(share) for share in shares]


def check_temperature_and_alpha(temperature: float, alpha: float) -> None:
    """Raise a ValueError that names the argument unless 0 < temperature < infinity and 0 <= alpha <= 1."""
    check_positive(temperature, "temperature")
    check_number(alpha, "alpha")
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be 0 to 1, got {alpha!r}")


def _as_tensor(logits, name) -> torch.Tensor:
    logits = getattr(logits, "logits", logits)
    if isinstance(logits, list):
        check_real(logits, name)
        logits = np.asarray(logits, np.float32)
    check_array(logits, name)
    return torch.as_tensor(for_torch(logits) if isinstance(logits, np.ndarray) else logits)


def _like(student_logits, loss):
    """A tensor for tensors, a number of numpy for all others."""
    return loss if isinstance(getattr(student_logits, "logits", student_logits), torch.Tensor) else loss.numpy()


def _check_logits(student, teacher) -> None:
    if student.ndim < 2 or student.shape != teacher.shape or student.numel() == 0:
        shapes = f"{tuple(student.shape)} and {tuple(teacher.shape)}"
        raise ValueError(f"student_logits and teacher_logits must have one shape (B, classes), got {shapes}")
    for name, logits in (("student_logits", student), ("teacher_logits", teacher)):
        if not is_finite(logits):
            raise ValueError(f"{name} must be finite, got NaN or infinity")


def _check_labels(labels, logits, ignore_index) -> None:
    axis = class_axis(logits) % logits.ndim
    shape = (*logits.shape[:axis], *logits.shape[axis + 1 :])
    classes = logits.shape[axis]
    counts = labels[labels != ignore_index]
    wrong = labels.is_floating_point() or counts.numel() and (counts.min() < 0 or counts.max() >= classes)
    if labels.shape != shape or wrong:
        rows = shape[0] if len(shape) == 1 else f"{shape}"
        allowed = f"{rows} whole numbers from 0 to {classes - 1}, or {ignore_index} where none counts"
        raise ValueError(f"labels must be {allowed}, got {_first_values(labels)}")


def _first_values(labels) -> str:
    """The first few labels, for a message."""
    few = labels.reshape(-1)[:8].tolist()
    return f"{tuple(labels.shape)}: {', '.join(map(str, few))}{', …' if labels.numel() > 8 else ''}"
