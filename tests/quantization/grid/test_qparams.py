"""A grid that cannot be is refused where it is made, by the name of its field."""

import numpy as np
import pytest
import torch

from edukit.quantization import QParams, dequantize, fake_quantize, quantize

BAD_GRIDS = {
    "scale": [(scale, 0, -8, 7) for scale in (0.0, -0.1, np.nan, np.inf, [0.1, 0.0], [0.1, np.nan], [0.1, np.inf])],
    "zero_point": [(0.1, zero, -8, 7) for zero in (8, -9, 1000, 0.5, np.nan, [0, 8], [0, 0.5])]
    + [([0.1] * 3, [0, 0], -8, 7), (np.full((3, 1), 0.1), np.zeros((2, 1)), -8, 7)],
    "qmin": [(0.1, 0, qmin, 7) for qmin in (-8.0, "a", None, True, -(2**31) - 1)],
    "qmax": [(0.1, 0, -8, qmax) for qmax in (-9, 7.0, None, 2**31)],
}


@pytest.mark.parametrize("name, grid", [(name, grid) for name, grids in BAD_GRIDS.items() for grid in grids])
def test_a_grid_that_cannot_be_is_refused_by_the_name_of_its_field(name, grid):
    scale, zero, qmin, qmax = grid
    for library in (np.asarray, torch.tensor):
        with pytest.raises(ValueError, match=f"^{name} must"):
            QParams(library(scale), library(zero), qmin, qmax)


@pytest.mark.parametrize("name", ["scale", "zero_point"])
@pytest.mark.parametrize("value", ["a", None, True, 1j, torch.tensor(True)])
def test_a_grid_is_made_of_numbers(name, value):
    with pytest.raises(TypeError, match=name):
        QParams(**({"scale": np.float32(1), "zero_point": 0, "qmin": -8, "qmax": 7} | {name: value}))


@pytest.mark.parametrize("function", [quantize, dequantize, fake_quantize])
@pytest.mark.parametrize("grid", [None, (0.1, 0, -8, 7), {"scale": 0.1}])
def test_what_is_no_grid_is_refused(function, grid):
    with pytest.raises(TypeError, match="qparams must be"):
        function(np.zeros(3, np.int32), grid)


def test_the_widest_codes_and_empty_scales_are_grids():
    QParams(np.float32(1e-45), np.int32(-(2**31)), -(2**31), 2**31 - 1)
    QParams(np.zeros(0, np.float32), np.zeros(0, np.int32), -8, 7)
    QParams(torch.zeros(0, 1), torch.zeros(0, 1), -8, 7)
    learned = torch.nn.Parameter(torch.ones(3))
    assert QParams(learned, torch.tensor(0), 0, 255).scale is learned
