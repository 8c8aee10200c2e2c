"""Exercise on the distillation loss, as it is printed in articles and asked about in issues.

Well-known mistakes  no T²; a mean over the classes as well; probabilities where logarithms belong; alpha on the wrong
side; a temperature on one side only; the divergence turned round
"""

import torch
from torch.nn import functional as F

from edukit.checks.verdict import Exercise, alike


def kd_loss(student_logits, teacher_logits, labels, temperature, alpha):
    """alpha T² KL(teacher ‖ student) + (1 - alpha) CE(student, labels), a mean over the batch; torch tensors."""
    p = F.softmax(teacher_logits / temperature, dim=1)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    soft = temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
    return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, labels)


def _wrong(soft=None, hard=F.cross_entropy, share=lambda alpha: (alpha, 1 - alpha)):
    """A loss with another soft term (student, teacher, T), another hard one (student, labels), other shares."""

    def loss(student_logits, teacher_logits, labels, temperature, alpha):
        a, b = share(alpha)
        taught = (soft or _soft)(student_logits, teacher_logits, temperature)
        return a * taught + b * hard(student_logits, labels)

    return loss


def _soft(s, t, T, log_q=None, p=None, factor=lambda T: T**2, reduction="batchmean"):
    log_q = F.log_softmax(s / T, 1) if log_q is None else log_q
    p = F.softmax(t / T, 1) if p is None else p
    return factor(T) * F.kl_div(log_q, p, reduction=reduction)


def _hard_at_temperature(student_logits, teacher_logits, labels, temperature, alpha):
    hard = F.cross_entropy(student_logits / temperature, labels)
    return alpha * _soft(student_logits, teacher_logits, temperature) + (1 - alpha) * hard


def _square_on_both(student_logits, teacher_logits, labels, temperature, alpha):
    soft = _soft(student_logits, teacher_logits, temperature, factor=lambda T: 1)
    return temperature**2 * (alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, labels))


def _question(B, classes, temperature, alpha, seed, scale=3.0):
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (scale * torch.randn(B, classes, generator=generator, dtype=torch.float64) for _ in range(2))
    return student.requires_grad_(), teacher, torch.arange(B) % classes, temperature, alpha


def _show(arguments, expected, got):
    student, _, _, temperature, alpha = arguments
    shape = "x".join(map(str, student.shape))
    if alike(expected, got):
        right, yours = (_pull(loss).flatten()[0] for loss in (expected, got))
        return f"the value is right, the gradient is not: {right:.4g} for the first logit, yours {yours:.4g}"
    return f"logits {shape}, T = {temperature}, alpha = {alpha}: {expected.item():.4f}, yours {float(got):.4f}"


def _same_loss_and_gradient(_, expected, got) -> bool:
    """The same value, and the same pull on the student's logits."""
    if not (torch.is_tensor(got) and got.requires_grad and alike(expected, got)):
        return False
    right = _pull(expected)
    return torch.allclose(_pull(got), right, rtol=1e-2, atol=1e-4 * right.abs().max().item())  # it may be float32


def _pull(loss):
    """The gradient of a loss for the logits that it was made of."""
    (logits,) = _leaves(loss.grad_fn)
    return torch.autograd.grad(loss, logits, retain_graph=True)[0]


def _leaves(node) -> set:
    """The tensors in which the gradients of a graph end."""
    if hasattr(node, "variable"):
        return {node.variable}
    return set().union(*(_leaves(before) for before, _ in node.next_functions if before is not None))


KD_LOSS = Exercise(
    kd_loss,
    [
        _question(2, 3, 4.0, 0.7, 0),
        _question(5, 4, 3.0, 0.9, 1),
        _question(1, 10, 20.0, 0.3, 2),
        _question(4, 10, 1.0, 0.6, 3),
        _question(3, 2, 0.5, 1.0, 4),
        _question(3, 5, 2.0, 0.0, 5),
        _question(2, 4, 2.0, 0.5, 6, scale=3000.0),
    ],
    {
        "a plain number": (
            lambda *question: kd_loss(*question).item(),
            "the value is right, but its gradient does not flow back: return the tensor, without .item() and .detach()",
        ),
        "no T²": (
            _wrong(lambda s, t, T: _soft(s, t, T, factor=lambda T: 1)),
            "T² is missing: the teacher's gradient shrinks like 1 / T², so at a high temperature it has no say",
        ),
        "T": (
            _wrong(lambda s, t, T: _soft(s, t, T, factor=lambda T: T)),
            "the soft part is multiplied by T: the gradient shrinks twice, once for each softmax, so it takes T²",
        ),
        "mean over the classes": (
            _wrong(lambda s, t, T: _soft(s, t, T) / s.shape[1]),
            'reduction="mean" also divides by the number of classes: a divergence is a sum over them, "batchmean"',
        ),
        "mean and no T²": (
            _wrong(lambda s, t, T: _soft(s, t, T, factor=lambda T: 1) / s.shape[1]),
            'two things are wrong: T² is missing, and reduction="mean" also divides by the number of classes',
        ),
        "sum": (
            _wrong(lambda s, t, T: _soft(s, t, T, reduction="sum")),
            "the soft part is a sum over the batch, the hard part a mean: then alpha depends on the batch size",
        ),
        "no logarithm": (
            _wrong(lambda s, t, T: _soft(s, t, T, log_q=F.softmax(s / T, 1))),
            "kl_div wants the student's log probabilities: log_softmax, not softmax; it cannot tell and does not warn",
        ),
        "turned round": (
            _wrong(lambda s, t, T: _soft(t, s, T)),
            "the two sides are exchanged: the student's logarithms come first, the teacher's probabilities second",
        ),
        "alpha on the wrong side": (
            _wrong(share=lambda alpha: (1 - alpha, alpha)),
            "alpha is on the wrong side: here it is the teacher's share, and 1 - alpha the labels'",
        ),
        "temperature on the teacher only": (
            _wrong(lambda s, t, T: _soft(s, t, T, log_q=F.log_softmax(s, 1))),
            "only the teacher has a temperature: then a perfect student would have to answer as softly as that",
        ),
        "temperature on the student only": (
            _wrong(lambda s, t, T: _soft(s, t, T, p=F.softmax(t, 1))),
            "only the student has a temperature: both are softened, or their ratios cannot be compared",
        ),
        "hard part softened": (
            _hard_at_temperature,
            "the labels are compared at temperature T too: the hard part is the plain cross entropy",
        ),
        "T² on both": (
            _square_on_both,
            "T² multiplies the labels' part too: only the soft part shrinks with T",
        ),
        "cross entropy": (
            _wrong(lambda s, t, T: -(T**2) * (F.softmax(t / T, 1) * F.log_softmax(s / T, 1)).sum(1).mean()),
            "that is the cross entropy with the soft labels: the gradient is right, but it is not 0 for a student "
            "that agrees",
        ),
    },
    "both parts in balance at every temperature: that is the loss of Hinton, Vinyals and Dean",
    agree=_same_loss_and_gradient,
    show=_show,
    hints=(
        "Compare it with the four losses above. Two of their errors are in it.",
        'What does `reduction="mean"` divide by, and what should it divide by?',
        "What keeps the soft part as loud as the hard one when the temperature rises?",
    ),
)
