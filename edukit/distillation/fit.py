"""Train a student on a teacher's answers: the training loop of the kit with the distillation loss.

    for each batch (x, y):   student ← student - η ∇ [kd_loss(student(x), teacher(x), y) + features, if hints are given]

The teacher answers for the very images that the student sees, shifted ones included, so it runs once per batch.

Shapes    student and teachers map the same x to logits (B, classes), or to logits for each place, (B, T, classes) or
          (B, classes, H, W), or to an object that holds them as `logits`
Source    Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531
In production  the same loop; where images are not changed between epochs, the teacher's logits are computed once
"""

from contextlib import nullcontext

import torch
from torch import nn

from edukit.checked import checked
from edukit.distillation.features import Hints
from edukit.distillation.losses import check_temperature_and_alpha, checked_shares, kd_terms
from edukit.refuse import check_model
from edukit.signatures import passes_on
from edukit.training.evaluate import logits_of, predict
from edukit.training.labelled import as_split, class_axis
from edukit.training.loop import fit, seeded


@checked
@passes_on(fit, without=("model", "loss"), progress="distilling")
def distill(
    student: nn.Module,
    teacher,
    split,
    *,
    epochs: int,
    temperature=3.0,
    alpha=0.7,
    shares=None,
    reverse: bool = False,
    hints: Hints | None = None,
    **training,
) -> nn.Module:
    """A copy of the student trained on the split with `kd_loss`, in evaluation mode; all models stay as they are.

    teacher      a model, or a list of them, whose probabilities are mixed by `shares`
    reverse      whether the student minimizes KL(q ‖ p) and keeps out of what the teacher rules out, as in `kd_loss`
    hints        `Hints`: which of the student's layers learn from which of the (first) teacher's
    **training   the other arguments of `edukit.training.fit`: seed, learning_rate, augment, ...; its progress bar and
                 its `report` show the parts of the loss apart: "soft", "hard" and "features"
    Raises ValueError for a teacher in training mode (its dropout and batch norm would blur its answers) or with
    another number of classes than the student, hints that name unknown modules, and what `kd_loss` and `fit` refuse.

    >>> from edukit.data import digits
    >>> from edukit.training import accuracy
    >>> recipe = dict(epochs=5, learning_rate=0.1, batch_size=100, progress=None)
    >>> untrained = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> teacher = fit(untrained, digits().train, **recipe)
    >>> student = distill(untrained, teacher, digits().train, **recipe)
    >>> accuracy(student, digits().validation) > 0.9
    True
    """
    check_temperature_and_alpha(temperature, alpha)
    teachers = list(teacher) if isinstance(teacher, list | tuple) else [teacher]
    checked_shares(shares, len(teachers))
    split = as_split(split)
    for one in teachers:
        _check_teacher(one, student, split)
    adapted = _with_adapters(student, teachers[0], hints, split, training.get("seed", 0))

    def loss(model, x, y):
        logits, features = model.answer(x.clone()) if hints else (model(x.clone()), [])  # a model may write into x
        with torch.no_grad(), hints.watch(teachers[0]) if hints else nullcontext() as extractor:
            answers = [logits_of(one(x.clone())) for one in teachers]
        terms = kd_terms(logits_of(logits), answers, y, temperature, alpha, shares=shares, reverse=reverse)
        return terms | ({"features": model.distance(features, extractor.seen)} if hints else {})

    trained = fit(adapted, split, epochs=epochs, loss=loss, **{"progress": "distilling", **training})
    return trained.student if hints else trained


def _with_adapters(student, teacher, hints, split, seed):
    if hints is None:
        return student
    with seeded(seed):
        return hints.with_adapters(student, teacher, torch.as_tensor(split.x[:1]))


def _check_teacher(teacher, student, split) -> None:
    check_model(teacher, "teacher")
    if any(module.training for module in teacher.modules()):
        raise ValueError("teacher is in training mode; call teacher.eval() first")
    if len(split.x):
        ours, theirs = (_classes(predict(model, split.x[:1])) for model in (student, teacher))
        if ours != theirs:
            raise ValueError(f"student and teacher must have equally many outputs, got {ours} and {theirs}")


def _classes(logits) -> int:
    return logits.shape[class_axis(logits)]
