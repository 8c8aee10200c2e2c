"""The only training loop: shuffled batches, one loss, AdamW, a learning rate that rises and falls once.

    w ← w - η(t) (m / (√v + ε) + λ w)        η(t) = learning_rate · one_cycle(t)

Same seed, machine and thread count give the same weights; the caller's model and random state never change.

Symbols   w weights · η step size · m, v means of the last gradients and their squares · λ weight_decay · t share done
Shapes    split.x (N, ...) float, split.y (N,) whole numbers; the model maps a batch (B, ...) to logits (B, classes), or
          to logits for each place, (B, T, classes) or (B, classes, H, W), with labels that are -100 where none counts
Source    Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101; Smith & Topin 2018, https://arxiv.org/abs/1708.07120
In production  the same loop with data loaders, mixed precision and many devices: Lightning, Accelerate
"""

import math
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from edukit.checked import check_callable, check_seed, checked
from edukit.copies import copied
from edukit.inputs import as_inputs
from edukit.refuse import check_number, check_positive, check_whole, is_finite, shown
from edukit.signatures import passes_on
from edukit.training.evaluate import logits_of, predict
from edukit.training.labelled import IGNORED, as_split, class_axis
from edukit.turns import ONE_AT_A_TIME, Bar, usual_settings


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults suit small nets with batch norm.

    augment    None, or a function of (batch, generator) that returns a changed batch, such as `shift`
    progress   the words before the progress bar, which goes to stderr; None for no bar
    report     None, or a function that is called after each epoch with {part of the loss: its mean in that epoch}

    >>> Recipe(learning_rate=0.001).batch_size
    32
    """

    learning_rate: float = 4e-3
    batch_size: int = 32
    weight_decay: float = 0.01
    augment: Callable | None = None
    progress: str | None = "training"
    report: Callable | None = None

    def __post_init__(self):
        check_positive(self.learning_rate, "learning_rate")
        check_number(self.weight_decay, "weight_decay")
        for name in ("augment", "report"):
            if getattr(self, name) is not None:
                check_callable(getattr(self, name), name)
        if self.progress is not None and not isinstance(self.progress, str):
            raise TypeError(f"progress must be a text or None, got {shown(self.progress)}")
        check_whole(self.batch_size, "batch_size")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight_decay must be 0 or more and finite, got {self.weight_decay!r}")


def cross_entropy(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The plain loss of a classifier: minus the log of the probability that it gives to the right class.

    >>> sure = nn.Identity()
    >>> round(cross_entropy(sure, torch.tensor([[0.0, 9.0]]), torch.tensor([1])).item(), 2)
    0.0
    """
    logits = logits_of(model(x))
    return F.cross_entropy(logits.movedim(class_axis(logits), 1), y)


@checked
@passes_on(Recipe)
def fit(model: nn.Module, split, *, epochs: int, loss: Callable = cross_entropy, seed: int = 0, **recipe) -> nn.Module:
    """A trained copy of the model, in evaluation mode; the model itself is not changed, whatever happens.

    split      holds x (N, ...) and y (N,), numpy or torch, such as `edukit.data.digits().train`; or is (x, y), or a
               DataLoader of such, whose batches are gathered first
    loss       a function of (model, x, y) for one batch that returns a scalar, or several by name, {part: scalar},
               whose sum is to become small: the bar shows them apart
    seed       of the order of the rows, of the augmentation and of dropout
    **recipe   the fields of `Recipe`: learning_rate, batch_size, weight_decay, augment, progress, report
    Raises TypeError for a split of another kind, ValueError for an empty one, NaN in x, labels the model has no output
    for, a model that does not take x, epochs below 1, and a loss that is no longer finite.

    >>> from edukit.data import digits
    >>> from edukit.training import accuracy
    >>> with seeded(0):
    ...     model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> trained = fit(model, digits().train, epochs=5, learning_rate=0.1, batch_size=100, progress=None)
    >>> accuracy(model, digits().validation) < 0.3, accuracy(trained, digits().validation) > 0.9
    (True, True)
    """
    check_whole(epochs, "epochs", 1, 10**6)
    seed = check_seed(seed)
    how = Recipe(**recipe)
    x, y = _checked(model, split)
    return descend(model, x, y, how, epochs=epochs, loss=loss, seed=seed)


