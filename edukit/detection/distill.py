"""Distilling a detector: the student learns what the teacher answers where the teacher sees something.

    m = max over classes of sigmoid(teacher's logits)          the mask: near 0 on background, near 1 on objects
    classes   Σ m · KL(teacher's probability ‖ student's) / Σ m       each class is a yes or no of its own
    boxes     Σ m · smooth L1(student's offsets, teacher's) / Σ m
    L = L of the labels + λ (classes + boxes)

Without the mask, hundreds of anchors on background would outvote the few on objects.

The teacher looks at each image and at its mirror image once, before the training.

Symbols   m mask · λ weight
Shapes    logits (B, A, classes), offsets (B, A, 4)
Source    Chen et al. 2017, https://papers.nips.cc/paper/6676-learning-efficient-object-detection-models (both heads);
          masks: Wang et al. 2019, https://arxiv.org/abs/1906.03609
In production  the same, with feature maps of the neck as further targets
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from edukit.detection.targets import check_boxed
from edukit.detection.train import BOX_WEIGHT, check_answers, fit_detector
from edukit.signatures import passes_on
from edukit.training.evaluate import evaluating


def distillation_loss(logits: Tensor, offsets: Tensor, teacher_logits: Tensor, teacher_offsets: Tensor) -> dict:
    """The parts of the loss that the teacher gives, {"soft classes": …, "soft boxes": …}; 0 where both agree.

    >>> logits, offsets = torch.randn(1, 5, 3), torch.randn(1, 5, 4)
    >>> {name: part.item() for name, part in distillation_loss(logits, offsets, logits, offsets).items()}
    {'soft classes': 0.0, 'soft boxes': 0.0}
    """
    probabilities = teacher_logits.sigmoid()
    mask = probabilities.amax(-1)
    total = mask.sum().clamp(min=1)
    least = F.binary_cross_entropy_with_logits(teacher_logits, probabilities, reduction="none")
    divergence = F.binary_cross_entropy_with_logits(logits, probabilities, reduction="none") - least
    distance = F.smooth_l1_loss(offsets, teacher_offsets, beta=0.1, reduction="none")
    classes, boxes = ((mask * part.sum(-1)).sum() / total for part in (divergence, distance))
    return {"soft classes": classes, "soft boxes": BOX_WEIGHT * boxes}


@passes_on(fit_detector, without=("model", "extra"), progress="distilling")
def distill_detector(
    student: nn.Module, teacher: nn.Module, split, anchors: np.ndarray, *, weight: float = 1.0, **training
) -> nn.Module:
    """A copy of the student that learned from the labels and from the teacher, in evaluation mode.

    weight       of what the teacher says, beside the labels
    **training   the other arguments of `fit_detector`: epochs, seed, learning_rate, …
    Raises ValueError for a negative weight, a teacher whose answers do not fit the anchors, and what `fit_detector`
    refuses.
    """
    if not 0 <= weight < float("inf"):
        raise ValueError(f"weight must be at least 0 and finite, got {weight!r}")
    check_boxed(split)
    check_answers(teacher, split, anchors)
    images = torch.as_tensor(split.x)
    both = [answers_of(teacher, side) for side in (images, images.flip(3))]
    told = [torch.stack(parts) for parts in zip(*both, strict=True)]

    def extra(logits, offsets, rows, side):
        parts = distillation_loss(logits, offsets, *(answers[side, rows] for answers in told))
        return {name: weight * part for name, part in parts.items()}

    return fit_detector(student, split, anchors, extra=extra, **{"progress": "distilling", **training})


def answers_of(model: nn.Module, images: Tensor, batch_size: int = 64) -> tuple[Tensor, Tensor]:
    """The logits and offsets of all images, batch by batch, in evaluation mode.

    >>> from edukit.detection.detector import TinyDetector
    >>> [tuple(x.shape) for x in answers_of(TinyDetector(5), torch.zeros(3, 3, 32, 32), batch_size=2)]
    [(3, 84, 5), (3, 84, 4)]
    """
    with evaluating(model), torch.no_grad():
        parts = [model(batch.clone()) for batch in images.split(batch_size)]
    logits, offsets = (torch.cat(part) for part in zip(*parts, strict=True))
    return logits, offsets
