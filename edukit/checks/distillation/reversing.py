"""Exercise on the reverse divergence: the student's probabilities weigh the logarithms of the ratios.

Well-known mistakes  the forward one; the ratio turned round; the entropy left out; no T²; means over the classes
"""

import numpy as np

from edukit.checks.alike import as_numbers
from edukit.checks.verdict import Exercise
from edukit.distillation.soft import soft_labels


def reverse_kl(student_logits, teacher_logits, temperature):
    """T² KL(student ‖ teacher) of logits (B, classes), a mean over the rows."""
    q = soft_labels(student_logits, temperature)
    p = soft_labels(teacher_logits, temperature)
    return temperature**2 * (q * np.log(q / p)).sum(1).mean()


def _wrong(each, factor=lambda T: T**2, batch=np.mean, cold=(False, False)):
    """A loss with other terms (q, p) for each class, another factor, another way to join the rows."""

    def loss(student_logits, teacher_logits, temperature):
        q, p = (
            soft_labels(z, 1.0 if plain else temperature)
            for z, plain in zip((student_logits, teacher_logits), cold, strict=True)
        )
        return factor(temperature) * batch(each(q, p).sum(1))

    return loss


def _reverse(q, p):
    return q * np.log(q / p)


def _question(B, classes, temperature, seed, scale=3.0):
    student, teacher = np.random.default_rng(seed).normal(0, scale, (2, B, classes))
    return student, teacher, temperature


def _close(_, expected, got) -> bool:
    """One number; float32 keeps four digits of a small divergence times T²."""
    got = as_numbers(got)
    return got.shape == () and bool(np.isclose(got, expected, rtol=1e-4, atol=1e-6))


def _show(arguments, expected, got):
    student, _, temperature = arguments
    return f"logits {'x'.join(map(str, student.shape))}, T = {temperature:g}: {expected:.4f}, yours {float(got):.4f}"


REVERSE_KL = Exercise(
    reverse_kl,
    [
        (np.log([[2.0, 1.0, 1.0]]), np.log([[1.0, 1.0, 6.0]]), 1.0),
        _question(3, 4, 2.0, 0),
        _question(1, 10, 20.0, 1),
        _question(5, 3, 0.5, 2),
        _question(2, 2, 4.0, 3),
        (np.array([[200.0, 199.0, 0.0]]), np.array([[-200.0, 1.0, 0.0]]), 1.0),
        (np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([[3.0, 0.0], [0.0, 1.0]]), 3.0),
        (np.array([[1000.0, 999.0, 998.0]]), np.array([[-1000.0, -1001.0, -999.0]]), 1.0),
    ],
    {
        "forward": (
            _wrong(lambda q, p: p * np.log(p / q)),
            "that is the forward divergence, weighed by the teacher: here the student's q weighs",
        ),
        "ratio turned round": (
            _wrong(lambda q, p: q * np.log(p / q)),
            "the ratio is turned round: a divergence is never below 0, so it is q over p",
        ),
        "weighed by the teacher": (
            _wrong(lambda q, p: p * np.log(q / p)),
            "the ratio is right, and the teacher's p weighs it: in the reverse divergence the student's q does",
        ),
        "entropy left out": (
            _wrong(lambda q, p: -q * np.log(p)),
            "that is a cross entropy: without q ln q it is smallest for a student that says one class alone",
        ),
        "both directions": (
            _wrong(lambda q, p: (_reverse(q, p) + p * np.log(p / q)) / 2),
            "that is the mean of both directions: asked is the reverse one alone",
        ),
        "no T²": (
            _wrong(_reverse, factor=lambda T: 1),
            "T² is missing: this gradient shrinks with the temperature in the same way",
        ),
        "T": (
            _wrong(_reverse, factor=lambda T: T),
            "multiplied by T: as in the forward direction it takes T²",
        ),
        "sum over the batch": (
            _wrong(_reverse, batch=np.sum),
            "a sum over the rows grows with the batch: take the mean over them",
        ),
        "mean over the classes": (
            lambda s, t, T: reverse_kl(s, t, T) / s.shape[1],
            "a mean over the classes too: the divergence of a row is a sum over its classes",
        ),
        "cold": (
            _wrong(_reverse, cold=(True, True)),
            "both answers are those at T = 1: divide both logits by T",
        ),
        "teacher cold": (
            _wrong(_reverse, cold=(False, True)),
            "only the student has a temperature: both answers are softened",
        ),
        "student cold": (
            _wrong(_reverse, cold=(True, False)),
            "only the teacher has a temperature: both answers are softened",
        ),
        "one for each row": (
            lambda s, t, T: np.array([reverse_kl(s[i : i + 1], t[i : i + 1], T) for i in range(len(s))]),
            "one number for each row: take their mean",
        ),
    },
    "the student's own words are weighed: what it does not say costs nothing",
    agree=_close,
    show=lambda arguments, expected, got: _show(arguments, expected, as_numbers(got).mean()),
    hints=(
        "Take the forward divergence and exchange two letters. Which two?",
        "The student's probability weighs each logarithm; the ratio is its own over the teacher's.",
        "Sum over the classes, then the mean over the rows, and T² before it.",
    ),
)
