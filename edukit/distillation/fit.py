"""Train a student on a teacher's answers: the training loop of the kit with the distillation loss.

    for each batch (x, y):   student ← student - η ∇ kd_loss(student(x), teacher(x), y)

Shapes    student and teacher map the same x to logits (B, classes)
Note      the teacher answers for the very images the student sees, shifted ones included, so it runs once a batch
Source    Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531
In production  the same loop; where images are not changed between epochs, the teacher's logits are computed once
"""

import torch
from torch import nn

from edukit.distillation.losses import check_temperature_and_alpha, kd_loss
from edukit.training import fit, predict


def distill(
    student: nn.Module, teacher: nn.Module, split, *, epochs: int, temperature=3.0, alpha=0.7, **training
) -> nn.Module:
    """A copy of the student trained on the split with `kd_loss`, in evaluation mode; both models stay as they are.

    **training   the other arguments of `edukit.training.fit`: seed, learning_rate, augment, ...
    Raises ValueError for a teacher in training mode (its dropout and batch norm would blur its answers) or with
    another number of classes than the student, and whatever `kd_loss` and `fit` refuse.

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
    if any(module.training for module in teacher.modules()):
        raise ValueError("teacher is in training mode; call teacher.eval() first")
    _check_classes(student, teacher, split)

    def loss(model, x, y):
        with torch.no_grad():
            answers = teacher(x)
        return kd_loss(model(x), answers, y, temperature=temperature, alpha=alpha)

    return fit(student, split, epochs=epochs, loss=loss, **{"progress": "distilling", **training})


def _check_classes(student, teacher, split) -> None:
    if len(split.x):
        ours, theirs = (predict(model, split.x[:1]).shape[-1] for model in (student, teacher))
        if ours != theirs:
            raise ValueError(f"student and teacher must have equally many outputs, got {ours} and {theirs}")
