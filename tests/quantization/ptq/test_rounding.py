"""GPTQ, AdaRound, bias correction: what they promise, against brute force and closed forms."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from rounding_problem import problem

from edukit.quantization import adaround, bias_correction, dequantize, gptq, quantize
from edukit.quantization.ptq.rounding import DAMPING, best_step, output_error, refit, second_moment

RANDOM = torch.Generator().manual_seed(0)


@pytest.mark.parametrize("bits", [2, 3, 4])
@pytest.mark.parametrize("groups", [(), (5,)])
def test_the_outputs_error_falls_and_the_weights_error_rises(bits, groups):
    w, x, grid = problem(RANDOM, bits=bits, groups=groups)
    nearest = dequantize(quantize(w, grid), grid)
    for method in (gptq, adaround):
        codes = method(w, x, grid)
        assert codes.dtype == torch.int32 and grid.qmin <= codes.min() and codes.max() <= grid.qmax
        stored = dequantize(codes, grid)
        assert output_error(w, stored, x) < 0.5 * output_error(w, nearest, x)
        assert (w - stored).norm() > (w - nearest).norm()  # nearest is the best for the weights alone: a theorem


def test_with_uncorrelated_inputs_nearest_is_best_and_found():
    """H is then diagonal: no column can make good for another."""
    w, _, grid = problem(RANDOM)
    x = torch.cat([torch.eye(24), -torch.eye(24)])
    assert torch.equal(gptq(w, x, grid, damping=0), quantize(w, grid))
    different = adaround(w, x, grid) != quantize(w, grid)
    place = w / grid.scale
    assert ((place - place.floor())[different] - 0.5).abs().max() < 0.02  # it stopped on its way where both are equal


def test_they_come_close_to_the_best_of_all_roundings():
    """Brute force: all 2^8 ways to round each row of 8 weights up or down."""
    w, x, grid = problem(RANDOM, out=6, inside=8, stories=3)
    floor = (w / grid.scale).floor()
    ways = torch.tensor(list(itertools.product((0, 1), repeat=8)))
    H = second_moment(x, 0).float()
    errors = w[:, None] - grid.scale[:, None] * (floor[:, None] + ways).clamp(grid.qmin, grid.qmax)
    best = torch.einsum("rwi,ij,rwj->rw", errors, H, errors).amin(1).sum()
    nearest = w - dequantize(quantize(w, grid), grid)
    nearest = torch.einsum("ri,ij,rj->", nearest, H, nearest)
    for method in (gptq, adaround):
        error = w - dequantize(method(w, x, grid), grid)
        found = torch.einsum("ri,ij,rj->", error, H, error)
        assert found - best < 0.25 * (nearest - best)


def test_gptq_equals_the_published_algorithm():
    """Column by column with the inverse of what is left of H, as optimal brain surgery has it; no Cholesky."""
    w, x, grid = problem(RANDOM, out=4, inside=7, stories=3)
    order = x.square().sum(0).argsort(descending=True)
    H, rest, codes = second_moment(x, DAMPING), w.double().clone(), torch.zeros(4, 7, dtype=torch.int32)
    left = order.tolist()
    for i in order.tolist():
        inverse = torch.linalg.inv(H[left][:, left])
        codes[:, i] = quantize(rest[:, i : i + 1], grid)[:, 0]
        error = rest[:, i] - codes[:, i] * grid.scale[:, 0]
        rest[:, left] -= error[:, None] * inverse[0] / inverse[0, 0]
        left.remove(i)
    assert torch.equal(gptq(w, x, grid), codes)


@pytest.mark.parametrize(
    ("out", "inside", "groups"), [(7, 200, ()), (4, 130, (3,)), (1, 1, ()), (9, 64, ()), (16, 300, ())]
)
@pytest.mark.parametrize("bits", [2, 4])
def test_blocks_of_columns_give_the_codes_of_single_columns(out, inside, groups, bits):
    w, x, grid = problem(RANDOM, out=out, inside=inside, stories=20, bits=bits, groups=groups)
    order = x.square().sum(-2).argsort(descending=True)
    sorted_x = x.gather(-1, order.unsqueeze(-2).expand(x.shape))
    U = torch.linalg.cholesky(torch.linalg.inv(second_moment(sorted_x, DAMPING)), upper=True)
    columns = order.unsqueeze(-2).expand(w.shape)
    rest, codes = w.double().gather(-1, columns), torch.empty(w.shape, dtype=torch.int32)
    for i in range(inside):
        codes[..., i] = quantize(rest[..., i : i + 1], grid)[..., 0]
        error = (rest[..., i] - codes[..., i] * grid.scale[..., 0]) / U[..., i, i, None]
        rest[..., i + 1 :] -= error[..., None] * U[..., i : i + 1, i + 1 :]
    assert torch.equal(gptq(w, x, grid), torch.empty_like(codes).scatter_(-1, columns, codes))


def test_bias_correction_makes_every_mean_right():
    w, x, grid = problem(RANDOM)
    x, stored = x + 3, dequantize(quantize(w, grid), grid)
    x_hat = x + 0.2 * torch.randn(x.shape, generator=RANDOM) + 0.1
    shift = bias_correction(w, stored, x, x_hat)
    before, after = (x @ w.T).mean(0), (x_hat @ stored.T).mean(0) + shift
    assert torch.allclose(before, after, atol=1e-3)
    assert not torch.allclose(before, after - shift, atol=0.1)


@pytest.mark.parametrize("shared", [False, True])
def test_the_best_step_is_the_best_of_its_candidates(shared):
    w, x, grid = problem(RANDOM, bits=2)
    grid = replace(grid, scale=grid.scale.max()) if shared else grid
    factors = (1, 0.8, 0.6)
    found, codes = best_step(w, x, grid, factors)
    assert torch.equal(codes, gptq(w, x, found))
    tried = [replace(grid, scale=grid.scale * f) for f in factors]
    errors = torch.stack([((w - dequantize(gptq(w, x, g), g)) @ x.T).square().sum(1) for g in tried])
    best = errors.sum(1).argmin() if shared else errors.argmin(0)[:, None]
    assert torch.allclose(found.scale, grid.scale * torch.tensor(factors)[best])
    assert (found.scale < grid.scale).any()


def test_refit_is_least_squares():
    w, x, _ = problem(RANDOM, stories=24)
    x_hat = x + 0.3 * torch.randn(x.shape, generator=RANDOM)
    expected = np.linalg.lstsq(x_hat.double().numpy(), (x @ w.T).double().numpy(), rcond=None)[0].T
    assert np.allclose(refit(w, x, x_hat, damping=0), expected, atol=1e-3)
    assert torch.allclose(refit(w, x, x), w, atol=1e-5)  # damping pulls towards w, so nothing moves without need


def test_inputs_that_never_fire_leave_the_weights_at_their_nearest_codes():
    w, x, grid = problem(RANDOM)
    x[:, ::2] = 0
    for codes in (gptq(w, x, grid)[:, ::2], gptq(w, torch.zeros_like(x), grid)[:, ::2]):
        error = (w[:, ::2] - codes * grid.scale).abs()
        assert (error <= 0.5001 * grid.scale).all()  # the largest weight lies half a step from both its codes


def test_neither_argument_is_changed():
    w, x, grid = problem(RANDOM)
    copies = w.clone(), x.clone()
    for method in (gptq, adaround):
        method(w, x, grid)
    refit(w, x, x)
    assert torch.equal(w, copies[0]) and torch.equal(x, copies[1])


@pytest.mark.parametrize("method", [gptq, adaround])
def test_bad_input_is_refused(method):
    w, x, grid = problem(RANDOM)
    for bad in ((w, x[:, :5]), (w, x[:0]), (w[0], x), (w, x[None])):
        with pytest.raises(ValueError, match="do not fit"):
            method(*bad, grid)
    for bad in ((w * np.nan, x), (w, x / 0)):
        with pytest.raises(ValueError, match="finite"):
            method(*bad, grid)
