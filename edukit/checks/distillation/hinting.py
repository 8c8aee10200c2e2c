"""Exercise on features: a 1x1 adapter from the student's channels to the teacher's, and the squared distance.

Well-known mistakes  a sum instead of a mean; features of other channels compared as they are; an adapter that mixes
places; the teacher adapted to the student
"""

import numpy as np

from edukit.checks.verdict import Exercise


def hint_loss(student, teacher, adapter):
    """mean (A s - t)²: student (B, C, H, W), teacher (B, D, H, W), adapter (D, C), the weights of a 1x1 convolution."""
    adapted = np.einsum("dc,bchw->bdhw", adapter, student)
    return np.square(adapted - teacher).mean()


def _wrong(distance, adapt=lambda s, A: np.einsum("dc,bchw->bdhw", A, s)):
    return lambda student, teacher, adapter: distance(adapt(student, adapter) - teacher)


def _mean(difference):
    return np.square(difference).mean()


def _question(B, C, D, H, W, seed):
    random = np.random.default_rng(seed)
    return random.normal(size=(B, C, H, W)), random.normal(size=(B, D, H, W)), random.normal(size=(D, C))


def _show(arguments, expected, got):
    student, teacher, _ = arguments
    return f"features {student.shape} and {teacher.shape}: {expected:.4f}, yours {float(got):.4f}"


HINT = Exercise(
    hint_loss,
    [
        (np.array([[[[1.0]], [[2.0]]]]), np.array([[[[2.0]], [[0.0]], [[1.0]]]]), np.array([[1.0, 1], [0, 1], [2, 0]])),
        _question(2, 3, 3, 4, 2, 0),
        _question(3, 2, 2, 2, 2, 1),
        _question(4, 2, 5, 3, 3, 2),
    ],
    {
        "sum": (
            _wrong(lambda d: np.square(d).sum()),
            "a sum grows with the image, the channels and the batch: take the mean over all of them",
        ),
        "over the batch": (
            _wrong(lambda d: np.square(d).sum((1, 2, 3)).mean()),
            "the mean runs over the images only: a wide layer would drown the answers, so take it over everything",
        ),
        "absolute": (
            _wrong(lambda d: np.abs(d).mean()),
            "those are absolute differences: a hint takes their squares",
        ),
        "square of the mean": (
            _wrong(lambda d: np.square(d.mean())),
            "the mean comes before the square: then errors of both signs cancel",
        ),
        "root": (
            _wrong(lambda d: np.sqrt(np.square(d).mean())),
            "no root here: its gradient would grow without bound where student and teacher agree",
        ),
        "half": (
            _wrong(lambda d: np.square(d).mean() / 2),
            "half of it: the paper's 1/2 is left out here, the weight of the hint takes its place",
        ),
        "no adapter": (
            _wrong(_mean, lambda s, A: s[:, np.arange(len(A)) % s.shape[1]]),
            "the adapter was not used: channel 3 of the student need not mean what channel 3 of the teacher means",
        ),
        "normalized": (
            _wrong(_mean, lambda s, A: np.einsum("dc,bchw->bdhw", A / np.abs(A).sum(1, keepdims=True), s)),
            "the adapter's rows were normalized: its weights are learned, and are used as they are",
        ),
        "pooled": (
            lambda s, t, A: np.square(s.mean((2, 3)) @ A.T - t.mean((2, 3))).mean(),
            "the places were averaged before they were compared: a hint says at each place what is there",
        ),
    },
    "A s beside t at every place: A learns with the student, and is thrown away afterwards",
    show=_show,
    hints=(
        "One feature is too large by 1, another too small by 1. What does the function say?",
        "Two operations stand in the wrong order.",
        "The squares of single features are never negative, so they cannot cancel in a mean.",
    ),
)
