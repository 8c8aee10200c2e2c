"""The step in which runtimes agree: other right ways pass, near misses do not, and the package computes the same."""

import numpy as np
import torch

from edukit.checks import deployment as check
from edukit.quantization import QParams
from edukit.quantization.integer.layers import requantize

f32 = np.float32


def with_rint(accumulator, S_x, S_w, grid):
    M = S_x * S_w / grid.scale
    codes = grid.zero_point + np.rint(np.multiply(accumulator, M, dtype=f32))
    return np.clip(codes, grid.qmin, grid.qmax).astype(np.int8 if grid.qmin < 0 else np.uint8)


def with_torch(accumulator, S_x, S_w, grid):
    M = torch.from_numpy(np.asarray(f32(S_x) * S_w / grid.scale, f32))
    steps = torch.round(torch.from_numpy(accumulator).float() * M)
    return torch.clamp(steps + int(grid.zero_point), grid.qmin, grid.qmax).int().numpy()


def test_other_right_ways_to_write_it_pass():
    for answer in (with_rint, with_torch):
        assert check.requantize(answer), check.requantize(answer)


def test_the_package_gives_the_same_codes():
    for accumulator, S_x, S_w, grid in check.requantize.questions:
        axis = 0 if np.ndim(S_w) else -1
        x, w = (QParams(scale, np.int32(0), -128, 127) for scale in (S_x, S_w))
        assert (
            requantize(accumulator, x, w, grid, axis).tolist()
            == check.requantize.solve(accumulator, S_x, S_w, grid).tolist()
        )


def test_ties_negative_sums_and_both_ends_are_asked():
    scaled = [
        (accumulator.astype(f32) * (f32(S_x) * np.asarray(S_w, f32) / f32(grid.scale)), grid)
        for accumulator, S_x, S_w, grid in check.requantize.questions
    ]
    assert any((np.abs(steps % 1) == 0.5).any() for steps, _ in scaled)
    assert any((steps < 0).any() for steps, _ in scaled)
    codes = [check.requantize.solve(*question) for question in check.requantize.questions]
    ends = [(q == grid.qmin).any() and (q == grid.qmax).any() for q, (_, grid) in zip(codes, scaled, strict=True)]
    assert any(ends)


def test_numpys_own_float64_is_named():
    line = check.requantize(
        lambda a, x, w, g: np.clip(np.round(a * (x * w / g.scale)) + g.zero_point, g.qmin, g.qmax).astype(int)
    ).line
    assert "float32" in line and line.startswith("✗")
