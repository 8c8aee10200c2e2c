"""Ten outlines: slope at most one, polygons against matplotlib, areas against their formulas."""

import math

import numpy as np
import pytest
from matplotlib.path import Path

from edukit.data.outlines import OUTLINES, star

SIDE = 400
GRID = (np.arange(SIDE) + 0.5) / SIDE * 3 - 1.5
U, V = np.meshgrid(GRID, GRID)
TIP = math.sqrt(0.5)


def _corners(radius, count=5, start=90):
    angles = np.radians(start + 360 / count * np.arange(count))
    return radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _star():
    """A five-pointed star from a pentagon of sides 0.34 from its centre: tips above, dents between them."""
    tips, dents = _corners(0.34 / math.sin(math.radians(18))), _corners(0.34 / math.cos(math.radians(36)), start=126)
    return np.stack([tips, dents], axis=1).reshape(10, 2)


POLYGONS = {
    "triangle": _corners(1.1, 3),
    "square": [(0.78, 0.78), (-0.78, 0.78), (-0.78, -0.78), (0.78, -0.78)],
    "star": _star(),
    "arrow": [(0, 1), (0.95, 0.05), (0.3, 0.05), (0.3, -1), (-0.3, -1), (-0.3, 0.05), (-0.95, 0.05)],
}


@pytest.mark.parametrize("outline", OUTLINES.values(), ids=OUTLINES)
def test_the_slope_is_at_most_one(outline):
    p, q = np.random.default_rng(0).uniform(-1.5, 1.5, (2, 2, 20_000))
    change, way = np.abs(outline(*p) - outline(*q)), np.hypot(*(p - q))
    assert (change <= way * (1 + 1e-4)).all()  # 1e-4: normals are written with five digits
    assert change.max() > 1  # and no scale was lost


@pytest.mark.parametrize("name", POLYGONS)
def test_polygons_equal_matplotlib(name):
    inside = Path(POLYGONS[name]).contains_points(np.stack([U.ravel(), V.ravel()], axis=1)).reshape(U.shape)
    distance = OUTLINES[name](U, V)
    clear = np.abs(distance) > 1e-4
    assert np.array_equal(inside[clear], distance[clear] < 0)


@pytest.mark.parametrize(
    "name, area",
    [
        ("disc", math.pi * 0.9**2),
        ("ring", math.pi * (0.96**2 - 0.48**2)),
        ("square", 1.56**2),
        ("cross", 2 * 2 * 0.6 - 0.6**2),
        ("arrow", 0.95**2 + 0.6 * 1.05),
        # half a disc, two triangles up to the tip, and the two sectors between: tangents meet 1.4 above the centre
        ("drop", 0.6 * math.sqrt(1.4**2 - 0.6**2) + 0.6**2 * (math.pi - math.acos(0.6 / 1.4))),
    ],
)
def test_areas_equal_their_formulas(name, area):
    counted = (OUTLINES[name](U, V) < 0).mean() * 9
    assert counted == pytest.approx(area, rel=0.01)  # a grid of 400 x 400 points


@pytest.mark.parametrize("name", ["heart", "crescent"])
def test_mirror_images(name):
    distance = OUTLINES[name](U, V)
    mirrored = distance[:, ::-1] if name == "heart" else distance[::-1]
    assert np.allclose(distance, mirrored)


def test_single_precision_stays_single_precision():
    u = np.zeros((2, 3), np.float32)
    assert all(outline(u, u).dtype == np.float32 for outline in OUTLINES.values())
    assert star(u, u).shape == (2, 3)
