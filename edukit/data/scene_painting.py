"""Scenes: 96x96 RGB images with one to five textured shapes, overlaps and clutter, painted by numpy.

    ground ─> blobs and strokes ─> shape 1 … shape 5 ─> strokes over them ─> light, contrast, noise ─> whole levels
                                      └─> box = the columns and rows that the shape covers

A shape takes the first of eight random places that keeps its centre half the sum of both radii away from the
earlier ones; where none does, it is left out. So a later shape may hide a part of an earlier one, never most of it.
The box of a shape that is hidden in part is the box of the whole shape, as in COCO.

Shapes    (N, 3, 96, 96), whole levels 0..255 divided by 255 · boxes in whole pixels, x to the right, y down
In production  photographs with boxes drawn by people: https://cocodataset.org
"""

import numpy as np

from edukit.checked import checked
from edukit.data.boxed import BoxedDataset, BoxedSplit
from edukit.data.brush import Brush, cover, over
from edukit.data.dataset import SPLITS
from edukit.data.outlines import OUTLINES
from edukit.refuse import check_whole

SIDE = 96
BLOCK = 20  # images painted at once
MOST = 5  # shapes in an image
PLACES = 8
CLASSES = ("disc", "ring", "triangle", "square", "cross", "star")


@checked
def scenes(
    *, train: int = 2000, calibration: int = 128, validation: int = 200, test: int = 400, seed: int = 0
) -> BoxedDataset:
    """As many scenes as asked for, in new arrays; each split has a stream of its own, as in `shapes`.

    Raises ValueError for a size below 1 or a negative seed.

    >>> scenes(train=20, calibration=2, validation=2, test=2).train
    BoxedSplit(20 images of 3x96x96, 66 objects)
    """
    sizes = dict(zip(SPLITS, (train, calibration, validation, test), strict=True))
    for name, size in sizes.items():
        check_whole(size, name, 1, 1_000_000)
    splits = {name: _split(size, stream=[seed, number]) for number, (name, size) in enumerate(sizes.items())}
    return BoxedDataset("scenes", CLASSES, **splits)


def _split(size, stream):
    brush = Brush(np.random.default_rng(stream), BLOCK, SIDE)
    blocks = [_block(brush) for _ in range(0, size, BLOCK)]
    pixels, boxes, classes = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    there = classes[:size] >= 0
    x = np.divide(pixels[:size], 255, dtype=np.float32)
    return BoxedSplit(x, [b[t] for b, t in zip(boxes, there, strict=False)], [c[c >= 0] for c in classes[:size]])


def _block(brush):
    """Images uint8 (B, 3, 96, 96), boxes (B, 5, 4), classes (B, 5): -1 where there is no shape."""
    ground = brush.draw(0, 1, 3)
    image = brush.textured(ground, 0.2)
    for length, width in [(0, 4), (0, 3), (0, 3), (12, 1), (16, 0.8), (20, 0.6)]:  # behind the shapes
        image = over(image, brush.draw(0, 1, 3), brush.stroke(length, width))
    boxes, classes = [], []
    for x, y, radius, label in _places(brush):
        colour = ground + brush.draw(0.25, 0.75, 3)
        shape = _shape(brush, x, y, radius, label)
        image = over(image, brush.textured(colour - np.floor(colour), 0.25), shape)
        boxes.append(_box(shape))
        classes.append(label)
    for length in (8, 14):
        image = over(image, brush.draw(0, 1, 3), brush.stroke(length, 0.6))
    return brush.photograph(image), np.stack(boxes, 1), np.stack(classes, 1)


def _places(brush):
    """Place, radius and class of each of the five shapes: (B, 1, 1, 1) and, for the class, (B,)."""
    wanted = brush.rng.integers(1, MOST + 1, size=brush.count)
    taken = []
    for number in range(MOST):
        radius = brush.draw(6, 18)
        label = brush.rng.integers(len(CLASSES), size=brush.count)
        x, y = brush.draw(-42, 42, PLACES), brush.draw(-42, 42, PLACES)
        free = np.abs(x) < 100  # every place, at first
        for other_x, other_y, other_radius, there in taken:
            across, down, apart = x - other_x, y - other_y, 0.5 * (radius + other_radius)
            free = free & ((across * across + down * down >= apart * apart) | ~there)
        first = free.argmax(axis=1)[:, None]
        there = free.any(axis=1)[:, None] & (number < wanted)[:, None, None, None]
        x, y = (np.take_along_axis(value, first, axis=1) for value in (x, y))
        taken.append((x, y, radius, there))
        yield x, y, radius, np.where(there.ravel(), label, -1)


def _shape(brush, x, y, radius, label):
    """How much of each pixel the shape of each image covers: nothing where its class is -1."""
    stretch = brush.draw(0.85, 1.18)
    u, v = brush.turned(x, y, most=0.5)
    u = u / radius
    v = v / (radius * stretch)
    distance = np.ones_like(u)
    for number, name in enumerate(CLASSES):
        own = label == number
        distance[own] = OUTLINES[name](u[own], v[own])
    return cover(distance * radius)


def _box(shape):
    """x1, y1, x2, y2 around the pixels that are covered at least half: (B, 4), zeros where there are none."""
    covered = shape[:, 0] >= 0.5
    ends = []
    for axis in (1, 2):
        line = covered.any(axis=axis)
        ends.append(line.argmax(axis=1))
        ends.append((SIDE - line[:, ::-1].argmax(axis=1)) * line.any(axis=1))
    x1, x2, y1, y2 = ends
    return np.stack([x1, y1, x2, y2], axis=1)
