"""Four experiments on pruning, with networks of linear layers that train in a second.

    accuracy_by_pass   90 % zeros in 20 passes, at once or in steps: a deep network and a shallow one, three seeds
    tickets            the winning ticket beside other first weights, and beside other places
    on_a_new_task      what magnitude and movement keep when a network learns to read the other one of two digits
    same_bytes         a large network with zeros beside a small one without, in files of one size

Digits read are in % of the 200 validation digits. All of it is trained when it is asked for, with these seeds.

Source    Zhu & Gupta 2017, https://arxiv.org/abs/1710.01878 (schedules); Frankle & Carbin 2019,
          https://arxiv.org/abs/1803.03635 (tickets); Sanh et al. 2020, https://arxiv.org/abs/2005.07683 (movement)
In production  the same questions on networks that train for days
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from torch import nn

from edukit.data import Split, digits
from edukit.pruning.weights.mask import random_mask
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import layer_weights, magnitude_masks
from edukit.pruning.weights.movement import prune_by_movement
from edukit.pruning.weights.run_lengths import run_length_bytes
from edukit.pruning.weights.schedule import SCHEDULES, planned, prune_gradually
from edukit.pruning.weights.storage import stored_bytes
from edukit.pruning.weights.ticket import winning_ticket
from edukit.training import accuracy, fit, seeded

KINDS = {"deep, 7 layers": ((64, *6 * [32], 10), 40), "shallow, 2 layers": ((64, 32, 10), 20)}
SEEDS = (0, 1, 2)
PASSES = 20
FINAL = 0.9


class SameBytes(NamedTuple):
    """Bytes of the weights of both networks, and digits read in %: all weights, most of them zero, the small one.

    >>> SameBytes(0, 1500, 1480, 10, 95.5, 92.0, 95.0).neurons
    10
    """

    seed: int
    sparse_bytes: int
    small_bytes: int
    neurons: int
    large: float
    sparse: float
    small: float


def linear_layers(seed: int, *sizes: int) -> nn.Sequential:
    """Linear layers of these sizes with ReLUs in between, untrained.

    >>> [tuple(p.shape) for p in linear_layers(0, 64, 10).parameters()]
    [(10, 64), (10,)]
    """
    with seeded(seed):
        layers = [part for a, b in zip(sizes, sizes[1:], strict=False) for part in (nn.Linear(a, b), nn.ReLU())]
        return nn.Sequential(nn.Flatten(), *layers[:-1])


def accuracy_by_pass(kinds=None, *, seeds=SEEDS, passes: int = PASSES, final: float = FINAL):
    """{kind: {schedule: [[% of each seed] before pass 1, after pass 1, …]}}.

    kinds   {name: (sizes of the layers, passes of training before any pruning)}

    >>> rows = accuracy_by_pass({"one layer": ((64, 10), 1)}, seeds=[0], passes=2)["one layer"]
    >>> {name: len(row) for name, row in rows.items()}
    {'one_shot': 3, 'linear': 3, 'cubic': 3}
    """
    data = digits()
    slow = dict(epochs=1, learning_rate=0.003, batch_size=200, progress=None)
    learn = dict(learning_rate=0.01, batch_size=100, progress=None)
    found = {}
    for kind, (sizes, epochs) in (kinds or KINDS).items():
        full = [fit(linear_layers(seed, *sizes), data.train, seed=seed, epochs=epochs, **learn) for seed in seeds]
        rows = found[kind] = {name: [_read(full, data.validation)] for name in SCHEDULES}
        for name in SCHEDULES:
            nets = full
            for sparsity in planned(name, passes, final):
                masks = [magnitude_masks(net, sparsity, scope="global") for net in nets]
                pairs = zip(seeds, nets, masks, strict=True)
                nets = [fine_tune(net, data.train, mask, seed=seed, **slow) for seed, net, mask in pairs]
                rows[name].append(_read(nets, data.validation))
    return found


def tickets(*, seeds=SEEDS, final: float = FINAL, epochs: int = 6) -> dict[str, list[float]]:
    """{what is trained: [% of each seed]}: the ticket, other first weights in its places, its weights elsewhere.

    >>> list(tickets(seeds=[0], epochs=1))
    ['the ticket', 'other first weights', 'other places']
    """
    data = digits()
    learn = dict(epochs=epochs, learning_rate=0.01, batch_size=100, progress=None)
    found: dict[str, list[float]] = {}
    for seed in seeds:
        first = linear_layers(seed, 64, 32, 10)
        masks = winning_ticket(first, data.train, final, seed=seed, **learn).masks
        elsewhere = {n: random_mask(m, 1 - m.double().mean().item(), seed=seed) for n, m in masks.items()}
        trials = {
            "the ticket": (first, masks),
            "other first weights": (linear_layers(seed + 10, 64, 32, 10), masks),
            "other places": (first, elsewhere),
        }
        for name, (net, places) in trials.items():
            trained = fine_tune(net, data.train, places, seed=seed, **learn)
            found.setdefault(name, []).extend(_read([trained], data.validation))
    return found


def on_a_new_task(*, seeds=SEEDS, final: float = FINAL, epochs: int = 15) -> dict[str, tuple[list[float], list[float]]]:
    """{rule: (right digits read in % of each seed, kept weights that look at the left digit in %)}.

    A network that names the left one of two digits learns to name the right one, and loses `final` of its weights.

    >>> {rule: len(read) for rule, (read, _) in on_a_new_task(seeds=[0], epochs=1).items()}
    {'magnitude': 1, 'movement': 1}
    """
    left, right = _two_digits("left"), _two_digits("right")
    learn = dict(epochs=epochs, learning_rate=0.01, batch_size=50, progress=None)
    slow = dict(learning_rate=0.002, batch_size=50, progress=None)
    old = [fit(linear_layers(seed, 128, 64, 10), left["train"], seed=seed, **learn) for seed in seeds]
    settled = [fit(net, right["train"], epochs=2, **slow) for net in old]  # movement's first step trains, too
    pruned = {
        "magnitude": [prune_gradually(net, right["train"], final, epochs_per_step=2, **slow) for net in settled],
        "movement": [prune_by_movement(net, right["train"], final, epochs_per_step=2, **slow) for net in old],
    }
    return {rule: (_read(nets, right["validation"]), _looks_left(nets)) for rule, nets in pruned.items()}


def same_bytes(*, seeds=SEEDS, final: float = FINAL, epochs: int = 30) -> list[SameBytes]:
    """A row for each seed: 64 hidden neurons and zeros against as many whole neurons as the same bytes hold.

    Weights have 16 bits; the zeros are left out by the smaller of bitmask and run lengths. Both networks train for
    2 · epochs passes: the large one half of them while its weights go.

    >>> row, *_ = same_bytes(seeds=[0], epochs=10)
    >>> row.small_bytes <= row.sparse_bytes, row.neurons
    (True, 10)
    """
    data = digits()
    learn = dict(learning_rate=0.01, batch_size=100, progress=None)
    rows = []
    for seed in seeds:
        large = fit(linear_layers(seed, 64, 64, 10), data.train, seed=seed, epochs=epochs, **learn)
        in_steps = dict(steps=10, epochs_per_step=max(1, epochs // 10), seed=seed)
        sparse = prune_gradually(large, data.train, final, **in_steps, **learn)
        size = min(_bytes(sparse, partial(stored_bytes, format="bitmask")), _bytes(sparse, run_length_bytes))
        neurons = size // 2 // (64 + 10)
        small = fit(linear_layers(seed, 64, neurons, 10), data.train, seed=seed, epochs=2 * epochs, **learn)
        dense = _bytes(small, partial(stored_bytes, format="dense"))
        rows.append(SameBytes(seed, size, dense, neurons, *_read([large, sparse, small], data.validation)))
    return rows


def _bytes(net, count) -> int:
    return sum(count(w.half().numpy()) for w in layer_weights(net).values())


def _two_digits(task) -> dict[str, Split]:
    """Images of two digits side by side, 8 x 16 pixels, with the label of one of them."""
    data = digits()
    drawn = np.random.default_rng(0)
    found = {}
    for part in ("train", "validation"):
        split = getattr(data, part)
        other = drawn.permutation(len(split))
        images = np.concatenate([split.x, split.x[other]], 3)
        found[part] = Split(images, split.y if task == "left" else split.y[other])
    return found


def _looks_left(nets):
    alive = [(net[1].weight != 0).reshape(-1, 8, 16).double() for net in nets]
    return [(100 * w[:, :, :8].sum() / w.sum()).item() for w in alive]


def _read(nets, split):
    return [100 * accuracy(net, split) for net in nets]
