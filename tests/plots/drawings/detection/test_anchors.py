"""The drawing of anchors says what match_anchors says."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.detection import iou, make_anchors, match_anchors
from edukit.plots.drawings.detection.anchors import CENTRE, AnchorsPlot


def drawing():
    return AnchorsPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("stride", [4, 8, 16])
@pytest.mark.parametrize("size", [4, 17, 40, 90])
def test_its_counts_are_those_of_the_package(stride, size):
    x, y = CENTRE
    box = np.array([[x - size / 2, y - size / 2, x + size / 2, y + size / 2]])
    anchors = make_anchors(96, 96, strides=(stride,), scale=3.0, octaves=(1.0,), ratios=(1.0,))
    plot = drawing()
    said = plot.update(stride, size)
    count = (match_anchors(anchors, box) == 0).sum()
    assert plot.meters[0].words.get_text() == f"{count} of {len(anchors)}"
    assert f"the best IoU is {iou(anchors, box).max():.2f}, and {count} anchor" in said


def test_a_thick_outline_for_each_anchor_nearby_that_answers():
    plot = drawing()
    plot.update(8, 26)
    thick = [outline for outline in plot.outlines if outline.patch.get_linewidth() > 2]
    assert 1 <= len(thick) < len(plot.outlines)
    assert all(outline.patch.get_linestyle() == "-" for outline in thick)


def test_an_object_much_smaller_than_the_stride_is_given_the_best_anchor():
    assert "1 anchor answers for it, though none reaches 0.5" in drawing().update(16, 6)


@pytest.mark.parametrize(("stride", "size"), [(7, 30), (8, 3), (8, 2.5)])
def test_other_values_are_refused(stride, size):
    with pytest.raises(ValueError, match="stride must be one of|size must be a whole number"):
        drawing().update(stride, size)
