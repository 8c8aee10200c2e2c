"""Exercise on several teachers: whose probabilities does the student learn from?

Well-known mistakes  logits averaged, so that the loudest teacher decides; shares forgotten; votes instead of doubts
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.distillation.soft import soft_labels


def mixture(teachers_logits, shares, temperature):
    """The soft labels (B, classes) of teachers (teachers, B, classes): the weighted sum of their probabilities."""
    each = soft_labels(teachers_logits, temperature)
    return np.tensordot(shares, each, axes=1)


def _votes(z, shares, T):
    return np.tensordot(shares, np.eye(z.shape[-1])[z.argmax(-1)], axes=1)


def _geometric(z, shares, T):
    return np.exp(np.tensordot(shares, np.log(soft_labels(z, T)), axes=1))


def _question(teachers, B, classes, shares, temperature, seed):
    logits = np.random.default_rng(seed).normal(0, 3, (teachers, B, classes))
    return logits, np.array(shares), temperature


def _show(arguments, expected, got):
    logits, shares, temperature = arguments
    got = np.asarray(got)
    if got.shape != expected.shape:
        return f"{len(logits)} teachers of shape {expected.shape} give one answer of that shape, yours is {got.shape}"
    row = int(np.argmax(~np.isclose(got, expected, rtol=1e-5, atol=0).all(1)))
    numbers = [", ".join(f"{v:.3f}" for v in answer[row]) for answer in (expected, got)]
    words = " and ".join(f"{share:g}" for share in shares)
    return f"shares {words}, T = {temperature:g}, row {row}: {numbers[0]}, yours {numbers[1]}"


MIXTURE = Exercise(
    mixture,
    [
        (np.array([[[9.0, 0, 0]], [[0, 1.0, 0]]]), np.array([0.5, 0.5]), 1.0),
        _question(2, 3, 4, [0.25, 0.75], 3.0, 0),
        _question(3, 2, 5, [0.5, 0.3, 0.2], 4.0, 1),
        _question(1, 4, 3, [1.0], 2.0, 2),
        _question(2, 2, 3, [1.0, 0.0], 8.0, 3),
        (np.float32([[[200, 199, 0]], [[-200, 1, 0]]]), np.float32([0.5, 0.5]), 1.0),
    ],
    {
        "logits averaged": (
            lambda z, shares, T: soft_labels(np.tensordot(shares, z, axes=1), T),
            "the logits were averaged: a teacher with large logits overrules the others, so average probabilities",
        ),
        "shares forgotten": (
            lambda z, shares, T: soft_labels(z, T).mean(0),
            "every teacher counts alike: give each its share",
        ),
        "votes": (
            _votes,
            "the teachers' votes were counted: what they know beyond the first class is lost, mix their probabilities",
        ),
        "geometric": (
            _geometric,
            "the logarithms were averaged: one teacher that rules a class out would rule it out for all",
        ),
        "no temperature": (
            lambda z, shares, T: np.tensordot(shares, soft_labels(z, 1.0), axes=1),
            "the temperature is missing: divide the logits by T before the softmax",
        ),
        "temperature after the softmax": (
            lambda z, shares, T: np.tensordot(shares, soft_labels(z, 1.0) / T, axes=1),
            "the probabilities were divided by T: the temperature belongs to the logits",
        ),
        "shares on the logits": (
            lambda z, shares, T: soft_labels(shares[:, None, None] * z, T).mean(0),
            "the shares multiply the logits: then a small share is a high temperature, not a small weight",
        ),
        "first teacher only": (
            lambda z, shares, T: soft_labels(z, T)[0],
            "only the first teacher was asked",
        ),
        "axes mixed up": (
            lambda z, shares, T: np.tensordot(shares, np.exp(z / T) / np.exp(z / T).sum(0, keepdims=True), axes=1),
            "the softmax runs over the teachers: each teacher's own row over the classes has to sum to 1",
        ),
    },
    "probabilities mixed: a teacher that is not sure is heard, and one that shouts is not heard more",
    show=_show,
    hints=(
        "Which is mixed, the logits or the probabilities? A teacher that shouts should not be heard more.",
        "First the softmax of each teacher, at the temperature, then the mixture.",
        "Give `shares` two more axes, `shares[:, None, None]`, multiply, and sum over the first axis.",
    ),
)
