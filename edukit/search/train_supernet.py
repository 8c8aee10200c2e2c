"""Training a supernet: first the largest network alone, then smaller and smaller ones beside it.

    progressive shrinking   largest → + small kernels → + shallow stages → + narrow blocks
    sandwich rule           each step: the largest, the smallest and one drawn at random, one sum of gradients
    distillation in place   the largest learns the labels; the others learn what the largest answers, in the same step

    loss = CE(z_largest, y) + mean over the others of KL(softmax z_largest ‖ softmax z)

The smallest and the largest are the ends of all the others: what both can do, those between them can mostly do too.
Before the blocks become narrow their channels are sorted, so that what is cut off is what matters least.

Symbols   z logits · y labels · CE cross entropy · KL Kullback-Leibler divergence
Cost      each step runs three networks; 144 networks would take 144 trainings
Assumes   a smallest network that can do the task: one that cannot pulls at the shared weights in every step, and those
          between the ends pay for it
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791, section 3.3;
          Yu & Huang 2019 (sandwich rule, distillation in place), https://arxiv.org/abs/1903.05134
In production  once-for-all's train_ofa_net.py, the same phases over 32 GPUs
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch.nn import functional as F

from edukit.distillation import kd_loss
from edukit.refuse import check_whole
from edukit.search.space import generator
from edukit.search.supernet import Supernet
from edukit.training import fit

PHASES = (), ("kernel",), ("kernel", "depth"), ("kernel", "depth", "width")  # what may be small
EPOCHS = 6, 2, 2, 10
RECIPE = dict(batch_size=64, learning_rate=0.004)


def train_supernet(
    supernet: Supernet, data, *, epochs: Sequence[int] = EPOCHS, seed: int = 0, drawn: int = 1, **recipe
) -> Supernet:
    """A trained copy of the supernet, whose sub-networks are all ready; its `calibration` are those of the data.

    data       a Dataset such as `edukit.data.shapes()`: train is learned, calibration gives batch norm statistics
    epochs     of each phase of PHASES
    drawn      networks drawn at random in each step, besides the largest and the smallest
    **recipe   as `edukit.training.fit` takes it: learning_rate, batch_size, augment, progress, …
    """
    if len(epochs) != len(PHASES):
        raise ValueError(f"epochs must be {len(PHASES)} numbers, one for each phase, got {epochs!r}")
    check_whole(drawn, "drawn", 0)
    for number, (small, count) in enumerate(zip(PHASES, epochs, strict=True)):
        if "width" in small:
            supernet = supernet.sorted_channels()
        loss = sandwich(small, drawn, np.random.default_rng([seed, number]))
        supernet = fit(supernet, data.train, epochs=count, loss=loss, seed=seed, **{**RECIPE, **recipe})
    supernet.calibration = torch.as_tensor(data.calibration.x)
    supernet.largest.load_state_dict(supernet.sub(supernet.largest_choice).state_dict())
    return supernet.eval()


def sandwich(small: Sequence[str], drawn: int = 2, seed: int | np.random.Generator = 0) -> Callable:
    """A loss for `fit`: the largest network learns the labels, the others what it answers.

    small   what may be small: of "kernel", "depth", "width"; nothing trains the largest network alone

    >>> supernet = Supernet().train()
    >>> sorted(sandwich(["kernel"])(supernet, torch.zeros(2, 3, 8, 8), torch.tensor([0, 1])))
    ['largest', 'smaller']
    """
    draw = generator(seed)

    def loss(supernet: Supernet, x: torch.Tensor, y: torch.Tensor) -> dict:
        x = x.contiguous(memory_format=torch.channels_last)  # twice as fast on a processor
        answer = supernet.run(x, supernet.largest_choice)
        parts = {"largest": F.cross_entropy(answer, y)}
        if small:
            others = [supernet.run(x, choice) for choice in fillings(supernet, small, drawn, draw)]
            parts["smaller"] = sum(kd_loss(other, answer, temperature=1.0) for other in others) / len(others)
        return parts

    return loss


def fillings(supernet: Supernet, small: Sequence[str], drawn: int, draw: np.random.Generator) -> list[dict]:
    """What lies between the largest and the smallest network: the smallest, and so many drawn at random.

    Choices that may not be small yet are as large as they can be.

    >>> smallest, = fillings(Supernet(), ["kernel"], 0, np.random.default_rng(0))
    >>> smallest["kernel1"], smallest["width1"], smallest["depth1"]
    (3, 6, 2)
    """
    choices = [supernet.smallest_choice, *(supernet.space.sample(draw) for _ in range(drawn))]
    largest = supernet.largest_choice
    return [{n: value if n.startswith(tuple(small)) else largest[n] for n, value in c.items()} for c in choices]
