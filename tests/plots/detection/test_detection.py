"""Pictures of detection: what they say and draw is what the package counts."""

from functools import partial

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.detection import average_precision, iou, nms
from edukit.plots import Picture
from edukit.plots.detection.curve import PrecisionRecallPlot
from edukit.plots.detection.overlap import STILL, OverlapPlot
from edukit.plots.detection.scenes import BLUE, StagesPlot, SuppressionPlot

IMAGE = np.random.default_rng(0).random((3, 32, 32), np.float32)
TRUTH = np.array([[2, 2, 14, 14], [16, 16, 30, 30]], np.float32), np.array([0, 1])
FOUND = (
    np.array([[2, 2, 14, 13], [3, 2, 14, 14], [16, 18, 30, 30], [0, 20, 8, 30]], float),
    np.array([0.9, 0.8, 0.7, 0.2]),
    np.array([0, 0, 1, 1]),
)
NAMES = "disc", "star"


@pytest.mark.parametrize("b", [(11, 4, 10, 8), (6, 5, 10, 7), (0, 0, 2, 2), (12, 10, 12, 10)])
def test_the_overlap_is_that_of_iou(b):
    x, y, width, height = b
    value = iou([STILL], [[x, y, x + width, y + height]]).item()
    plot = OverlapPlot(Figure(figsize=(7, 2.8)))
    assert f"IoU {value:.2f}" in plot.update(x, y, width, height)
    assert plot.shared.patch.get_visible() == (value > 0)
    assert plot.meters[2].words.get_text() == f"{value:.2f}"


def test_the_scene_shows_the_boxes_that_stay():
    plot = SuppressionPlot(Figure(figsize=(7.5, 4)), IMAGE, FOUND, TRUTH, NAMES)
    said = plot.update(score_percent=10, iou_percent=50)
    assert said.startswith("4 boxes have a score of at least 10 %, 3 stay after suppression at IoU 50 %: 2 of 2")
    before, after = ([patch for patch in scene.found if patch.get_visible()] for scene in plot.scenes)
    assert len(before) == 4 and len(after) == len(nms(FOUND[0], FOUND[1], classes=FOUND[2])) == 3
    colors = [patch.get_edgecolor() for patch in after]
    assert colors[0] == colors[1] != colors[2]  # the last one is wrong
    assert plot.update(score_percent=95, iou_percent=50).startswith("0 boxes")


def test_each_stage_shows_its_own_boxes():
    nothing = np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)
    stages = {"FP32": [FOUND, nothing], "INT8": [nothing, nothing]}
    plot = StagesPlot(Figure(figsize=(6, 3)), np.stack([IMAGE, IMAGE]), [TRUTH, TRUTH], stages, NAMES)
    assert plot.update("FP32") == "FP32: 2 of 4 objects found (blue), 2 boxes wrong (orange)."
    assert plot.scenes[0].words[0].get_text() == "disc 90"
    assert all(words.get_position()[1] >= 7 for words in plot.scenes[0].words if words.get_visible())
    assert plot.update("INT8").startswith("INT8: 0 of 4")
    assert not any(patch.get_visible() for scene in plot.scenes for patch in scene.found)
    with pytest.raises(ValueError, match="stage must be one of FP32, INT8, got 'FP16'"):
        plot.update("FP16")


def test_a_box_lies_at_the_edges_of_its_pixels():
    plot = StagesPlot(Figure(figsize=(3, 3)), IMAGE[None], [TRUTH], {"a": [FOUND]}, NAMES)
    plot.update("a")
    assert plot.scenes[0].found[0].get_bbox().extents.tolist() == [1.5, 1.5, 13.5, 12.5]
    assert plot.scenes[0].found[0].get_edgecolor()[:3] == pytest.approx(
        tuple(int(BLUE[i : i + 2], 16) / 255 for i in (1, 3, 5))
    )


def test_the_point_of_the_curve_moves_with_the_threshold():
    scores, hits = [0.9, 0.6, 0.3], [True, False, True]
    plot = PrecisionRecallPlot(Figure(figsize=(7, 3)), scores, hits, objects=4)
    assert "2 boxes, 1 of them right: precision 0.50; 1 of 4 objects found: recall 0.25" in plot.update(50)
    assert [plot.point.get_xdata()[0], plot.point.get_ydata()[0]] == [0.25, 0.5]
    assert plot.update(0).endswith(f"the average precision is {average_precision(scores, hits, 4):.2f}.")
    assert plot.update(95).startswith("No box has a score of at least 95 %")


def test_no_boxes_at_all_are_a_picture_as_well():
    picture = Picture(partial(PrecisionRecallPlot, scores=[], hits=[], objects=2), score_percent=50)
    assert picture.description.startswith("No box") and len(picture.png()) > 1000
