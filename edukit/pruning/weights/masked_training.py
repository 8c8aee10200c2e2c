"""Fine-tuning with fixed masks: pruned weights stay zero, and the others learn to make up for them.

    for each batch:   w ← m w        then the loss, its gradient and the optimizer's step, as always
    at the end:       w ← m w

The optimizer moves pruned weights as well: by momentum, and by the gradient of a weight that is 0. Before the next
batch they are 0 again, so no loss is ever computed with them.

The trained model has zeros at the same places as the masks, whatever the loss; the model given is unchanged. A common
mistake is to apply the masks once, before the training: after the first step the network is dense again.

Symbols   w weights · m masks, True where a weight stays
Source    Han et al. 2015, https://arxiv.org/abs/1506.02626 (prune, then retrain what is left)
In production  torch.nn.utils.prune keeps weight_orig and weight_mask and multiplies them before every call
"""

from collections.abc import Callable

from torch import nn

from edukit.checked import checked
from edukit.pruning.weights.model_masks import Masks, apply_masks, write_zeros
from edukit.signatures import passes_on
from edukit.training import cross_entropy, fit


@checked
@passes_on(fit, progress="fine-tuning")
def fine_tune(
    model: nn.Module, split, masks: Masks, *, epochs: int, loss: Callable = cross_entropy, **training
) -> nn.Module:
    """A trained copy of the model in which the masks still hold.

    masks        {name of a parameter: True where it stays}, such as from `magnitude_masks`
    loss         as `edukit.training.fit` takes it, distillation's too
    **training   the other arguments of `fit`: seed, learning_rate, batch_size, augment, progress, report

    >>> from edukit.data import digits
    >>> from edukit.pruning.weights.model_masks import magnitude_masks
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> masks = magnitude_masks(net, 0.75)
    >>> tuned = fine_tune(net, digits().train, masks, epochs=1, progress=None)
    >>> int((tuned[1].weight != 0).sum()), int(masks["1.weight"].sum())
    (160, 160)
    """

    def held(trained, x, y):
        write_zeros(trained, masks)
        return loss(trained, x, y)

    tuned = fit(apply_masks(model, masks), split, epochs=epochs, loss=held, **{"progress": "fine-tuning", **training})
    write_zeros(tuned, masks)
    return tuned
