import numpy as np
import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.pruning.weights.model_masks import layer_weights
from edukit.pruning.weights.schedule import (
    SCHEDULES,
    cubic_sparsity,
    linear_sparsity,
    one_shot,
    planned,
    prune_gradually,
)
from edukit.training import accuracy, fit, seeded

DATA = digits()
QUICK = dict(batch_size=100, learning_rate=0.01, progress=None)


def deep(seed):
    """Narrow and without norms: what one cut destroys, small steps of training hardly bring back."""
    with seeded(seed):
        hidden = [layer for _ in range(5) for layer in (nn.Linear(32, 32), nn.ReLU())]
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), *hidden, nn.Linear(32, 10))


@pytest.mark.parametrize("schedule", SCHEDULES.values())
@pytest.mark.parametrize("initial, final, steps", [(0.0, 0.9, 7), (0.25, 0.5, 5), (0.3, 0.3, 1), (0.0, 0.0, 3)])
def test_from_initial_to_final_exactly_and_never_back(schedule, initial, final, steps):
    values = [schedule(step, steps, final, initial) for step in range(steps + 1)]
    assert values[0] == initial and values[-1] == final
    assert all(a <= b for a, b in zip(values, values[1:], strict=False))


def test_cubic_is_the_published_formula_and_lies_above_linear():
    """Zhu & Gupta 2017, eq. 1, with t_0 = 0 and Δt = 1."""
    for t in np.linspace(0, 10, 21):
        assert cubic_sparsity(t, 10, 0.8, 0.2) == pytest.approx(0.8 + (0.2 - 0.8) * (1 - t / 10) ** 3)
        assert cubic_sparsity(t, 10, 0.8) >= linear_sparsity(t, 10, 0.8) - 1e-12


def test_plans_by_name_and_by_function_are_one():
    assert (
        planned("cubic", 5, 0.9)
        == planned(cubic_sparsity, 5, 0.9)
        == planned(lambda t, n, f: cubic_sparsity(t, n, f), 5, 0.9)
    )
    assert planned("one_shot", 3, 0.9) == [0.9, 0.9, 0.9]


@pytest.mark.parametrize("scope", ["layer", "global"])
def test_half_in_five_steps_is_half_and_masks_only_grow(scope):
    """Mistake of an article: five times a share of what is left, 1 - 0.9^5 = 41 %, and indices of what is left."""
    model, gone = deep(0), []

    def watching(net, x, y):
        gone.append(torch.cat([(w == 0).flatten() for w in layer_weights(net).values()]))
        return nn.functional.cross_entropy(net(x), y)

    pruned = prune_gradually(model, DATA.calibration, 0.5, schedule="linear", scope=scope, loss=watching, **QUICK)
    zeros = [int((w == 0).sum()) for w in layer_weights(pruned).values()]
    assert sum(zeros) == sum(w.numel() for w in layer_weights(model).values()) // 2
    assert scope == "global" or zeros == [w.numel() // 2 for w in layer_weights(model).values()]
    assert all((before <= after).all() for before, after in zip(gone, gone[1:], strict=False))
    assert [round(float(part.double().mean()), 2) for part in gone] == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_the_model_that_was_given_is_not_pruned():
    model = deep(0)
    prune_gradually(model, DATA.calibration, 0.5, steps=1, **QUICK)
    assert all((w != 0).all() for w in layer_weights(model).values())


def test_in_steps_beats_at_once_at_90_percent_with_as_much_training():
    """20 epochs each, at a learning rate for fine-tuning; three seeds. Measured: 20, 30 and 13 points."""
    gains = []
    for seed in range(3):
        dense = fit(deep(seed), DATA.train, epochs=30, seed=seed, learning_rate=0.01, batch_size=50, progress=None)
        how = dict(steps=20, seed=seed, learning_rate=0.002, batch_size=100, progress=None)
        nets = [prune_gradually(dense, DATA.train, 0.9, schedule=name, **how) for name in ("one_shot", "cubic")]
        for net in nets:
            weights = layer_weights(net).values()
            assert sum(int((w == 0).sum()) for w in weights) == round(0.9 * sum(w.numel() for w in weights))
        at_once, in_steps = (accuracy(net, DATA.test) for net in nets)
        gains.append(in_steps - at_once)
    assert min(gains) > 0 and np.mean(gains) > 0.05


@pytest.mark.parametrize("call, name", [
    (lambda: cubic_sparsity(6, 5, 0.9), "step"),
    (lambda: cubic_sparsity(-1, 5, 0.9), "step"),
    (lambda: cubic_sparsity(1, 0, 0.9), "steps"),
    (lambda: linear_sparsity(1, 5, 1.0), "final"),
    (lambda: one_shot(1, 5, np.nan), "final"),
    (lambda: linear_sparsity(1, 5, 0.5, -0.1), "initial"),
    (lambda: cubic_sparsity(1, 5, 0.5, 0.6), "initial"),
    (lambda: planned("square", 5, 0.5), "schedule must be one of one_shot, linear, cubic"),
    (lambda: prune_gradually(deep(0), DATA.train, 1.0), "final"),
    (lambda: prune_gradually(deep(0), DATA.train, 0.5, steps=0), "steps"),
    (lambda: prune_gradually(deep(0), DATA.train, 0.5, epochs_per_step=0), "epochs_per_step"),
    (lambda: prune_gradually(deep(0), DATA.train, 0.5, scope="all"), "scope"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        call()
