"""One peak for two: forward has the moments of the teacher, reverse the larger peak; alike where one is enough."""

import numpy as np
import pytest

from edukit.distillation import kd_loss
from edukit.distillation.peaks import MEANS, PLACES, WIDTHS, log_peak, one_peak, two_peaks

MEAN_STEP = MEANS[1] - MEANS[0]
WIDTH_STEP = WIDTHS[1] - WIDTHS[0]


@pytest.mark.parametrize("share", [0.5, 0.6, 0.9])
@pytest.mark.parametrize("distance", [0, 2, 5, 8])
def test_the_forward_student_has_the_mean_and_the_variance_of_the_teacher(distance, share):
    teacher = two_peaks(distance, share)
    mean = (teacher * PLACES).sum()
    width = (teacher * (PLACES - mean) ** 2).sum() ** 0.5
    assert mean == pytest.approx((0.5 - share) * distance, abs=1e-6)
    assert width**2 == pytest.approx(1 + share * (1 - share) * distance**2, abs=1e-6)
    found = one_peak(teacher)
    assert abs(found[0] - mean) <= MEAN_STEP and abs(found[1] - width) <= WIDTH_STEP


@pytest.mark.parametrize("share", [0.6, 0.9])
@pytest.mark.parametrize("distance", [6, 8])
def test_the_reverse_student_is_the_larger_peak_where_they_stand_far_apart(distance, share):
    mean, width = one_peak(two_peaks(distance, share), reverse=True)
    assert abs(mean + distance / 2) <= MEAN_STEP and abs(width - 1) <= WIDTH_STEP
    mean, _ = one_peak(two_peaks(distance, 1 - share), reverse=True)
    assert abs(mean - distance / 2) <= MEAN_STEP


@pytest.mark.parametrize("distance", [0, 1, 2])
def test_both_are_the_same_where_one_peak_is_nearly_enough(distance):
    teacher = two_peaks(distance)
    assert one_peak(teacher) == one_peak(teacher, reverse=True)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("distance", [3, 6])
def test_no_student_of_the_grid_has_a_smaller_loss(distance, reverse):
    """The oracle is `kd_loss`, whose logits are the logarithms."""
    teacher = two_peaks(distance)
    random = np.random.default_rng(0)

    def loss(mean, width):
        logits = log_peak(mean, width)[None], np.log(teacher)[None]
        return kd_loss(*logits, temperature=1.0, reverse=reverse)

    best = loss(*one_peak(teacher, reverse=reverse))
    others = zip(random.choice(MEANS, 200), random.choice(WIDTHS, 200), strict=True)
    assert best <= min(loss(*other) for other in others) + 1e-12


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((9, 0.5), "distance must be 0 to 8, got 9"),
        ((float("nan"), 0.5), "distance must be"),
        ((2, 1.5), "share must be 0 to 1, got 1.5"),
    ],
)
def test_other_teachers_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        two_peaks(*values)


@pytest.mark.parametrize("teacher", [np.ones(3) / 3, np.ones(401), -np.ones(401) / 401])
def test_what_are_no_probabilities_is_refused(teacher):
    with pytest.raises(ValueError, match="teacher must be 401 probabilities that sum to 1"):
        one_peak(teacher)
