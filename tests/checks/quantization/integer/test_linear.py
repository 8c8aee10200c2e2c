"""The exercises on integer layers are the package's arithmetic, other right ways pass, and ties go to the even code."""

import numpy as np
import pytest

from edukit.checks import quantization as check
from edukit.quantization import integer_linear
from edukit.quantization.integer.fixed_point import fixed_point, multiply_shift
from edukit.quantization.integer.layers import accumulate_linear


def learner_layer(q_x, q_w, bias, x_grid, w_grid, y_grid):
    """The four terms, each for itself."""
    x, w = q_x.astype(int), q_w.astype(int)
    Z_x, Z_w = int(x_grid.zero_point), int(w_grid.zero_point)
    total = x @ w.T - Z_x * w.sum(1) - Z_w * x.sum(1)[:, None] + x.shape[1] * Z_x * Z_w + bias
    M = x_grid.scale * w_grid.scale.reshape(-1) / y_grid.scale
    return (np.rint(total * M) + y_grid.zero_point).clip(y_grid.qmin, y_grid.qmax).astype(np.uint8)


def learner_bias(q_w, bias, Z_x):
    """A loop over the outputs, in Python's whole numbers."""
    return [int(b) - int(Z_x) * sum(map(int, w.ravel())) for w, b in zip(q_w, bias, strict=True)]


def learner_fixed_point(accumulator, M):
    """Doubled until it is large enough; one sum after the other."""
    s = 0
    while round(M * 2**s) < 2**30:
        s += 1
    if round(M * 2**s) == 2**31:
        s -= 1
    return [(int(a) * round(M * 2**s) + 2 ** (s - 1)) // 2**s for a in accumulator]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.integer_linear, learner_layer),
        (check.integer_linear, integer_linear),
        (check.absorbed_bias, learner_bias),
        (check.fixed_point, learner_fixed_point),
        (check.fixed_point, lambda accumulator, M: multiply_shift(accumulator, *fixed_point(M))),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_a_code_is_an_exact_tie_or_far_from_one_so_that_float32_and_float64_agree():
    for q_x, q_w, bias, x_grid, w_grid, y_grid in check.integer_linear.questions:
        total = accumulate_linear(q_x, q_w, x_grid.zero_point, w_grid.zero_point) + bias
        scaled = total * (float(x_grid.scale) * np.ravel(w_grid.scale).astype(float) / float(y_grid.scale))
        from_tie = np.abs(scaled - np.floor(scaled) - 0.5)
        assert ((from_tie == 0) | (from_tie > 1e-3)).all()
    codes = [check.integer_linear.solve(*question) for question in check.integer_linear.questions]
    assert any((c == 255).any() for c in codes) and any((c == 0).any() for c in codes)  # some saturate at both ends


def test_the_absorbed_bias_makes_the_zero_point_free():
    q_x = np.random.default_rng(0).integers(0, 256, (5, 9)).astype(np.uint8)
    q_w, bias, Z_x = next(q for q in check.absorbed_bias.questions if q[0].shape == (6, 9))
    free = accumulate_linear(q_x, q_w) + check.absorbed_bias.solve(q_w, bias, Z_x)
    assert (free == accumulate_linear(q_x, q_w, Z_x) + bias).all()


def test_floats_are_named_where_whole_numbers_are_asked():
    answer = check.fixed_point(lambda accumulator, M: np.rint(accumulator * M).astype(int))
    assert not answer and "M is still a float" in answer.line
    assert "16 bits" in check.integer_linear(check.integer_linear.mistakes["sums in 16 bits"][0]).line


@pytest.mark.parametrize("dtype", [np.int16, np.float16, np.float32])
def test_a_bias_that_is_summed_in_a_narrow_type_is_refused(dtype):
    def answer(q_w, bias, Z_x):
        sums = q_w.sum(tuple(range(1, q_w.ndim)), dtype=dtype).astype(np.float32)
        return (bias.astype(np.float32) - np.float32(Z_x) * sums).astype(np.int32)

    assert not check.absorbed_bias(answer)


@pytest.mark.parametrize("name", ["half up", "zero point inside the rounding", "always up to 255"])
def test_ties_and_grids_of_few_codes_are_asked(name):
    wrong, hint = check.integer_linear.mistakes[name]
    assert hint in check.integer_linear(wrong).line