@usual_settings()
def descend(model: nn.Module, x, y, how: Recipe, *, epochs: int, loss: Callable, seed: int) -> nn.Module:
    """The loop of `fit` on rows that were checked before; y holds whatever the loss needs of each row.

    >>> net = nn.Linear(1, 1)
    >>> x, recipe = torch.ones(64, 1), Recipe(learning_rate=0.1, progress=None)
    >>> found = descend(net, x, 3 * x, recipe, epochs=99, loss=lambda net, x, y: F.mse_loss(net(x), y), seed=0)
    >>> round(found(torch.ones(1, 1)).item(), 1)
    3.0
    """
    model = copied(model).train()
    _lay_out(model, torch.channels_last)  # pixel by pixel, not channel by channel: CPUs train almost twice as fast
    optimizer = torch.optim.AdamW(_trainable(model), how.learning_rate, weight_decay=how.weight_decay)
    steps = epochs * math.ceil(len(x) / how.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: one_cycle((step + 0.5) / steps))
    generator = torch.Generator().manual_seed(seed)
    dice = torch.Generator().manual_seed(seed)
    bar = Bar(range(epochs), desc=how.progress, disable=not how.progress)
    with bar:
        for _ in bar:
            losses = []
            for rows in _batches(len(x), how.batch_size, generator):
                with drawing_from(dice):
                    batch = how.augment(x[rows], generator) if how.augment else x[rows]
                    losses.append(_step(loss(model, batch, y[rows]), optimizer, schedule))
            means = {part: float(np.mean([step[part] for step in losses])) for part in losses[0]}
            bar.set_postfix({part: f"{mean:.3f}" for part, mean in means.items()})
            if how.report:
                how.report(means)
    _lay_out(model, torch.contiguous_format)
    model.zero_grad()  # the last gradients weigh as much as the model
    return model.eval()


def one_cycle(t: float) -> float:
    """The learning rate as a share of its peak when the share t of the steps is over: up in a line, down in a cosine.

    >>> [round(one_cycle(t), 2) for t in (0, 0.125, 0.25, 0.625, 1)]
    [0.1, 0.55, 1.0, 0.5, 0.0]
    """
    check_number(t, "t")
    return 0.1 + 3.6 * t if t < 0.25 else 0.5 + 0.5 * math.cos(math.pi * (t - 0.25) / 0.75)


@checked
@contextmanager
def seeded(seed: int):
    """Inside, torch draws its random numbers from `seed`; afterwards it goes on as if nothing had happened.

    seed   a whole number from 0 to 2^64 - 1, or a ValueError

    >>> with seeded(0):
    ...     one = nn.Linear(4, 3)
    >>> with seeded(0):
    ...     two = nn.Linear(4, 3)
    >>> torch.equal(one.weight, two.weight)
    True
    """
    with drawing_from(torch.Generator().manual_seed(check_seed(seed))):
        yield


@contextmanager
def drawing_from(generator: torch.Generator):
    """Inside, torch draws its random numbers from this generator, which goes on from there the next time.

    >>> dice = torch.Generator().manual_seed(0)
    >>> with drawing_from(dice):
    ...     one = torch.rand(1)
    >>> with drawing_from(dice):
    ...     torch.equal(torch.rand(1), one)
    False
    """
    with ONE_AT_A_TIME, torch.random.fork_rng(devices=[]):
        torch.default_generator.set_state(generator.get_state())
        try:
            yield
        finally:
            generator.set_state(torch.default_generator.get_state())


def _checked(model, split) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows and labels as tensors, once one row has shown that the model has an output for each label."""
    split = as_split(split)
    (x,) = as_inputs(split.x, model)
    y = torch.as_tensor(split.y)
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(f"split must hold rows, and a label for each; got {len(x)} rows and {len(y)} labels")
    if not is_finite(x):
        raise ValueError("split.x must be finite, got NaN or infinity")
    try:
        first = predict(model, x[:1])
    except RuntimeError as error:
        raise ValueError(f"model does not take rows of split.x, {tuple(x.shape[1:])} {x.dtype}: {error}") from error
    if not is_finite(first):
        raise ValueError("model answers the first row with NaN or infinity; look at its weights")
    outputs = first.shape[class_axis(first)]
    counts = y[y != IGNORED]
    if y.is_floating_point() or not len(counts) or counts.min() < 0 or counts.max() >= outputs:
        raise ValueError(f"split.y must be whole numbers from 0 to {outputs - 1}, as the model has {outputs} outputs")
    return x, y.long()


def _trainable(model) -> list[nn.Parameter]:
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        raise ValueError("model has no weight that may change: requires_grad is False for all of them")
    return weights


def _batches(count, batch_size, generator: torch.Generator) -> tuple[torch.Tensor, ...]:
    """Every row once, in a new order, in batches of nearly equal size: batch norm cannot learn from a single row."""
    return torch.randperm(count, generator=generator).tensor_split(math.ceil(count / batch_size))


def _step(loss, optimizer, schedule) -> dict[str, float]:
    parts = loss if isinstance(loss, dict) else {"loss": loss}
    total = sum(parts.values())
    if not torch.isfinite(total):
        raise ValueError(f"the loss became {total.item()}; try a smaller learning_rate")
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    schedule.step()
    return {part: value.item() for part, value in parts.items()}


def _lay_out(model, memory_format) -> None:
    for weight in model.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.contiguous(memory_format=memory_format)
