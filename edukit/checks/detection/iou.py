"""An exercise on boxes: iou(a, b) -> the share of the union of two boxes that both cover.

Well-known mistakes  two negative widths whose product is positive; the overlap counted twice in the union; one pixel
more on each side; width and height taken for a corner; bytes that wrap
"""

import numpy as np

from edukit.checks.verdict import Exercise


def iou_by_hand(a, b):
    """Intersection over union of two boxes x1, y1, x2, y2."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = np.asarray(a, float), np.asarray(b, float)
    width = max(0, min(ax2, bx2) - max(ax1, bx1))
    height = max(0, min(ay2, by2) - max(ay1, by1))
    both = width * height
    return both / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - both)


def _parts(a, b):
    """Areas of both boxes, width and height of what they share; the two may be negative."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]), width, height


def _wrong(formula):
    """A wrong IoU, from the areas and what is shared."""

    def answer(a, b):
        one, two, width, height = _parts(a, b)
        return float(formula(one, two, max(width, 0) * max(height, 0)))

    return answer


def _unclipped(a, b):
    one, two, width, height = _parts(a, b)
    return float(width * height / (one + two - width * height))


def _product_clipped(a, b):
    one, two, width, height = _parts(a, b)
    both = max(width * height, 0)
    return float(both / (one + two - both))


def _one_pixel_more(a, b):
    more = [0, 0, 1, 1]
    return iou_by_hand(np.add(np.asarray(a, float), more), np.add(np.asarray(b, float), more))


def _as_sizes(a, b):
    return float(iou_by_hand(_corners(a), _corners(b)))


def _corners(box):
    x, y, width, height = np.asarray(box, float)
    return np.array([x, y, x + width, y + height])


def _bytes_wrap(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind == "f":
        return iou_by_hand(a, b)
    with np.errstate(all="ignore"):
        width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
        one, two = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
        both = max(width, 0) * max(height, 0)
        return float(both / (one + two - both))


def _show(arguments, expected, got):
    a, b = (np.asarray(box).tolist() for box in arguments)
    return f"a = {a} and b = {b}: {expected:.4g}, yours says {float(got):.4g}"


IOU = Exercise(
    iou_by_hand,
    [
        (np.array([0, 0, 4, 4]), np.array([2, 0, 6, 4])),
        (np.array([0.0, 0.0, 10.0, 4.0]), np.array([1.0, 1.0, 4.0, 3.0])),
        (np.array([3, 5, 9, 8]), np.array([3, 5, 9, 8])),
        (np.array([0, 0, 4, 4]), np.array([6, 1, 9, 3])),
        (np.array([0, 0, 2, 2]), np.array([5, 6, 8, 9])),
        (np.array([0, 0, 4, 4]), np.array([4, 4, 8, 8])),
        (np.array([-3.5, -2.0, 1.25, 2.0]), np.array([-1.0, -4.0, 5.0, 0.5])),
        (np.array([10, 0, 200, 180], np.uint8), np.array([20, 30, 220, 190], np.uint8)),
        (np.array([5.0, 6.0, 9.0, 8.0]), np.array([2.0, 1.0, 7.0, 7.5])),
        (np.array([0, 0, 70000, 90000], np.int32), np.array([500, 0, 80000, 60000], np.int32)),
    ],
    {
        "no clip": (_unclipped, "boxes that do not meet have a negative width or height: it must be 0 there"),
        "product clipped": (
            _product_clipped,
            "two negative numbers have a positive product: clip width and height each, before they are multiplied",
        ),
        "overlap counted twice": (
            _wrong(lambda a, b, both: both / (a + b)),
            "the sum of the two areas counts the overlap twice: take it away once",
        ),
        "over the smaller": (
            _wrong(lambda a, b, both: both / min(a, b)),
            "that is the share of the smaller box: a small box inside a large one must not get 1",
        ),
        "over the first": (
            _wrong(lambda a, b, both: both / a),
            "that is the share of the first box: both boxes belong below the line",
        ),
        "dice": (
            _wrong(lambda a, b, both: 2 * both / (a + b)),
            "that is the Dice coefficient, twice the overlap over the sum: asked is the overlap over the union",
        ),
        "one pixel more": (
            _one_pixel_more,
            "one pixel was added to each side, as older code does: the width is x2 − x1",
        ),
        "as sizes": (_as_sizes, "x2 and y2 were taken for width and height: they are the lower right corner"),
        "percent": (_wrong(lambda a, b, both: 100 * both / (a + b - both)), "those are percent: asked is a share"),
        "a distance": (
            _wrong(lambda a, b, both: 1 - both / (a + b - both)),
            "that is 1 − IoU, a distance: equal boxes must get 1",
        ),
        "bytes wrap": (
            _bytes_wrap,
            "small whole numbers wrap around, 190 times 180 does not fit into a byte: make floats of the boxes first",
        ),
    },
    "the one number by which detectors are trained, thinned out and judged",
    show=_show,
    hints=(
        "Draw two boxes that overlap. Where does the shared part begin on the left, and where does it end?",
        "The shared part begins at the larger x1 and ends at the smaller x2. What is its width where it ends before "
        "it begins?",
        "Clip width and height at 0 before you multiply them. The union is the sum of the areas less the shared area.",
    ),
)
