"""The integer layer: all stations agree with the package's own layer, and with float within a step."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.integer_layer import IntegerLayerPlot, passage
from edukit.quantization.grid.affine import dequantize
from edukit.quantization.integer.layers import integer_linear

random = np.random.default_rng(0)
LAYERS = [(random.uniform(-1, 1, 2), random.uniform(-1, 1, 2), float(random.uniform(-0.5, 0.5))) for _ in range(20)]


@pytest.mark.parametrize(("x", "weights", "bias"), LAYERS)
def test_every_station_is_the_packages_arithmetic(x, weights, bias):
    p = passage(x, weights, bias, (-1, 1), (-2.5, 2.5))
    whole = integer_linear(p.inputs[None], p.weights[None], np.array([p.bias]), *p.grids)
    assert p.output == whole[0, 0]
    above = p.inputs.astype(int) - int(p.grids[0].zero_point)
    assert p.products.tolist() == (above * p.weights).tolist() and p.accumulator == p.products.sum() + p.bias
    assert p.output == np.clip(np.rint(p.scaled) + p.grids[2].zero_point, -128, 127)


@pytest.mark.parametrize(("x", "weights", "bias"), LAYERS)
def test_the_output_is_near_the_float_layers(x, weights, bias):
    p = passage(x, weights, bias, (-1, 1), (-2.5, 2.5))
    x_grid, w_grid, y_grid = p.grids
    bound = sum(abs(x)) * w_grid.scale / 2 + sum(abs(weights)) * x_grid.scale / 2  # each factor is half a step off
    bound += x_grid.scale * w_grid.scale * (2 / 4 + 1 / 2) + y_grid.scale / 2  # both at once; the bias; the output
    assert abs(float(dequantize(np.int32(p.output), y_grid)) - (np.dot(x, weights) + bias)) <= bound + 1e-6


def test_one_station_is_marked_with_what_is_stored_for_it():
    plot = IntegerLayerPlot(Figure(figsize=(7, 2.8)))
    for step in range(7):
        said = plot.update(step)
        thick = [box.patch.get_linewidth() > 2 for box in plot.boxes]
        assert thick == [i == step for i in range(7)] and said.startswith(f"Step {step}: ")
        assert [i for i, box in plot.stored.items() if box.patch.get_linewidth() > 2] == [step][: 0 < step < 6]


def test_the_drawing_shows_the_codes():
    plot = IntegerLayerPlot(Figure(figsize=(7, 2.8)))
    p = plot.passage
    assert (p.inputs.tolist(), p.weights.tolist(), p.products.tolist()) == ([96, -80], [71, -127], [9088, 6096])
    assert plot.boxes[0].below.get_text() == "96\n−80" and plot.boxes[-1].below.get_text() == f"{p.output}"
    assert plot.boxes[3].below.get_text().endswith("= 17,433") and p.accumulator == 17433


@pytest.mark.parametrize("step", [-1, 7, 1.5, "one"])
def test_another_step_is_refused(step):
    with pytest.raises((ValueError, TypeError), match="step must be"):
        IntegerLayerPlot(Figure(figsize=(7, 2.8))).update(step)


def test_three_inputs_are_refused():
    with pytest.raises(ValueError, match="x and weights must hold two numbers each"):
        IntegerLayerPlot(Figure(), x=(1, 2, 3))
