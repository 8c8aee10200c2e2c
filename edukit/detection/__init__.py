"""Detection: where are the objects of an image, and what are they?                     lesson 12

boxes.py        intersection over union of boxes, and the part of a box that lies in the image
anchors.py      boxes to start from, on every level; which of them answers for which object
coding.py       a box as four numbers relative to its anchor, and back
losses.py       focal loss for many easy anchors, smooth L1 for boxes
suppression.py  one box for each object: greedy and soft suppression
recall.py       precision against recall, and average precision: its mean at 101 recalls
coco.py         mean average precision: COCO's average over classes and thresholds of IoU
bifpn.py        maps of several scales that tell each other what they see, with weights that learn
detector.py     TinyDetector: backbone, BiFPN and two shared heads, in three sizes
postprocess.py  from the answers of a detector to boxes, outside the graph
targets.py      what each anchor of an image should answer
train.py        the loss of a detector, and how it learns
distill.py      a small detector learns from a large one, where that one sees something
trained.py      trained detectors, bundled

The names below are opened when they are first used: boxes, suppression and averages need numpy alone.
"""

import importlib

_FILES = {
    "boxes": ["iou", "clip_boxes"],
    "anchors": ["make_anchors", "match_anchors"],
    "coding": ["encode_boxes", "decode_boxes"],
    "losses": ["focal_loss", "smooth_l1_loss"],
    "suppression": ["nms", "soft_nms"],
    "recall": ["precision_recall", "average_precision"],
    "coco": ["mean_average_precision", "class_average_precision", "judge"],
    "bifpn": ["BiFPNLayer", "Fusion", "fix_shares", "fusion_shares"],
    "detector": ["TinyDetector", "tiny_anchors"],
    "postprocess": ["Found", "detect"],
    "train": ["detection_loss", "fit_detector"],
    "distill": ["distill_detector", "distillation_loss"],
    "trained": ["trained_detector"],
}
_HOME = {name: file for file, names in _FILES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name in _HOME:
        return getattr(importlib.import_module(f"edukit.detection.{_HOME[name]}"), name)
    raise AttributeError(f"module 'edukit.detection' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_HOME]
