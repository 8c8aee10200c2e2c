"""What the pictures of lesson 04 say is what the formulas give."""

from functools import partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.qat import GRID, TARGET, UPDATES, LatentWeightPlot, RecoveryPlot, StepSizePlot
from edukit.quantization.grid.affine import QParams
from edukit.quantization.qat.straight_through import straight_through

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, 2000).astype(np.float32)
RESULTS = {"rounded": {2: [42.0, 59.0], 3: [80.0, 82.0]}, "trained": {2: [95.0, 97.0], 3: [96.0, 96.0]}}
latent = partial(Picture, LatentWeightPlot, figsize=(7.5, 4.2))
steps = partial(Picture, partial(StepSizePlot, weights=WEIGHTS), figsize=(7.5, 4.2))
recovery = partial(Picture, partial(RecoveryPlot, results=RESULTS, reference=[97.0, 98.0]), figsize=(7.5, 3.4))


def test_with_the_true_gradient_the_weight_never_moves():
    picture = latent(update=UPDATES, gradient="true", learning_rate=0.2)
    assert np.ptp(picture._plot.latent.get_ydata()) == 0
    assert picture.description.endswith("changed 0 times.")


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_the_way_is_the_one_that_training_takes(rate):
    """The same updates by torch, through `straight_through`."""
    grid = QParams(torch.tensor(GRID.scale), torch.tensor(0), GRID.qmin, GRID.qmax)
    w, way = torch.tensor(-1.1, requires_grad=True), []
    for _ in range(UPDATES + 1):
        way.append(w.item())
        (slope,) = torch.autograd.grad((straight_through(w, grid) - TARGET) ** 2, w)
        w = (w - rate * slope).detach().requires_grad_()
    picture = latent(update=UPDATES, gradient="straight-through", learning_rate=rate)
    assert np.allclose(picture._plot.latent.get_ydata(), way, atol=1e-4)


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_at_the_end_the_code_flips_and_is_right_on_average_only(rate):
    picture = latent(update=UPDATES, gradient="straight-through", learning_rate=rate)
    late = picture._plot.codes.get_ydata()[-20:]
    assert set(late) == {np.float32(0.5), np.float32(1.0)} and abs(late.mean() - TARGET) < 0.06
    assert f"{late.mean():.2f} on average over the last 20 updates" in picture.description


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_the_learned_step_ends_near_the_smallest_error(bits):
    plot = steps(bits=bits, update=40)._plot
    errors, smallest = plot.path.get_ydata(), plot.error.get_ydata().min()
    assert errors[-1] < 1.25 * smallest and errors[-1] < errors[0]


def test_lsqs_gradient_is_the_one_of_the_package():
    plot = steps(bits=3, update=0)._plot
    w = torch.from_numpy(plot.weights)
    for index in (60, 100, 140):
        scale = torch.tensor(plot.steps[index], requires_grad=True)
        error = (straight_through(w, QParams(scale, torch.tensor(0), -4, 3)) - w).square().sum()
        relative = torch.autograd.grad(error, scale)[0] * scale / error
        assert plot.learned.get_ydata()[index] == pytest.approx(relative.item(), rel=1e-3)


def test_the_true_slope_is_the_slope_of_the_curve():
    plot = steps(bits=3, update=0)._plot
    log_error, true = 2 * np.log(plot.error.get_ydata()), plot.true.get_ydata()
    measured = np.gradient(log_error, np.log(plot.steps))
    calm = plot.steps > 0.1  # where a step of the curve is wider than the places at which it is drawn
    assert np.median(np.abs(measured - true)[calm]) < 0.1


def test_the_recovery_is_read_off_with_its_spread():
    picture = recovery(bits=2)
    assert picture.description == (
        "Digits read with 2 bits a weight: rounded 50.5% (42.0 to 59.0); trained 96.0% (95.0 to 97.0)."
    )
    assert [line.get_ydata()[0] for line in picture._plot.means] == [50.5, 96.0]
    assert "3 bits" in picture.move(bits=3) and picture._plot.mark.get_xdata() == [3, 3]


@pytest.mark.parametrize(
    "draw",
    [
        partial(latent, update=60, gradient="straight-through", learning_rate=0.2),
        partial(steps, bits=2, update=40),
        partial(steps, bits=8, update=0),
        partial(recovery, bits=3),
    ],
    ids=["latent", "two bits", "eight bits", "recovery"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()
