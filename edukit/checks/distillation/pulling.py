"""Exercise on the gradient of the soft part: how strongly, and in which direction, a teacher pulls.

Well-known mistakes  the sign turned; T² forgotten or taken twice; the batch forgotten; the label instead of the teacher
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.distillation.soft import soft_gradient, soft_labels


def _difference(s, t, T):
    return soft_labels(s, T) - soft_labels(t, T)


def _question(B, classes, temperature, seed):
    random = np.random.default_rng(seed)
    return random.normal(0, 3, (B, classes)), random.normal(0, 3, (B, classes)), temperature


def _show(arguments, expected, got):
    student, _, temperature = arguments
    got = np.asarray(got)
    if got.shape != expected.shape:
        return f"one number for each logit, {expected.shape}, yours is {got.shape}"
    row = int(np.argmax(~np.isclose(got, expected, rtol=1e-5, atol=0).all(1)))
    numbers = [", ".join(f"{v:.3f}" for v in answer[row][:4]) for answer in (expected, got)]
    size = f"{len(student)} row{'s' * (len(student) > 1)}"
    return f"{size} of {student.shape[1]}, T = {temperature:g}, row {row} begins {numbers[0]}, yours {numbers[1]}"


def _gradient_by_hand(student_logits, teacher_logits, temperature):
    """The gradient of T² KL(p ‖ q), a mean over the rows, with respect to the student's logits."""
    q = soft_labels(student_logits, temperature)
    p = soft_labels(teacher_logits, temperature)
    return temperature * (q - p) / len(q)


GRADIENT = Exercise(
    soft_gradient,
    [
        (np.zeros((1, 4)), np.log([[256.0, 16.0, 1.0, 1.0]]), 4.0),
        _question(3, 4, 2.0, 0),
        _question(1, 10, 20.0, 1),
        _question(5, 3, 0.5, 2),
        _question(2, 6, 1.0, 3),
        (np.float32([[200, 199, 0]]), np.float32([[-200, 1, 0]]), 1.0),
    ],
    {
        "sign": (
            lambda s, t, T: -T * _difference(s, t, T) / len(s),
            "the sign is turned: where the student says more than the teacher, the loss grows with its logit",
        ),
        "without T²": (
            lambda s, t, T: _difference(s, t, T) / T / len(s),
            "that is the gradient without T²: T² times 1 / T leaves T",
        ),
        "T cancelled": (
            lambda s, t, T: _difference(s, t, T) / len(s),
            "one T is missing: the loss has T², and dividing the logits by T takes away only one of them",
        ),
        "T²": (
            lambda s, t, T: T**2 * _difference(s, t, T) / len(s),
            "one T too many: dividing the student's logits by T brings a factor 1 / T (chain rule)",
        ),
        "no batch": (
            lambda s, t, T: T * _difference(s, t, T),
            "the loss is a mean over the rows: each of them pulls with 1 / B",
        ),
        "over the classes": (
            lambda s, t, T: T * _difference(s, t, T) / s.size,
            "divided by the number of classes as well: the divergence is a sum over them",
        ),
        "cold": (
            lambda s, t, T: T * _difference(s, t, 1.0) / len(s),
            "the probabilities are those at T = 1: divide both logits by T first",
        ),
        "label": (
            lambda s, t, T: T * (soft_labels(s, T) - np.eye(s.shape[1])[t.argmax(1)]) / len(s),
            "that pulls towards the teacher's first class only: q - p needs all of its probabilities",
        ),
        "logits": (
            lambda s, t, T: (s - t) / s.size,
            "that is where it tends to for large T, up to the means: at this temperature it takes q - p",
        ),
    },
    "T (q - p) / B: autograd finds the same, and the rows sum to 0",
    show=_show,
    shown=_gradient_by_hand,
    hints=(
        "For one image the formula stands in the lesson, under *Why the square?*",
        "A mean over B rows: each of them pulls with 1 / B. T² from the loss and 1 / T from the logits leave one T.",
        "Where the student says more than the teacher, the loss grows with that logit: which sign is it?",
    ),
)
