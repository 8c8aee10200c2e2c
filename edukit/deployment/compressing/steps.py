"""Steps: what can be done to a network so that its file becomes smaller.

    fewer channels    a share of the MACs stays; of two plans, the one after which the answers change less
    training          from the original's answers, and labels where there are some
    fewer bits        weights of 8 bits, of 4, or of both: the layers that suffer most keep 8

Codes of "int8" have 7 bits of their 8: a processor without VNNI adds products in pairs, in 16 bits, and 8 do not fit.

Shapes    x (N, …) as the model takes it; answers in any shape, one array
Cost      training: one pass of the original and one step of the network for each batch; GPTQ for codes of 4 bits
Source    fewer channels, then new statistics: Li et al. 2020, https://arxiv.org/abs/2007.02491
          answers as targets, without labels: Ba & Caruana 2014, https://arxiv.org/abs/1312.6184
In production  the same steps by hand, each with a tool of its own
"""

import math
import warnings
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from edukit.copies import copied
from edukit.deployment.compressing.examples import Part
from edukit.distillation import distill
from edukit.pruning import reestimate_batchnorm, shrink_to_macs
from edukit.quantization import allocate_bits, output_error, quantize_model, sensitivity
from edukit.quantization.debug.mixed import layer_shapes, weight_bytes
from edukit.training.evaluate import logits_of
from edukit.training.loop import Recipe, descend

PRECISIONS = "float32", "int8", "mixed", "int4"
EIGHT, FOUR = 7, 4  # bits of the codes
PLANS = "global", "output"  # scopes of shrink_to_macs
LOOKED_AT, MIXED = 64, 1 / 4  # rows that find the layers which suffer; of the way from 4 bits to 8
BATCH = 32


def shrunken(model: nn.Module, x: torch.Tensor, share: float) -> nn.Module:
    """A copy with at most this share of the MACs, its batch norms with new statistics; nothing was trained.

    Raises ValueError where so few channels are not possible, and says which share is.

    >>> net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    >>> shrunken(net, torch.rand(16, 2), 0.5)[0].out_features
    16
    """
    error = output_error(model, x)
    found = []
    for scope in PLANS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # less is left than was asked: the report says how much
            found.append(with_new_statistics(shrink_to_macs(model, x, share, scope=scope), x))
    return min(found, key=error)


def with_new_statistics(model: nn.Module, x: torch.Tensor) -> nn.Module:
    """A copy in evaluation mode; its batch norms, if it has any, have the statistics of x."""
    if any(isinstance(norm, nn.modules.batchnorm._NormBase) and norm.track_running_stats for norm in model.modules()):
        return reestimate_batchnorm(model, x)
    return copied(model).eval()


def taught(
    model: nn.Module,
    original: nn.Module,
    train: Part,
    *,
    steps: int,
    learning_rate: float,
    augment: Callable | None = None,
    seed: int = 0,
    words: str | None = None,
) -> nn.Module:
    """A copy that has learnt from the original's answers, and from the labels where there are some.

    steps   of 32 rows each, rounded up to whole passes over the rows
    words   before a bar; None for no bar
    Raises ValueError where the loss does not stay finite, or no weight may change.
    """
    epochs = math.ceil(steps * BATCH / len(train.x))
    recipe = dict(learning_rate=learning_rate, batch_size=BATCH, augment=augment, progress=words)
    teacher = copied(original).eval()
    if train.y is not None:
        return distill(model, teacher, train.split, epochs=epochs, seed=seed, **recipe)
    rows = torch.zeros(len(train.x))  # the loss asks the teacher, not them
    return descend(model, train.x, rows, Recipe(**recipe), epochs=epochs, loss=_matching(teacher), seed=seed)


def quantized(model: nn.Module, x: torch.Tensor, precision: str) -> nn.Module:
    """The network with weights of that precision, one of PRECISIONS; "float32" is the network itself.

    >>> layer = quantized(nn.Linear(8, 8), torch.rand(16, 8), "int4").report[0]
    >>> layer.precision, layer.rounding
    ('int4', 'gptq, bias corrected')
    """
    if precision == "float32":
        return model
    if precision == "int8":
        return quantize_model(model, x, EIGHT, rounding="nearest")
    return quantize_model(model, x, FOUR if precision == "int4" else mixed_bits(model, x))


def mixed_bits(model: nn.Module, x: torch.Tensor) -> dict[str, int]:
    """{layer: bits}, 4 or 7, so that the answers change little in a quarter of the bytes between all 4 and all 8.

    >>> sorted(set(mixed_bits(nn.Sequential(nn.Linear(8, 80), nn.Linear(80, 8)), torch.rand(16, 8)).values()))
    [4]
    """
    few = x[:LOOKED_AT]
    shapes = layer_shapes(model, few[:2])
    costs = sensitivity(model, few, output_error(model, few), bits=(FOUR, EIGHT))
    stored = {layer: {FOUR: row[FOUR], 8: row[EIGHT]} for layer, row in costs.items()}
    least = weight_bytes(shapes, FOUR)
    bits = allocate_bits(stored, shapes, least + MIXED * (weight_bytes(shapes, 8) - least)) if shapes else {}
    return {layer: FOUR if found == FOUR else EIGHT for layer, found in bits.items()}


def _matching(teacher) -> Callable:
    """The squared error of the answers, as a share of their variance."""

    def loss(model, x, rows):
        with torch.no_grad():
            wanted = logits_of(teacher(x.clone()))
        return F.mse_loss(logits_of(model(x.clone())), wanted) / wanted.var().clamp(min=1e-12)

    return loss
