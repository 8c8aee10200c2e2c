"""Movement pruning: weights that move towards 0 during training are removed, however large they still are.

    S ← S - w ∂L/∂w'        w' = m w        m = True for the 1 - s of the weights with the highest S

A step of gradient descent changes w by -η ∂L/∂w: S grows where this leads away from 0, and falls where it leads to 0.
A masked weight keeps its number w and collects S as well, from the gradient at w' = 0: it may come back.

It helps in fine-tuning on another task, where large weights were large for the old one; after training on the same
task magnitude knows more.

Symbols   w weights as they are stored, w' as they are used · m mask · S scores, 0 at first · s sparsity · L loss
Bound     for plain gradient descent, one step and the loss w x:  S = -w x > 0 exactly where the step makes |w| larger
Source    Sanh, Wolf & Rush 2020, https://arxiv.org/abs/2005.07683 (movement pruning, straight through the mask)
In production  neural_compressor and nn_pruning, where S is a parameter of the optimizer; here it is the plain sum
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.func import functional_call

from edukit.pruning.weights.model_masks import apply_masks, layer_weights, score_masks
from edukit.pruning.weights.schedule import cubic_sparsity, planned
from edukit.refuse import check_whole
from edukit.signatures import passes_on
from edukit.training import cross_entropy, fit


@passes_on(fit, without=("epochs", "loss"), progress="movement")
def prune_by_movement(
    model: nn.Module,
    split,
    final: float,
    *,
    schedule: Callable | str = cubic_sparsity,
    steps: int = 5,
    epochs_per_step: int = 1,
    scope: str = "global",
    loss: Callable = cross_entropy,
    **training,
) -> nn.Module:
    """A trained copy of the model without the weights that moved towards 0; arguments as for `prune_gradually`.

    The first step trains all weights and collects scores; then each step begins with the masks that the scores give,
    and the last one with the final masks.

    >>> from edukit.data import digits
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> pruned = prune_by_movement(net, digits().train, 0.5, steps=2, progress=None)
    >>> int((pruned[1].weight == 0).sum())
    320
    """
    sparsities = planned(schedule, steps, final)
    check_whole(epochs_per_step, "epochs_per_step", 1, 10**6)
    moving = Movement(model, loss)
    for sparsity in [0.0, *sparsities]:
        moving.masks = score_masks(moving.scores, sparsity, scope=scope)
        model = fit(model, split, epochs=epochs_per_step, loss=moving, **{"progress": "movement", **training})
    return apply_masks(model, moving.masks)


class Movement:
    """A loss for `fit` that runs the network with masks and adds up the scores of its weights.

    >>> layer = nn.Linear(1, 1, bias=False)
    >>> moving = Movement(layer, lambda model, x, y: model(x).sum())
    >>> layer.weight.data.fill_(2.0).item()
    2.0
    >>> moving(layer, torch.tensor([[3.0]]), None).backward()  # the gradient is 3: a step makes w smaller
    >>> moving.scores["weight"].item()
    -6.0
    """

    def __init__(self, model: nn.Module, loss: Callable = cross_entropy):
        self.loss = loss
        self.scores = {name: torch.zeros_like(w) for name, w in layer_weights(model).items()}
        self.masks = {name: torch.ones_like(w, dtype=torch.bool) for name, w in self.scores.items()}

    def __call__(self, model: nn.Module, x: torch.Tensor, y: torch.Tensor):
        used = {name: model.get_parameter(name) * stays for name, stays in self.masks.items()}
        for name, weight in used.items():
            if weight.requires_grad:
                weight.register_hook(self._collect(name, model.get_parameter(name)))
        return self.loss(lambda *inputs: functional_call(model, used, inputs), x, y)

    def _collect(self, name, w):
        def collect(gradient):
            self.scores[name] -= w.detach() * gradient

        return collect
