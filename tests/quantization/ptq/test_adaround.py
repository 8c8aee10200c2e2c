"""AdaRound against the published algorithm, and the way on which each weight learns."""

import torch
from rounding_problem import problem

from edukit.quantization import adaround
from edukit.quantization.ptq.adaround import shares_up
from edukit.quantization.ptq.rounding import second_moment

RANDOM = torch.Generator().manual_seed(0)


def test_adaround_equals_the_published_algorithm():
    """Nagel et al. 2020, eq. 21 to 24, its slopes and its optimizer written out: the exponent β falls from 20 to 2."""
    w, x, grid = problem(RANDOM, out=64)
    H = second_moment(x, 0.01)
    H, place = H / H.diagonal().mean(), w.double() / grid.scale
    v = torch.logit(((place - place.floor()).clamp(0.01, 0.99) + 0.1) / 1.2)
    mean, square = torch.zeros_like(v), torch.zeros_like(v)
    for step in range(500):
        stretched = 1.2 * v.sigmoid() - 0.1
        h = stretched.clamp(0, 1)
        codes = place.floor() + h
        slope = 2 * ((codes.clamp(grid.qmin, grid.qmax) - place) @ H)
        slope = slope * ((grid.qmin <= codes) & (codes <= grid.qmax))
        if step > 100:
            beta = 20 - 18 * (step - 100) / 400
            slope = slope - 0.05 * 2 * beta * (2 * h - 1).sign() * (2 * h - 1).abs() ** (beta - 1)
        slope = slope * (stretched == h) * 1.2 * v.sigmoid() * (1 - v.sigmoid())
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        v = v - 0.02 * (mean / (1 - 0.9 ** (step + 1))) / ((square / (1 - 0.999 ** (step + 1))).sqrt() + 1e-8)
    expected = (place.floor() + (v >= 0)).clamp(grid.qmin, grid.qmax)
    # 500 steps in float64 and in float32 part at a few weights; β the other way round changes one code of twelve
    assert (adaround(w, x, grid) == expected).double().mean() > 0.97


def test_adaround_moves_no_code_by_more_than_one_step():
    w, x, grid = problem(RANDOM, bits=4)
    assert (adaround(w, x, grid) - w / grid.scale).abs().max() < 1


def test_the_way_of_adaround_starts_at_the_weights_and_ends_at_its_codes():
    w, x, grid = problem(RANDOM, bits=3)
    way = list(shares_up(w, x, grid, steps=200))
    assert len(way) == 201 and all(0 <= h.min() and h.max() <= 1 and not h.requires_grad for h in way)
    place = w / grid.scale
    inside = (place > grid.qmin) & (place < grid.qmax) & ((place - place.floor() - 0.5).abs() < 0.49)
    assert torch.allclose(way[0][inside], (place - place.floor())[inside], atol=1e-5)
    codes = (place.floor() + (way[-1] >= 0.5)).clamp(grid.qmin, grid.qmax)
    assert torch.equal(codes.int(), adaround(w, x, grid, steps=200))
