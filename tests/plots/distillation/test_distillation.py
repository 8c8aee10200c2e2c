"""What the pictures of distillation say is what the formulas and the table say."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.distillation.peaks import PLACES, log_peak, one_peak, two_peaks
from edukit.distillation.soft import soft_gradient, soft_labels
from edukit.experiments.distillation import capacity_gap
from edukit.experiments.distillation.few_labels import measured
from edukit.plots import Picture
from edukit.plots.distillation.capacity_gap import CapacityGapPlot
from edukit.plots.distillation.few_labels import FewLabelsPlot
from edukit.plots.distillation.peaks import PeaksPlot
from edukit.plots.distillation.soft import SoftPlot

RANDOM = np.random.default_rng(0)
TEACHER, STUDENT = RANDOM.normal(0, 4, (3, 10)), RANDOM.normal(0, 1, (3, 10))
IMAGES = RANDOM.random((3, 1, 8, 8)).astype(np.float32)
SOFT = partial(SoftPlot, images=IMAGES, teacher_logits=TEACHER, student_logits=STUDENT, classes="0123456789")
TABLE = {
    "alone": {100: [0.7, 0.8], 250: [0.85, 0.9], 1000: [0.95, 0.97]},
    "taught": {100: [0.8, 0.85], 250: [0.9, 0.9], 1000: [0.96, 0.96]},
    "self-taught": {100: [0.8, 0.9], 250: [0.91, 0.93]},
    "own teacher": {100: [0.8, 0.8], 250: [0.9, 0.9]},
    "unlabelled": {1000: [0.95, 0.97]},
}
ALONE = partial(FewLabelsPlot, table=TABLE)
GAP = partial(CapacityGapPlot, table=capacity_gap.measured())


def test_bars_and_rings_are_the_soft_labels():
    picture = Picture(SOFT, picture=1, temperature=1)
    picture.move(picture=3, temperature=7)
    plot = picture._plot
    np.testing.assert_allclose([bar.get_height() for bar in plot.bars], 100 * soft_labels(TEACHER[2:], 7)[0])
    np.testing.assert_allclose(plot.rings.get_ydata(), 100 * soft_labels(STUDENT[2:], 7)[0])
    np.testing.assert_allclose(plot.image.get_array(), IMAGES[2, 0])


def test_the_curves_are_the_gradients_with_and_without_the_square():
    picture = Picture(SOFT, picture=2, temperature=5)
    with_square, without = (line.get_ydata() for line in picture._plot.lines)
    pull = np.linalg.norm(soft_gradient(STUDENT[1:2], TEACHER[1:2], 5))
    assert with_square[4] == pytest.approx(pull) and without[4] == pytest.approx(pull / 25)
    assert f"The pull is {pull:.3g} with T² and {pull / 25:.2g} without" in picture.description


def test_gains_are_taken_seed_by_seed_and_a_way_without_figures_stays_empty():
    picture = Picture(ALONE, labels=100)
    np.testing.assert_allclose(picture._plot.gains(100)["taught"], [10, 5])
    np.testing.assert_allclose(picture._plot.gains(100)["unlabelled"], [25, 17])
    assert (
        "100 labels: alone 75.0 % right" in picture.description and "taught +7.5 (+5.0 to +10.0)" in picture.description
    )
    text = picture.move(labels=1000)
    assert "self-taught" not in text and [value.get_text() for value in picture._plot.values] == ["+0.0", "", "+0.0"]


@pytest.mark.parametrize(("distance", "percent"), [(2, 60), (6, 60), (8, 90)])
def test_the_two_students_are_the_closest_peaks(distance, percent):
    picture = Picture(PeaksPlot, distance=0, larger_percent=75)
    text = picture.move(distance=distance, larger_percent=percent)
    teacher = two_peaks(distance, percent / 100)
    for line, area, reverse in zip(picture._plot.lines, picture._plot.areas, (False, True), strict=True):
        mean, width = one_peak(teacher, reverse=reverse)
        np.testing.assert_allclose(line.get_ydata(), np.exp(log_peak(mean, width)))
        assert area.get_paths()[0].vertices[:, 1].max() == pytest.approx(teacher.max())
        assert f"mean {mean:.1f} and width {width:.1f}" in text and len(line.get_xdata()) == len(PLACES)
    assert ("where the teacher says little" in text) == (distance >= 6 and percent == 60)


def test_what_teachers_of_two_sizes_add_is_taken_seed_by_seed():
    picture = Picture(GAP)
    table = capacity_gap.measured()
    assert {way for way, _ in picture._plot.rows} == {"smoothed", "large", "middle", "assistant"}
    for key, gains in picture._plot.gains.items():
        each = [100 * (row.test - alone.test) for row, alone in zip(table[key], table["alone", None], strict=True)]
        np.testing.assert_allclose(gains, each)
        assert f"{np.mean(each):+.1f} ({min(each):+.1f} to {max(each):+.1f})" in picture.description


def test_the_lines_on_the_left_have_names_that_touch_no_line():
    picture = Picture(partial(FewLabelsPlot, table=measured()), figsize=(8.5, 3.4), labels=100)
    picture.canvas.draw()
    left = picture.axes[0]
    names = [text for text in left.texts if text.get_text().startswith("●")]
    lines = [line.get_transform().transform_path(line.get_path()) for line in left.lines[:3]]
    assert len(names) == 3
    assert not [n for n in names for line in lines if line.intersects_bbox(n.get_window_extent(), filled=False)]


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, SOFT, figsize=(8.5, 3), picture=1, temperature=1),
        partial(Picture, ALONE, figsize=(8.5, 3.4), labels=100),
        partial(Picture, partial(FewLabelsPlot, table=measured()), figsize=(8.5, 3.4), labels=100),
        partial(Picture, PeaksPlot, figsize=(8.5, 2.8), distance=6, larger_percent=60),
        partial(Picture, GAP, figsize=(8.5, 3.2)),
    ],
    ids=["soft", "alone", "measured", "peaks", "gap"],
)
def test_nothing_is_cut_off(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert picture.axes[-1].get_xlabel()
    for text in (text for axes in picture.axes for text in axes.texts if text.get_text()):
        assert text.get_window_extent().x1 <= picture.bbox.x1
