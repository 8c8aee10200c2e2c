"""Ten outlines as signed distances: negative inside, zero on the outline, positive outside.

    disc         sqrt(u² + v²) - r          half plane   n·(u, v) - c
    union        min(a, b)                  intersection max(a, b)          complement   -a

The slope is at most 1, |f(p) - f(q)| <= |p - q|, so a distance in pixels tells how much of a pixel is covered. Every
CPU rounds + - * sqrt and comparisons alike; sines it does not, so they are written out.

Symbols   u, v position in units of the shape's radius, v upward · n unit normal · c distance from the centre
Source    Ricci 1973, https://doi.org/10.1093/comjnl/16.2.157
In production  distance fields draw the letters of maps and games: Green 2007, https://doi.org/10.1145/1281500.1281665
"""

import numpy as np

FIVE = ((0, 1), (-0.95106, 0.30902), (-0.58779, -0.80902), (0.58779, -0.80902), (0.95106, 0.30902))  # every 72°
THREE = ((0, -1), (0.86603, 0.5), (-0.86603, 0.5))  # every 120°
DIAGONAL = 0.70711


def circle(u, v, r):
    """
    >>> float(circle(3, 4, 1))
    4.0
    """
    return np.sqrt(u * u + v * v) - r


def box(u, v, a, b):
    """
    >>> int(box(0, 0, 2, 3)), int(box(5, 0, 2, 3))
    (-2, 3)
    """
    return np.maximum(np.abs(u) - a, np.abs(v) - b)


def half_planes(u, v, normals, c):
    """One distance for each normal, along a new first axis."""
    return np.stack([x * u + y * v - c for x, y in normals])


def disc(u, v):
    """A circle of radius 0.9, filled."""
    return circle(u, v, 0.9)


def ring(u, v):
    """A circle line, 0.48 wide."""
    return np.abs(circle(u, v, 0.72)) - 0.24


def crescent(u, v):
    """A disc without another disc."""
    return np.maximum(circle(u, v, 1.0), -circle(u - 0.5, v, 0.8))


def drop(u, v):
    """A disc and the two tangents that meet in a tip above it."""
    cone = np.maximum(0.90351 * np.abs(u) + 0.42857 * (v - 1), -0.143 - v)
    return np.minimum(circle(u, v + 0.4, 0.6), cone)


def heart(u, v):
    """Two discs and the two tangents that meet in a tip below them."""
    point = np.maximum(DIAGONAL * (np.abs(u) - v) - 0.62, v)
    return np.minimum(circle(np.abs(u) - 0.43, v - 0.33, 0.55), point)


def triangle(u, v):
    """Inside all three half planes."""
    return half_planes(u, v, THREE, 0.55).max(0)


def square(u, v):
    """A box as high as wide."""
    return box(u, v, 0.78, 0.78)


def cross(u, v):
    """A flat box and a high one."""
    return np.minimum(box(u, v, 1.0, 0.3), box(u, v, 0.3, 1.0))


def star(u, v):
    """Inside at least four of five half planes: what counts is the second largest distance."""
    return np.sort(half_planes(u, v, FIVE, 0.34), axis=0)[-2]


def arrow(u, v):
    """A head of three half planes above a box."""
    head = np.maximum(DIAGONAL * (np.abs(u) + v - 1), 0.05 - v)
    return np.minimum(head, box(u, v + 0.45, 0.3, 0.55))


OUTLINES = {
    outline.__name__: outline for outline in (disc, ring, crescent, drop, heart, triangle, square, cross, star, arrow)
}
