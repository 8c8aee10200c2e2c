"""Training a detector: focal loss for what each anchor holds, smooth L1 for how its box lies, over the kit's own loop.

    L = focal(logits, classes) / n + λ · smooth L1(offsets, targets) / n        n anchors with an object, 1 at least

Anchors without an object count in the first term alone, and those between the limits of the match in neither.
Every second image, by chance, is seen in a mirror.

Symbols   λ box_weight
Shapes    logits (B, A, classes), offsets (B, A, 4), labels (B, A)
Source    Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 4.1; γ = 1.5 as Tan, Pang, Le 2020,
          https://arxiv.org/abs/1911.09070, section 5.1
In production  the same losses with more augmentation: large jitter of scale, mosaic, an average of the weights (EMA)
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from edukit.checked import check_seed
from edukit.copies import copied
from edukit.detection.anchors import IGNORED
from edukit.detection.losses import focal_loss, smooth_l1_loss
from edukit.detection.targets import Targets, check_boxed, mirrored, targets_of
from edukit.errors import first_line
from edukit.refuse import check_model, check_whole
from edukit.signatures import passes_on
from edukit.training.loop import Recipe, descend

GAMMA, BOX_WEIGHT = 1.5, 2.0


def detection_loss(logits: Tensor, offsets: Tensor, targets: Targets, *, box_weight: float = BOX_WEIGHT) -> dict:
    """The parts of the loss of a batch, {"classes": …, "boxes": …}, whose sum is to become small.

    >>> nothing = Targets(torch.full((1, 3), -1), torch.zeros(1, 3, 4))
    >>> loss = detection_loss(torch.full((1, 3, 2), -9.0), torch.ones(1, 3, 4), nothing)
    >>> round(loss["classes"].item(), 3), loss["boxes"].item()
    (0.0, 0.0)
    """
    labels = targets.labels
    has_object = labels >= 0
    count = has_object.sum().clamp(min=1)
    wanted = torch.zeros_like(logits)
    wanted[has_object] = nn.functional.one_hot(labels[has_object], logits.shape[-1]).to(logits.dtype)
    logits = logits.masked_fill((labels == IGNORED)[..., None], -99.0)  # as background that is surely right: no loss
    boxes = smooth_l1_loss(offsets[has_object], targets.offsets[has_object])
    return {"classes": focal_loss(logits, wanted, gamma=GAMMA) / count, "boxes": box_weight * boxes / count}


@passes_on(Recipe)
def fit_detector(
    model: nn.Module, split, anchors: np.ndarray, *, epochs: int, seed: int = 0, extra: Callable | None = None, **recipe
) -> nn.Module:
    """A trained copy of a detector, in evaluation mode; the model itself is not changed.

    split      holds x (N, 3, H, W), boxes and classes, such as `edukit.data.scenes().train`
    anchors    (A, 4), a box for each row of the model's answers
    extra      None, or a function that returns further parts of the loss of a batch, {part: scalar}, of (logits,
               offsets, rows of the split (B,), whether each is mirrored (B,))
    **recipe   the fields of `edukit.training.loop.Recipe`, but for augment
    Raises TypeError for a split of another kind, ValueError for a model that does not answer with a row for each anchor
    and a column for each class, and for a loss that is no longer finite.

    >>> from edukit.data import scenes
    >>> from edukit.detection.detector import TinyDetector, tiny_anchors
    >>> split = scenes(train=8, calibration=1, validation=1, test=1).train
    >>> fit_detector(TinyDetector(6), split, tiny_anchors(), epochs=1, progress=None).training
    False
    """
    check_model(model)
    check_whole(epochs, "epochs", 1, 10**6)
    check_boxed(split)
    how = Recipe(**recipe)
    if how.augment:
        raise ValueError("augment must be None: a changed image would need other boxes")
    check_answers(model, split, anchors)
    both = [targets_of(side, anchors) for side in (split, mirrored(split))]
    labels, offsets = (torch.stack(parts) for parts in zip(*both, strict=True))

    def loss(model, x, rows):
        is_mirrored = torch.rand(len(x)) < 0.5
        answers = model(torch.where(is_mirrored[:, None, None, None], x.flip(3), x))
        side = is_mirrored.long()
        parts = detection_loss(*answers, Targets(labels[side, rows], offsets[side, rows]))
        return parts | (extra(*answers, rows, side) if extra else {})

    x = torch.as_tensor(split.x)
    return descend(model, x, torch.arange(len(x)), how, epochs=epochs, loss=loss, seed=check_seed(seed))


def check_answers(model: nn.Module, split, anchors) -> None:
    """Raise a ValueError unless the model answers with (logits, offsets) that fit the anchors and the classes.

    >>> from edukit.data import scenes
    >>> check_answers(nn.Flatten(), scenes(train=1, calibration=1, validation=1, test=1).train, [[0, 0, 8, 8]])
    Traceback (most recent call last):
    ValueError: model must answer with logits (B, 1, at least 6) and offsets (B, 1, 4), got a Tensor
    """
    count = len(anchors)
    with torch.no_grad():
        try:
            answers = copied(model).eval()(torch.as_tensor(split.x[:1]))
        except RuntimeError as error:
            raise ValueError(f"model does not take images of {split.x.shape[1:]}: {first_line(error)}") from error
    least = 1 + max([-1, *(int(labels.max(initial=-1)) for labels in split.classes)])
    if not isinstance(answers, tuple | list):
        got = f"a {type(answers).__name__}"
    else:
        shapes = [tuple(answer.shape) for answer in answers]
        fits = len(shapes) == 2 and shapes[1] == (1, count, 4) and shapes[0][:2] == (1, count)
        if fits and len(shapes[0]) == 3 and shapes[0][2] >= least:
            return
        got = str(shapes)
    asked = f"logits (B, {count}, at least {least}) and offsets (B, {count}, 4)"
    raise ValueError(f"model must answer with {asked}, got {got}")
