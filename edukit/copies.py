"""Copies: what every technique works on, so that the caller's model stays as it is.

    copied(model)                a deep copy, whatever tensors a forward pass has left in the model
    with_stored_weights(model)   the same, where each weight is a number in memory and no longer computed

torch refuses to deep-copy a tensor that was computed from parameters. Pruning hooks, the old `weight_norm` and layers
that keep their last answer hold such tensors: copies of them are taken without their history.

A weight that hooks or parametrizations compute is a constant in evaluation mode, so it can be stored as its value.

Source    https://docs.pytorch.org/tutorials/intermediate/pruning_tutorial.html, "Remove pruning re-parametrization"
In production  torch.nn.utils.prune.remove, remove_weight_norm, parametrize.remove_parametrizations
"""

import copy
import warnings

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.prune import BasePruningMethod
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm
from torch.utils._pytree import tree_leaves

from edukit.refuse import check_model

COMPUTING_HOOKS = BasePruningMethod, SpectralNorm, WeightNorm  # each writes an attribute anew before each forward pass


def copied(model: nn.Module) -> nn.Module:
    """A deep copy of the model, in the mode that it is in.

    >>> layer = nn.Linear(2, 2)
    >>> layer.last = layer(torch.ones(1, 2))  # computed: copy.deepcopy(layer) fails
    >>> torch.equal(copied(layer).last, layer.last)
    True
    """
    check_model(model)
    held = [leaf for module in model.modules() for leaf in tree_leaves(vars(module)) if _is_computed(leaf)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own, whenever a traced model is copied
        return copy.deepcopy(model, {id(tensor): tensor.detach().clone() for tensor in held})


def with_stored_weights(model: nn.Module) -> nn.Module:
    """A copy whose weights are plain parameters with the values they have in evaluation mode.

    >>> from torch.nn.utils import prune
    >>> pruned = prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=2)
    >>> [name for name, _ in pruned.named_parameters()]
    ['bias', 'weight_orig']
    >>> [name for name, _ in with_stored_weights(pruned).named_parameters()]
    ['bias', 'weight']
    """
    plain = copied(model)
    modes = {module: module.training for module in plain.modules()}
    plain.eval()  # a spectral norm would otherwise count this as a step of training
    with torch.no_grad():
        for module in list(modes):
            _store(module)
    for module in plain.modules():
        module.training = modes.get(module, module.training)
    return plain


def has_code_of_its_own(module: nn.Module) -> bool:
    """Whether a call computes more than its class says: with hooks, or a forward written into this one module.

    >>> layer = nn.Linear(2, 2)
    >>> _ = layer.register_forward_hook(lambda module, inputs, answer: 2 * answer)
    >>> has_code_of_its_own(layer), has_code_of_its_own(nn.Linear(2, 2))
    (True, False)
    """
    return bool(module._forward_hooks or module._forward_pre_hooks) or "forward" in vars(module)


def _store(module) -> None:
    """Replace what computes a weight of this module by the weight."""
    for number, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, COMPUTING_HOOKS):
            hook.remove(module)
            del module._forward_pre_hooks[number]
    if parametrize.is_parametrized(module):
        values = {name: getattr(module, name) for name in module.parametrizations}
        learned = {name for name in values if list(module.parametrizations[name].parameters(recurse=False))}
        module.__class__ = type(module).__bases__[0]  # torch's own removal would also undo it in the caller's model
        del module.parametrizations
        for name, value in values.items():
            setattr(module, name, nn.Parameter(value)) if name in learned else module.register_buffer(name, value)


def _is_computed(leaf) -> bool:
    return isinstance(leaf, torch.Tensor) and not leaf.is_leaf
