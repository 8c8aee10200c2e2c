"""Which part of a detector breaks first: the weights of one part at few bits, all others as they are.

    for each part: copy ─ weights of this part to their grids, a scale for each filter ─> mean average precision

In production  layer by layer, on every network: `edukit.quantization.sensitivity`
"""

from collections.abc import Iterable

import torch
from torch import nn

from edukit.copies import copied
from edukit.detection.coco import THRESHOLDS, mean_average_precision
from edukit.detection.postprocess import detect
from edukit.detection.targets import check_boxed
from edukit.quantization import choose_qparams, fake_quantize, min_max
from edukit.refuse import check_model, check_whole
from edukit.training.evaluate import evaluating


def part_scores(
    model: nn.Module, parts: Iterable[str], split, anchors, *, bits: int = 4, thresholds=THRESHOLDS
) -> dict[str, float]:
    """{part: mAP of the detector in which only this part has weights of few bits}; "none" is the detector itself.

    parts   names of submodules, such as "backbone" or "box_head"
    split   holds x, boxes and classes · anchors: those of the model
    bits    of each weight, 2 to 8, symmetric, with a scale for each filter
    Raises ValueError for a part that the model does not have, or that has no weights.

    >>> from edukit.data import scenes
    >>> from edukit.detection import TinyDetector, tiny_anchors
    >>> part_scores(TinyDetector(6), ["box_head"], scenes(train=1, calibration=1, validation=1, test=2).test,
    ...     tiny_anchors())
    {'none': 0.0, 'box_head': 0.0}
    """
    check_model(model)
    check_boxed(split)
    check_whole(bits, "bits", 2, 8)
    parts = list(parts)
    for part in parts:
        _weights(model, part)
    return {part: _score(with_few_bits(model, part, bits), split, anchors, thresholds) for part in ["none", *parts]}


def with_few_bits(model: nn.Module, part: str, bits: int) -> nn.Module:
    """A copy of the model in which the weights of one part are rounded to a grid of so many bits.

    >>> net = nn.Sequential(nn.Linear(2, 1, bias=False))
    >>> net[0].weight.data[:] = torch.tensor([1.0, 0.25])
    >>> with_few_bits(net, "0", 2)[0].weight.tolist()
    [[1.0, 0.0]]
    """
    few = copied(model)
    if part == "none":
        return few
    with torch.no_grad():
        for weight in _weights(few, part):
            ends = min_max(weight, axis=0)
            weight.copy_(fake_quantize(weight, choose_qparams(*ends, bits, symmetric=True)))
    return few


def _weights(model, part) -> list:
    """The weights of the layers of a part, without biases and batch norms."""
    modules = dict(model.named_modules())
    if part not in modules or not part:
        raise ValueError(f"parts must be names of submodules such as {', '.join(n for n in modules if n)}"[:120])
    layers = [layer for layer in modules[part].modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    if not layers:
        raise ValueError(f"parts must have weights, got {part!r}")
    return [layer.weight for layer in layers]


def _score(model, split, anchors, thresholds):
    with evaluating(model), torch.no_grad():
        outputs = model(torch.as_tensor(split.x))
    return mean_average_precision(detect(outputs, anchors, split.x.shape[2:]), split.truth, thresholds=thresholds)
