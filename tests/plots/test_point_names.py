"""Names can be read however close the points lie, and the points stay below them."""

from itertools import combinations

import numpy as np
import pytest

from edukit.plots import Picture
from edukit.plots.point_names import PointNames, log_ticks

POINTS = {
    "a run": ([4912.4, 292.1, 169.6, 64.2], [99.0, 99.2, 99.2, 99.2]),
    "one far below": ([4912.4, 64.2, 27.3, 43.1, 292.1, 169.6, 1256.7], [98.6, 98.0, 83.0, 94.0, 98.2, 98.2, 98.6]),
    "nearly equal": (64 + np.arange(7) / 1e3, 98 + np.arange(7) / 1e3),
    "equal": ([64.0] * 3, [98.0] * 3),
    "perfect": ([5000.0, 4.0], [100.0, 100.0]),
    "one point": ([5.0], [50.0]),
}


class Named:
    """Nothing but points and their names."""

    def __init__(self, fig, xs, ys):
        self.axes, self.xs, self.ys = fig.subplots(), xs, ys
        self.flags = PointNames(self.axes)

    def update(self, room):
        self.flags.show(self.xs, self.ys, [f"model number {i}, {x:,.0f} kB" for i, x in enumerate(self.xs)], room=room)
        return "points"


def drawn(name, room=0.0):
    picture = Picture(lambda fig: Named(fig, *POINTS[name]), figsize=(7.2, 3.4), room=room)
    picture.canvas.draw()
    return picture, [text.get_window_extent() for text in picture._plot.flags.names]


@pytest.mark.parametrize("name", POINTS)
def test_no_name_lies_on_another_name_or_a_pole(name):
    picture, boxes = drawn(name)
    assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]
    for pole in picture._plot.flags.poles.get_segments():
        (x, bottom), (_, top) = picture.axes[0].transData.transform(pole)
        assert not [box for box in boxes if box.x0 < x < box.x1 and bottom < box.y1 and box.y0 < top]


@pytest.mark.parametrize("name", POINTS)
def test_points_lie_below_all_names_and_names_inside_the_axes(name):
    picture, boxes = drawn(name, room=1.0)
    axes = picture.axes[0]
    inside, (xs, ys) = axes.get_window_extent(), POINTS[name]
    highest = axes.transData.transform([xs[0], max(ys) + 1.0])[1]
    assert highest < min(box.y0 for box in boxes)
    assert axes.get_ylim()[0] < min(ys) - 1.0
    assert all(box.y1 <= inside.y1 and inside.x0 <= box.x0 and box.x1 <= picture.bbox.x1 for box in boxes)


@pytest.mark.parametrize("name", POINTS)
def test_no_tick_beyond_a_hundred_percent(name):
    ticks = drawn(name)[0].axes[0].get_yticks()
    assert len(ticks) >= 2 and max(ticks) <= 100


@pytest.mark.parametrize(
    ("low", "high", "texts"), [(4, 5000, ["10", "30", "100", "300", "1,000", "3,000"]), (64.0, 66.5, ["64", "66.5"])]
)
def test_ticks_are_plain_numbers(low, high, texts):
    assert log_ticks(low, high)[1] == texts
