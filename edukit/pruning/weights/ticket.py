"""The lottery ticket: a small part of a network that learns as well as all of it, from the same first weights.

    θ_0  ──train──▶  θ_T  ──smallest |θ_T| go──▶  m          repeat from m θ_0, until the sparsity is reached
    ticket = m θ_k        train it again, and only it

The ticket's weights that are not 0 are those of θ_k, to the bit. Compare it with the same mask on other first
weights, and with a random mask: without them a good ticket proves nothing.

Symbols   θ_0 first weights · θ_k after k epochs (k = 0, or early: large networks need it) · θ_T trained · m mask
Source    Frankle & Carbin 2019, https://arxiv.org/abs/1803.03635; rewinding to θ_k: Frankle et al. 2019,
          https://arxiv.org/abs/1903.01611
In production  a way to understand training, not to save it: finding the ticket costs several trainings
"""

from typing import NamedTuple

from torch import nn

from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import Masks, apply_masks, magnitude_masks
from edukit.pruning.weights.schedule import planned
from edukit.refuse import check_whole
from edukit.signatures import passes_on
from edukit.training import fit


class Ticket(NamedTuple):
    """A network with early weights, and 0 where the masks are False; `fine_tune` takes both.

    >>> Ticket(nn.ReLU(), {}).masks
    {}
    """

    model: nn.Module
    masks: Masks


@passes_on(fit)
def winning_ticket(
    model: nn.Module,
    split,
    final: float,
    *,
    rounds: int = 3,
    epochs: int = 5,
    rewind_epochs: int = 0,
    scope: str = "global",
    **training,
) -> Ticket:
    """Train, prune the smallest, go back; after `rounds` of it, `final` of the weights are gone.

    model           with its first weights
    epochs          of each round's training
    rewind_epochs   train so long first, and go back to there; 0 goes back to the weights of the model
    **training      further arguments of `fit`: seed, learning_rate, loss, progress, ...
    In each round the same share of what is left goes, as in the paper.

    >>> from edukit.data import digits
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> ticket = winning_ticket(net, digits().train, 0.5, rounds=1, epochs=1, progress=None)
    >>> stays = ticket.masks["1.weight"]
    >>> bool((ticket.model[1].weight[stays] == net[1].weight[stays]).all()), int(stays.sum())
    (True, 320)
    """
    sparsities = planned(same_share, rounds, final)
    check_whole(rewind_epochs, "rewind_epochs", least=0)
    start = fit(model, split, epochs=rewind_epochs, **training) if rewind_epochs else model
    masks = magnitude_masks(start, 0.0)
    for sparsity in sparsities:
        trained = fine_tune(start, split, masks, epochs=epochs, **training)
        masks = magnitude_masks(trained, sparsity, scope=scope)
    return Ticket(apply_masks(start, masks), masks)


def same_share(step: float, steps: int, final: float) -> float:
    """The sparsity when every step takes the same share of what is left: 1 - (1 - s_f)^(t / n).

    >>> [round(same_share(step, 3, 0.875), 3) for step in range(4)]
    [0.0, 0.5, 0.75, 0.875]
    """
    return final if step == steps else 1 - (1 - final) ** (step / steps)
