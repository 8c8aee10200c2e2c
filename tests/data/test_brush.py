"""What the painters share: the sizes of what is painted, and the edge of a stroke."""

import numpy as np
import pytest

from edukit.data.brush import Brush, cover, over


def test_all_that_is_painted_has_the_size_of_its_block():
    brush = Brush(np.random.default_rng(0), count=3, side=10)
    assert brush.draw(2, 5).shape == (3, 1, 1, 1) and brush.draw(2, 5, 3).shape == (3, 3, 1, 1)
    assert brush.stroke(4, 1).shape == (3, 1, 10, 10)
    picture = brush.textured(brush.draw(0, 1, 3), 0.2)
    assert picture.shape == (3, 3, 10, 10) and picture.dtype == np.float32
    assert brush.photograph(picture).dtype == np.uint8


def test_drawn_numbers_stay_in_their_range():
    drawn = Brush(np.random.default_rng(0), count=1000, side=8).draw(-2, 3)
    assert -2 <= drawn.min() < -1.9 and 2.9 < drawn.max() < 3


def test_a_turn_keeps_distances():
    u, v = Brush(np.random.default_rng(0), count=4, side=9).turned(1, -2)
    brush = Brush(np.random.default_rng(0), count=4, side=9)
    expected = (brush.x - 1) ** 2 + (brush.y + 2) ** 2
    assert np.allclose(u * u + v * v, np.broadcast_to(expected, u.shape), rtol=1e-5)


@pytest.mark.parametrize(("distance", "covered"), [(-0.5, 1), (0, 0.5), (0.5, 0), (9, 0)])
def test_a_pixel_on_the_outline_is_covered_by_half(distance, covered):
    assert cover(np.float32(distance)) == covered
    assert over(2.0, 4.0, covered) == 2 + 2 * covered
