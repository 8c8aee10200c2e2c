"""Starts: the networks from which channels go, the original and a student that has learnt from it.

The student learns once, on one thread. Its weights lie beside the journal, so that a search which was killed does not
teach it again.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.copies import with_stored_weights
from edukit.deployment.compressing.candidates import Settings
from edukit.deployment.compressing.examples import Examples
from edukit.deployment.compressing.steps import taught
from edukit.disk.sealed import load_tensors, save_tensors
from edukit.measure import count_parameters
from edukit.refuse import check_model, check_weights
from edukit.training import threads

LONGER, FASTER = 3, 5  # how much longer, and at which multiple of the rate, a student learns: it may begin at random
KIND = "student of compress"


def starts(
    model: nn.Module,
    student: nn.Module | None,
    examples: Examples,
    settings: Settings,
    beside: Path | None = None,
    about: str = "",
    progress: bool = False,
) -> dict[str, nn.Module]:
    """{"student": one that has learnt, "model": a copy of the original}, in evaluation mode, the smaller one first.

    With 0 steps the student is as it came.

    beside   the file that keeps the student's weights; None: no file does · about  what it is of, see `digest`
    """
    original = with_stored_weights(model).eval()
    if student is None:
        return {"model": original}
    student = with_stored_weights(student).eval()
    if settings.steps:
        student = _learnt(student, original, examples, settings, beside, about, progress)
    found = {"student": student, "model": original}
    return dict(sorted(found.items(), key=lambda item: count_parameters(item[1])))


def _learnt(student, original, examples, settings, beside, about, progress) -> nn.Module:
    """The student after its lessons, or with the weights of the file."""
    if beside is not None and beside.exists():
        tensors, said = load_tensors(beside, KIND, as_torch=True)
        if said.get("of") == about:
            student.load_state_dict(tensors)
            return student
    train = examples.train if settings.measure in (None, "accuracy") else examples.train._replace(y=None)
    how = dict(
        steps=LONGER * settings.steps,
        learning_rate=FASTER * settings.learning_rate,
        words="student" if progress else None,
    )
    with threads(1):
        student = taught(student, original, train, augment=settings.augment, seed=settings.seed, **how)
    if beside is not None:
        save_tensors(dict(student.state_dict()), beside, KIND, of=about)
    return student


def check_starts(model: nn.Module, student: nn.Module | None) -> None:
    """Raise TypeError or ValueError for what is no model of finite weights in float32, by the argument's name."""
    check_weights(model)
    if student is not None:
        check_model(student, "student")
        check_weights(student)


def digest(model: nn.Module, student: nn.Module | None, examples: Examples, settings: Settings) -> str:
    """What a journal is about: a different model, data or setting gives another one.

    >>> from edukit.deployment.compressing.examples import as_examples
    >>> net = nn.Linear(2, 2)
    >>> examples = as_examples(torch.rand(40, 2), net)
    >>> digest(net, None, examples, Settings()) == digest(net, None, examples, Settings(seed=1))
    False
    """
    found = hashlib.sha256()
    for network in (model, student):
        for name, tensor in network.state_dict().items() if network is not None else ():
            found.update(name.encode() + np.ascontiguousarray(tensor.numpy()).tobytes())
    for part in examples[:4]:
        for tensor in part:
            found.update(b"" if tensor is None else np.ascontiguousarray(tensor.numpy()).tobytes())
    augment = getattr(settings.augment, "__qualname__", repr(settings.augment))
    said = [settings.steps, settings.learning_rate, augment, settings.measure, settings.seed, torch.__version__]
    return f"compress {type(model).__name__} {hashlib.sha256(found.digest() + repr(said).encode()).hexdigest()[:16]}"
