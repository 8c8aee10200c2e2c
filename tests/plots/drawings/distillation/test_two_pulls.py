"""Two pulls: what is drawn is minus torch's gradient of both parts of the loss, and their lengths."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.distillation.losses import kd_terms
from edukit.plots.drawings.distillation.two_pulls import ANSWERS, PULLS, STUDENT, TEACHER, UPPER, TwoPullsPlot, pulls


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("temperature", [0.5, 1, 4, 8])
def test_pulls_are_minus_the_gradients(temperature, alpha):
    student = torch.tensor(np.log([STUDENT]), requires_grad=True)
    terms = kd_terms(student, [torch.tensor(np.log([TEACHER]))], torch.tensor([0]), temperature, alpha)
    for pull, part in zip(pulls(temperature, alpha), ("soft", "hard"), strict=True):
        (gradient,) = torch.autograd.grad(terms[part], student, retain_graph=True)
        np.testing.assert_allclose(pull, -gradient[0].numpy(), atol=1e-12)


def test_the_label_cannot_tell_a_dog_from_a_ship_and_the_teacher_can():
    soft, hard = pulls(4, 0.5)
    assert hard[1] == hard[3] and soft[1] > 0 > soft[3]


def test_the_drawing_says_the_answers_the_pulls_and_their_lengths():
    plot = TwoPullsPlot(Figure(figsize=(7, 2.8)))
    said = plot.update(4, 0.5)
    soft, _ = pulls(4, 0.5)
    assert [text.get_text() for text in plot.cells[ANSWERS, UPPER].numbers] == ["50", "25", "12.5", "12.5"]
    drawn = [float(text.get_text().replace("−", "-")) for text in plot.cells[PULLS, UPPER].numbers]
    np.testing.assert_allclose(drawn, soft, atol=0.005)
    assert f"its pull is {np.linalg.norm(soft):.2f} long" in said and plot.meters[0].bar.get_width() > 0


@pytest.mark.parametrize(("temperature", "alpha"), [(0, 0.5), (4, 1.5)])
def test_other_values_are_refused(temperature, alpha):
    with pytest.raises(ValueError, match="temperature must be above 0|alpha must be 0 to 1"):
        TwoPullsPlot(Figure(figsize=(7, 2.8))).update(temperature, alpha)
