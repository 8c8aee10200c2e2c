"""Ten textured shapes on cluttered backgrounds, painted by numpy: 32x32 RGB, as many as you like.

    ground ─> blobs and strokes ─> the shape ─> a stroke over it ─> light, contrast, noise ─> whole levels

Every image draws place, size, turn, colours, textures, clutter, light and noise from a seeded stream.

Only uniform random numbers, + - * / sqrt, rounding and comparisons are used: the same bits on every CPU.

Shapes    (N, 3, 32, 32), whole levels 0..255 divided by 255; image i is of class i mod 10
In production  photographs; procedural sets such as https://github.com/google-deepmind/dsprites-dataset
"""

import numpy as np

from edukit.checked import checked
from edukit.data.brush import Brush, cover, over
from edukit.data.dataset import SPLITS, Dataset, from_pixels
from edukit.data.outlines import OUTLINES
from edukit.refuse import check_whole

SIDE = 32
BLOCK = 100  # images painted at once: few calls, and the arrays stay in the cache of a core


@checked
def shapes(
    *, train: int = 10_000, calibration: int = 256, validation: int = 500, test: int = 1000, seed: int = 0
) -> Dataset:
    """As many images as asked for, in new arrays; the usual 11,756 take one or two seconds.

    Each split has a stream of its own: its size changes neither the other splits nor its own first images.
    Raises ValueError for a size below 1 or a negative seed.

    >>> shapes(train=20, calibration=10, validation=10, test=10).train
    Split(20 images of 3x32x32)
    """
    sizes = dict(zip(SPLITS, (train, calibration, validation, test), strict=True))
    for name, size in sizes.items():
        check_whole(size, name, 1, 1_000_000)
    splits = {name: _split(size, stream=[seed, number]) for number, (name, size) in enumerate(sizes.items())}
    return Dataset("shapes", tuple(OUTLINES), **splits)


def _split(size, stream):
    brush = Brush(np.random.default_rng(stream), BLOCK, SIDE)
    pixels = np.concatenate([_block(brush) for _ in range(0, size, BLOCK)])
    return from_pixels(pixels[:size], np.arange(size) % len(OUTLINES))


def _block(brush) -> np.ndarray:
    """100 images, ten of each class in turn: uint8 (100, 3, 32, 32)."""
    ground = brush.draw(0, 1, 3)
    image = brush.textured(ground, 0.2)
    for length, width in [(0, 3), (0, 2), (6, 0.8), (9, 0.6)]:  # two blobs and two strokes behind the shape
        image = over(image, brush.draw(0, 1, 3), brush.stroke(length, width))
    colour = ground + brush.draw(0.25, 0.75, 3)
    colour = colour - np.floor(colour)  # inside 0..1, and still a quarter away from the ground in each channel
    image = over(image, brush.textured(colour, 0.25), _shape(brush))
    image = over(image, brush.draw(0, 1, 3), brush.stroke(7, 0.6))
    return brush.photograph(image)


def _shape(brush):
    """How much of each pixel is covered by the outline of the image's class."""
    radius, stretch = brush.draw(6.5, 11), brush.draw(0.85, 1.18)
    u, v = brush.turned(brush.draw(-5, 5), brush.draw(-5, 5), most=0.5)
    u = u / radius
    v = v / (radius * stretch)
    distance = np.empty_like(u)
    for label, outline in enumerate(OUTLINES.values()):
        own = slice(label, None, len(OUTLINES))
        distance[own] = outline(u[own], v[own])
    return cover(distance * radius)
