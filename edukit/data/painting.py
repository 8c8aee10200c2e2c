"""Ten textured shapes on cluttered backgrounds, painted by numpy: 32x32 RGB, as many as you like.

    image = below + coverage (above - below)        coverage = clip(1/2 - distance in pixels, 0, 1)
    turn by a fraction t:   cos = (1 - t²) / (1 + t²)   sin = 2t / (1 + t²)

Every image draws place, size, turn, colours, textures, clutter, light and noise from a seeded stream.

Only uniform random numbers, + - * / sqrt, rounding and comparisons are used: the same bits on every CPU.

Shapes    (N, 3, 32, 32), whole levels 0..255 divided by 255; image i is of class i mod 10
In production  photographs; procedural sets such as https://github.com/google-deepmind/dsprites-dataset
"""

import numpy as np

from edukit.data.dataset import SPLITS, Dataset, from_pixels
from edukit.data.outlines import OUTLINES

SIDE = 32
BLOCK = 100  # images painted at once: few calls, and the arrays stay in the cache of a core
X = np.arange(SIDE, dtype=np.float32) - 15.5
Y = -X[:, None]  # upward


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
    for name, value in {**sizes, "seed": seed}.items():
        least = 0 if name == "seed" else 1
        if not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be a whole number from {least}, got {value!r}")
    splits = {name: _split(size, stream=[seed, number]) for number, (name, size) in enumerate(sizes.items())}
    return Dataset("shapes", tuple(OUTLINES), **splits)


def _split(size, stream):
    rng = np.random.default_rng(stream)
    pixels = np.concatenate([_block(rng) for _ in range(0, size, BLOCK)])
    return from_pixels(pixels[:size], np.arange(size) % len(OUTLINES))


def _block(rng) -> np.ndarray:
    """100 images, ten of each class in turn: uint8 (100, 3, 32, 32)."""
    ground = _draw(rng, 0, 1, 3)
    image = _textured(rng, ground, 0.2)
    for length, width in [(0, 3), (0, 2), (6, 0.8), (9, 0.6)]:  # two blobs and two strokes behind the shape
        image = _over(image, _draw(rng, 0, 1, 3), _stroke(rng, length, width))
    colour = ground + _draw(rng, 0.25, 0.75, 3)
    colour = colour - np.floor(colour)  # inside 0..1, and still a quarter away from the ground in each channel
    image = _over(image, _textured(rng, colour, 0.25), _shape(rng))
    image = _over(image, _draw(rng, 0, 1, 3), _stroke(rng, 7, 0.6))
    return _photograph(rng, image)


def _shape(rng):
    """How much of each pixel is covered by the outline of the image's class."""
    radius, stretch = _draw(rng, 6.5, 11), _draw(rng, 0.85, 1.18)
    u, v = _turned(rng, _draw(rng, -5, 5), _draw(rng, -5, 5), most=0.5)
    u = u / radius
    v = v / (radius * stretch)
    distance = np.empty_like(u)
    for label, outline in enumerate(OUTLINES.values()):
        own = slice(label, None, len(OUTLINES))
        distance[own] = outline(u[own], v[own])
    return _cover(distance * radius)


def _stroke(rng, length, width):
    """Coverage of a line with round ends; of a blob, where the length is 0."""
    u, v = _turned(rng, _draw(rng, -16, 16), _draw(rng, -16, 16))
    beyond = np.maximum(np.abs(u) - _draw(rng, 0.5, 1) * length, 0)
    return _cover(np.sqrt(beyond * beyond + v * v) - _draw(rng, 0.5, 1) * width)


def _textured(rng, colour, difference):
    """Plain, stripes, checks or dots, in a colour and another one at most `difference` away."""
    u, v = _turned(rng, _draw(rng, -8, 8), _draw(rng, -8, 8))
    period = _draw(rng, 3, 8)
    across, along = _wave(u / period), _wave(v / period)
    stripes = _cover(2 * across)
    checks = _cover(4 * across * along)
    dots = _cover(2 * (across + along) - 1)
    kind = rng.integers(4, size=(BLOCK, 1, 1, 1))
    texture = np.choose(kind, [np.zeros_like(u), stripes, checks, dots])
    return _over(colour, colour + _draw(rng, -difference, difference, 3), texture)


def _photograph(rng, image):
    """Uneven light, weak contrast and noise, then whole levels 0..255."""
    slope, _ = _turned(rng, 0, 0)
    image = image * (1 + _draw(rng, -0.02, 0.02) * slope)
    image = 0.5 + _draw(rng, 0.4, 1) * (image - 0.5) + _draw(rng, -0.1, 0.1)
    noise = rng.random(image.shape, np.float32) - rng.random(image.shape, np.float32)
    image = image + _draw(rng, 0.02, 0.18) * noise
    return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)


def _draw(rng, low, high, channels=1):
    """Uniform numbers: one for each image, or one for each of its channels."""
    return low + (high - low) * rng.random((BLOCK, channels, 1, 1), np.float32)


def _turned(rng, x, y, most=1.0):
    """Pixel coordinates seen from (x, y) after a random turn of t in ±most: 0.5 is 53 degrees, 1 is 90."""
    t = _draw(rng, -most, most)
    cos = (1 - t * t) / (1 + t * t)
    sin = 2 * t / (1 + t * t)
    return cos * (X - x) + sin * (Y - y), cos * (Y - y) - sin * (X - x)


def _wave(x):
    """A triangle wave of period 1 between -1 and 1."""
    return 4 * np.abs(x - np.floor(x) - 0.5) - 1


def _cover(distance):
    return np.clip(0.5 - distance, 0, 1)


def _over(below, above, coverage):
    return below + coverage * (above - below)
