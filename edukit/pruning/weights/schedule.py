"""Schedules: how much is pruned after each step, with training in between.

    one shot   s_t = s_f from the first step on
    linear     s_t = s_i + (s_f - s_i) t / n
    cubic      s_t = s_f + (s_i - s_f) (1 - t / n)³         much at first, where many weights are spare, little at last

Common mistakes are to prune the same share of what is left each time (five times 10 % leave 59 %, not 50 %), and
indices that count in the tensor as it has become.

Symbols   t step, 0 to n · n steps · s_i initial and s_f final sparsity
Bound     s_0 = s_i (one shot, too), s_n = s_f exactly, and in between s never falls
Source    Zhu & Gupta 2017, https://arxiv.org/abs/1710.01878, eq. 1; iterative: Han et al. 2015,
          https://arxiv.org/abs/1506.02626
In production  torch.ao.pruning.CubicSL; neural_compressor
"""

from collections.abc import Callable

from torch import nn

from edukit.checked import checked
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import magnitude_masks
from edukit.refuse import check_whole
from edukit.signatures import passes_on


def one_shot(step: float, steps: int, final: float, initial: float = 0.0) -> float:
    """All of it in the first step; the others only train.

    >>> [one_shot(step, 4, 0.9) for step in range(5)]
    [0.0, 0.9, 0.9, 0.9, 0.9]
    """
    _check(step, steps, final, initial)
    return final if step else initial


def linear_sparsity(step: float, steps: int, final: float, initial: float = 0.0) -> float:
    """The same share in every step.

    >>> [round(linear_sparsity(step, 5, 0.5), 2) for step in range(6)]
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    """
    _check(step, steps, final, initial)
    return final if step == steps else initial + (final - initial) * step / steps


@checked
def cubic_sparsity(step: float, steps: int, final: float, initial: float = 0.0) -> float:
    """Much at first, little at last.

    step             0 to steps
    initial, final   0 to below 1, initial <= final

    >>> [round(cubic_sparsity(step, 4, 0.9), 2) for step in range(5)]
    [0.0, 0.52, 0.79, 0.89, 0.9]
    """
    _check(step, steps, final, initial)
    return final + (initial - final) * (1 - step / steps) ** 3


SCHEDULES = {"one_shot": one_shot, "linear": linear_sparsity, "cubic": cubic_sparsity}


@checked
@passes_on(fine_tune, without=("masks", "epochs"))
def prune_gradually(
    model: nn.Module,
    split,
    final: float,
    *,
    schedule: Callable | str = cubic_sparsity,
    steps: int = 5,
    epochs_per_step: int = 1,
    scope: str = "global",
    **training,
) -> nn.Module:
    """A trained copy of the model in which `final` of the weights are zero, reached in steps with training after each.

    schedule     "one_shot", "linear", "cubic", or a function of (step, steps, final)
    scope        "layer" or "global", as for `magnitude_masks`
    **training   further arguments of `fine_tune`: seed, learning_rate, loss, progress, ...
    A weight that went stays away, for 0 is the smallest magnitude: masks only grow, in the places of the model given.

    >>> from edukit.data import digits
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> pruned = prune_gradually(net, digits().train, 0.5, progress=None)
    >>> int((pruned[1].weight == 0).sum()), net[1].weight.numel()
    (320, 640)
    """
    sparsities = planned(schedule, steps, final)
    check_whole(epochs_per_step, "epochs_per_step", 1, 10**6)
    for sparsity in sparsities:
        masks = magnitude_masks(model, sparsity, scope=scope)
        model = fine_tune(model, split, masks, epochs=epochs_per_step, **training)
    return model


def planned(schedule: Callable | str, steps: int, final: float) -> list[float]:
    """The sparsity after each of the steps 1 to n.

    >>> planned("linear", 2, 0.8)
    [0.4, 0.8]
    """
    if not callable(schedule) and schedule not in SCHEDULES:
        raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}, or a function, got {schedule!r}")
    check_whole(steps, "steps")
    schedule = schedule if callable(schedule) else SCHEDULES[schedule]
    _check(0, steps, final, 0.0)
    return [schedule(step, steps, final) for step in range(1, steps + 1)]


def _check(step, steps, final, initial):
    check_whole(steps, "steps")
    if not 0 <= step <= steps:
        raise ValueError(f"step must be 0 to steps, here {steps}, got {step!r}")
    for name, share in (("final", final), ("initial", initial)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be 0 to below 1, got {share!r}")
    if initial > final:
        raise ValueError(f"initial must be at most final, here {final}, got {initial!r}")
