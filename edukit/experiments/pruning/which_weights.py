"""Which weights go: accuracy and change of the weights, rule by rule, as more and more of them become zero.

    masks_of      the masks of a network by magnitude, by Wanda's score, or at random
    sweep         for each rule and share: what the networks name right, and how far their weights moved
    used_weights  those that the loss of some images asks at all

Symbols   ‖w - m w‖ / ‖w‖ is the change of the weights, over all layers of a network
Assumes   networks without idle weights: those would go first, and cost nothing
Source    Han et al. 2015, https://arxiv.org/abs/1506.02626: accuracy against the share of weights left
In production  the first picture of any report on pruning
"""

from collections.abc import Iterable

import torch

from edukit.copies import copied
from edukit.pruning.weights.mask import random_mask
from edukit.pruning.weights.model_masks import Masks, apply_masks, layer_weights, score_masks
from edukit.pruning.weights.wanda import wanda_scores
from edukit.training import accuracy, cross_entropy

RULES = {
    "one ranking": ("magnitude", "global"),
    "layer by layer": ("magnitude", "layer"),
    "at random": ("random", "layer"),
}


def masks_of(net, rule: str, sparsity: float, scope: str = "global", x=None) -> Masks:
    """{weight: True where it stays}.

    rule   "magnitude", "Wanda", which needs inputs x, or "random"
    scope  "row", "layer" or "global"; at random each layer gives the same share

    >>> masks_of(torch.nn.Linear(4, 2), "magnitude", 0.5)["weight"].sum().item()
    4
    """
    if rule not in ("magnitude", "Wanda", "random"):
        raise ValueError(f'rule must be "magnitude", "Wanda" or "random", got {rule!r}')
    weights = layer_weights(net)
    if rule == "random":
        return {name: random_mask(w, sparsity, seed=seed) for seed, (name, w) in enumerate(weights.items())}
    scores = wanda_scores(net, x) if rule == "Wanda" else {name: w.abs() for name, w in weights.items()}
    return score_masks(scores, sparsity, scope=scope)


def named(nets: Iterable, split) -> list[float]:
    """How many of 100 each of the networks names right.

    >>> from edukit.data import digits
    >>> from edukit.networks import trained
    >>> named([trained("digits_residual")], digits().validation)
    [95.5]
    """
    return [100 * accuracy(net, split) for net in nets]


def sweep(nets: list, split, shares: dict[str, Iterable[int]]):
    """(found, changed): each {rule: {sparsity in %: [% of each network]}}, 0 % among them.

    shares   {one of RULES: the sparsities in %}

    >>> from edukit.data import digits
    >>> from edukit.networks import trained
    >>> found, changed = sweep([trained("digits_residual")], digits().validation, {"one ranking": [50]})
    >>> list(found["one ranking"]), changed["one ranking"][0]
    ([0, 50], [0.0])
    """
    found = {}
    changed = {}
    whole = named(nets, split)
    for rule, percents in shares.items():
        found[rule] = {0: whole}
        changed[rule] = {0: [0.0] * len(nets)}
        for percent in percents:
            masks = [masks_of(net, RULES[rule][0], percent / 100, RULES[rule][1]) for net in nets]
            pairs = list(zip(nets, masks, strict=True))
            found[rule][percent] = named([apply_masks(*pair) for pair in pairs], split)
            changed[rule][percent] = [_change(*pair) for pair in pairs]
    return found, changed


def used_weights(net, split) -> Masks:
    """{weight: False where the gradient of the loss of all these images together is exactly 0}.

    Such a weight does nothing now, or its effects cancel. Whether the network answers without them as before is a
    question to the network.

    >>> from edukit.data import digits
    >>> net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    >>> used = used_weights(net, digits().train)["1.weight"]
    >>> int((~used).any(0).sum())  # pixels that are 0 in every digit
    4
    """
    net = copied(net).eval()
    cross_entropy(net, torch.as_tensor(split.x), torch.as_tensor(split.y)).backward()
    return {name: net.get_parameter(name).grad != 0 for name in layer_weights(net)}


def _change(net, masks) -> float:
    """‖w - m w‖ / ‖w‖ in %."""
    weights = layer_weights(net)
    gone = torch.stack([(w * ~masks[name]).norm() for name, w in weights.items()]).norm()
    return (100 * gone / torch.stack([w.norm() for w in weights.values()]).norm()).item()
