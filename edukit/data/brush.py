"""What the painters paint with: random numbers, places, strokes and textures, for a block of images at once.

    image = below + coverage (above - below)        coverage = clip(1/2 - distance in pixels, 0, 1)
    turn by a fraction t:   cos = (1 - t²) / (1 + t²)   sin = 2t / (1 + t²)

Only uniform random numbers, + - * / sqrt, rounding and comparisons are used: the same bits on every CPU.

Symbols   x to the right, y upward, in pixels from the centre of the image
Shapes    numbers (B, 1, 1, 1), colours (B, 3, 1, 1), coverage (B, 1, H, W), images (B, 3, H, W)
In production  photographs and drawing libraries, which round differently from version to version
"""

import numpy as np


class Brush:
    """A stream of random numbers, for blocks of `count` images of `side` pixels.

    >>> Brush(np.random.default_rng(0), count=2, side=8).stroke(3, 1).shape
    (2, 1, 8, 8)
    """

    def __init__(self, rng, count: int, side: int):
        self.rng = rng
        self.count = count
        self.side = side
        self.x = np.arange(side, dtype=np.float32) - (side - 1) / 2
        self.y = -self.x[:, None]  # upward

    def draw(self, low, high, channels=1):
        """Uniform numbers: one for each image, or one for each of its channels."""
        return low + (high - low) * self.rng.random((self.count, channels, 1, 1), np.float32)

    def turned(self, x, y, most=1.0):
        """Pixel coordinates seen from (x, y) after a random turn of t in ±most: 0.5 is 53 degrees, 1 is 90."""
        t = self.draw(-most, most)
        cos = (1 - t * t) / (1 + t * t)
        sin = 2 * t / (1 + t * t)
        return cos * (self.x - x) + sin * (self.y - y), cos * (self.y - y) - sin * (self.x - x)

    def stroke(self, length, width):
        """Coverage of a line with round ends, somewhere; of a blob, where the length is 0."""
        half = self.side / 2
        u, v = self.turned(self.draw(-half, half), self.draw(-half, half))
        beyond = np.maximum(np.abs(u) - self.draw(0.5, 1) * length, 0)
        return cover(np.sqrt(beyond * beyond + v * v) - self.draw(0.5, 1) * width)

    def textured(self, colour, difference):
        """Plain, stripes, checks or dots, in a colour and another one at most `difference` away."""
        u, v = self.turned(self.draw(-8, 8), self.draw(-8, 8))
        period = self.draw(3, 8)
        across, along = _wave(u / period), _wave(v / period)
        stripes = cover(2 * across)
        checks = cover(4 * across * along)
        dots = cover(2 * (across + along) - 1)
        kind = self.rng.integers(4, size=(self.count, 1, 1, 1))
        texture = np.choose(kind, [np.zeros_like(u), stripes, checks, dots])
        return over(colour, colour + self.draw(-difference, difference, 3), texture)

    def photograph(self, image):
        """Uneven light, weak contrast and noise, then whole levels 0..255."""
        slope, _ = self.turned(0, 0)
        steepest = 0.64 / self.side
        image = image * (1 + self.draw(-steepest, steepest) * slope)
        image = 0.5 + self.draw(0.4, 1) * (image - 0.5) + self.draw(-0.1, 0.1)
        noise = self.rng.random(image.shape, np.float32) - self.rng.random(image.shape, np.float32)
        image = image + self.draw(0.02, 0.18) * noise
        return np.rint(255 * np.clip(image, 0, 1)).astype(np.uint8)


def cover(distance):
    """How much of a pixel lies inside an outline, from its distance in pixels.

    >>> cover(np.array([-3.0, 0.25, 3.0])).tolist()
    [1.0, 0.25, 0.0]
    """
    return np.clip(0.5 - distance, 0, 1)


def over(below, above, coverage):
    """One colour painted over another.

    >>> over(0.0, 1.0, 0.25)
    0.25
    """
    return below + coverage * (above - below)


def _wave(x):
    """A triangle wave of period 1 between -1 and 1."""
    return 4 * np.abs(x - np.floor(x) - 0.5) - 1
