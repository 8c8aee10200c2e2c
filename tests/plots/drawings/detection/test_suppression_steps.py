"""The steps of the drawing are those of nms."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.detection import nms
from edukit.plots.drawings.detection.suppression_steps import BOXES, SCORES, SuppressionStepsPlot, dropped_by


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.72, 1.0])
def test_the_boxes_that_stay_are_those_of_nms(threshold):
    order = np.argsort(-np.array(SCORES))
    fates = dropped_by(np.array(BOXES, float)[order], threshold)
    stay = [int(order[place]) for place, fate in enumerate(fates) if fate is None]
    assert stay == nms(BOXES, SCORES, threshold=threshold).tolist()
    assert all(value > threshold for fate in fates if fate for value in fate[1:])


def test_a_box_waits_until_its_step():
    plot = SuppressionStepsPlot(Figure(figsize=(7, 2.8)))
    assert plot.update(0).startswith("7 boxes wait")
    assert plot.update(2) == "Step 2 of 7: box 2 stays. Kept so far: 1, 2."
    assert [words.get_text() for words in plot.words] == ["stays", "stays", *["waits"] * 5]
    assert plot.update(7).endswith("Kept so far: 1, 2, 3.")


def test_more_boxes_than_there_is_room_for_are_refused():
    with pytest.raises(ValueError, match="number of boxes must be a whole number from 1 to 8"):
        SuppressionStepsPlot(Figure(), [(0, 0, 1, 1)] * 9, [0.5] * 9)
    with pytest.raises(ValueError, match="step must be"):
        SuppressionStepsPlot(Figure(figsize=(7, 2.8))).update(8)
