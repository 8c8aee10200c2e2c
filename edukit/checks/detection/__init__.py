"""The exercises of the lesson on detection.

iou.py                iou: how much two boxes overlap
suppression.py        nms: one box for each object
box_coding.py         encode: a box as four numbers relative to its anchor
average_precision.py  average_precision: COCO's mean of the precision at 101 recalls
"""

from edukit.checks.detection.average_precision import AVERAGE_PRECISION as average_precision
from edukit.checks.detection.box_coding import ENCODE as encode
from edukit.checks.detection.iou import IOU as iou
from edukit.checks.detection.suppression import NMS as nms

__all__ = ["average_precision", "encode", "iou", "nms"]
