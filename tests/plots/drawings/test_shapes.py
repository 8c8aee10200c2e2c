"""Shapes: words that do not fit are refused, arrows end where they should, brackets and meters show their numbers."""

import numpy as np
import pytest

from edukit.plots.drawings.shapes import Arrow, Box, Bracket, Meter


@pytest.mark.parametrize("words", [("one", ""), ("", "below"), ("input", "64 channels\n14 × 14"), ("i" * 15, "")])
def test_words_of_a_box_lie_in_it_and_in_its_middle(axes, words):
    box = Box(axes, 100, 50, 100, 70, *words)
    frame = box.patch.get_window_extent()
    parts = [text.get_window_extent() for text in (box.text, box.below) if text.get_text()]
    for part in parts:
        assert frame.contains(*part.min) and frame.contains(*part.max)
        assert (part.x0 + part.x1) / 2 == pytest.approx((frame.x0 + frame.x1) / 2, abs=1)
    middle = (max(p.y1 for p in parts) + min(p.y0 for p in parts)) / 2
    assert middle == pytest.approx((frame.y0 + frame.y1) / 2, abs=3)
    assert len(parts) == 1 or not parts[0].overlaps(parts[1])


@pytest.mark.parametrize("words", [("much too long a title", ""), ("one", "1\n2\n3\n4\n5"), ("", "wide " * 9)])
def test_words_that_do_not_fit_are_refused_and_the_old_ones_stay(axes, words):
    box = Box(axes, 100, 50, 100, 70, "old")
    with pytest.raises(ValueError, match="text must fit into 100 x 70 pixels, got "):
        box.say(*words)
    assert box.text.get_text() == "old"


def test_a_marked_box_differs_in_more_than_its_colour(axes):
    box = Box(axes, 0, 0, 50, 50)
    thin = box.patch.get_linewidth()
    box.mark()
    assert box.patch.get_linewidth() > 2 * thin
    box.mark(False)
    assert box.patch.get_linewidth() == thin


@pytest.mark.parametrize("end", [(90, 20), (10, 90), (-40, 20), (10, -60), (60, 80)])
def test_an_arrow_points_to_its_end(axes, end):
    arrow = Arrow(axes, [(0, 0), (5, 5)])
    arrow.move([(10, 20), end])
    tip, left, right = arrow.head.get_xy()[:3]
    foot = arrow.line.get_xydata()[-1]
    assert tuple(tip) == end and tuple(arrow.line.get_xydata()[0]) == (10, 20)
    assert np.allclose((left + right) / 2, foot)
    along = np.subtract(end, (10, 20))
    assert np.dot(left - right, along) == pytest.approx(0, abs=1e-9) and np.dot(tip - foot, along) > 0


def test_an_arrow_without_length_is_drawn_without_complaint(axes):
    arrow = Arrow(axes, [(10, 10), (10, 10)])
    assert np.allclose(arrow.head.get_xy(), 10)


@pytest.mark.parametrize(("above", "side"), [(True, -1), (False, 1)])
def test_a_brackets_label_lies_on_the_far_side_and_on_the_sheet(axes, above, side):
    bracket = Bracket(axes, 100, above=above)
    bracket.move(690, 698, "a long label at the edge")
    x, y = bracket.line.get_data()
    assert list(x) == [690, 690, 698, 698] and (y[0] - 100) * side < 0 and y[1] == y[2] == 100
    assert (bracket.label.get_position()[1] - 100) * side > 0
    assert bracket.label.get_window_extent().x1 <= axes.figure.bbox.x1


def test_a_meter_shows_a_share_and_refuses_words_that_would_cover_its_name(axes):
    meter = Meter(axes, 10, 10, 100, "bytes")
    meter.show(0.25, "1 of 4")
    assert meter.bar.get_width() == 25 and meter.words.get_text() == "1 of 4"
    meter.show(0, "0 of 4")
    assert not meter.bar.get_visible()
    with pytest.raises(ValueError, match="words must fit beside 'bytes'"):
        meter.show(0.5, "words without an end")
