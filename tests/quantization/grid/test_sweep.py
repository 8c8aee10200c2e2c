"""The sweep: its rows are those of the formulas, its bits those of the bytes; what bits and scales bring."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build

from edukit.quantization import choose_qparams, fake_quantize, min_max
from edukit.quantization.grid.error import compression_ratio, normalized_mse
from edukit.quantization.grid.granularity import split_groups
from edukit.quantization.grid.sweep import SHARINGS, error_sweep, round_weights
from edukit.quantization.lowbit.formats import FP8_E4M3


def net(seed=0):
    random = np.random.default_rng(seed)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Linear(50, 6))
    for w in model.parameters():
        w.data = torch.from_numpy(random.normal(size=tuple(w.shape)).astype(np.float32))
    return model


def test_each_row_is_what_the_formulas_give():
    model, rows = net(), error_sweep(net(), bits=[3, 8], group_size=20, symmetric=False)
    assert [(r.layer, r.sharing, r.bits) for r in rows] == [(la, s, b) for la in "01" for s in SHARINGS for b in (3, 8)]
    for row in rows:
        w = model[int(row.layer)].weight.detach().flatten(1)
        x, axis = {"per tensor": (w, None), "per channel": (w, 0)}.get(row.sharing, (split_groups(w, 20), (0, 1)))
        oracle = normalized_mse(x, fake_quantize(x, choose_qparams(*min_max(x, axis), row.bits)))
        assert row.normalized_mse == oracle and row.sqnr_db == pytest.approx(-10 * np.log10(oracle))


def test_bits_are_those_of_codes_and_scales():
    rows = {(r.layer, r.sharing): r.bits_per_weight for r in error_sweep(net(), bits=[4], group_size=20)}
    assert rows["1", "per channel"] == pytest.approx(32 / compression_ratio((6, 50), 4))
    assert rows["1", "per tensor"] == pytest.approx(32 / compression_ratio((6, 50), 4, axis=None))
    assert rows["1", "per group"] == pytest.approx(4 + 32 * 6 * 3 / 300)  # 50 weights: two groups of 20 and one of 10


def test_short_scales_weigh_less_and_are_rounded_as_their_format_rounds():
    model = net()
    w = model[1].weight.detach()
    low, high = min_max(split_groups(w, 10), (0, 1))
    exact = choose_qparams(low, high, 4, symmetric=True)
    unit = exact.scale.max() / 448  # the largest number of E4M3
    for bits, stored, scales in (
        (16, torch.from_numpy(np.float16(exact.scale.numpy()).astype(np.float32)), 16 * 30),
        (8, torch.from_numpy(FP8_E4M3.round((exact.scale / unit).numpy())) * unit, 8 * 30 + 32),
    ):
        (row,) = (
            r
            for r in error_sweep(model, [4], group_size=10, scale_bits=bits)
            if (r.layer, r.sharing) == ("1", "per group")
        )
        grid = replace(exact, scale=stored)
        assert row.normalized_mse == pytest.approx(
            normalized_mse(split_groups(w, 10), fake_quantize(split_groups(w, 10), grid)), rel=1e-6
        )
        assert row.bits_per_weight == pytest.approx(4 + scales / 300)


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_scales_of_any_size_stay_above_zero_and_finite(size):
    model = nn.Linear(8, 4)
    model.weight.data = torch.linspace(-1, 1, 32).reshape(4, 8) * size
    model.weight.data[0] *= 1e-6  # far below the others
    for bits in (8, 16, 32):
        rows = error_sweep(model, [4], group_size=4, scale_bits=bits)
        assert all(np.isfinite(r.normalized_mse) for r in rows)
    assert all(r.normalized_mse < 0.02 for r in error_sweep(model, [4], group_size=4, scale_bits=8))


@pytest.mark.parametrize("seed", range(3))
def test_more_bits_and_more_scales_lose_less(seed):
    errors = {(r.layer, r.sharing, r.bits): r.normalized_mse for r in error_sweep(net(seed), group_size=10)}
    for layer in "01":
        for sharing in SHARINGS:
            assert all(errors[layer, sharing, b] > errors[layer, sharing, b + 1] for b in range(2, 8))
        for b in range(3, 9):
            assert errors[layer, "per group", b] < errors[layer, "per channel", b] < errors[layer, "per tensor", b]


@pytest.mark.parametrize("name", NETWORKS)
def test_any_network_is_swept_and_none_is_changed(name):
    model = build(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    rows = error_sweep(model, bits=[4])
    assert {r.layer for r in rows} >= {n for n, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)} - {
        n for n, m in model.named_modules() if type(m).__name__ == "NonDynamicallyQuantizableLinear"
    }
    assert all(0 < r.normalized_mse < 1 for r in rows)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_edges():
    zero = nn.Linear(4, 2)
    zero.weight.data.zero_()
    assert {(r.normalized_mse, r.sqnr_db) for r in error_sweep(zero)} == {(0.0, np.inf)}
    with pytest.raises(ValueError, match="model holds no weight"):
        error_sweep(nn.ReLU())
    with pytest.raises(ValueError, match="bits"):
        error_sweep(zero, bits=[1])
    with pytest.raises(ValueError, match="size"):
        error_sweep(zero, group_size=0)
    with pytest.raises(ValueError, match="scale_bits must be 8, 16 or 32, got 4"):
        error_sweep(zero, scale_bits=4)
    assert {r.normalized_mse for bits in (8, 16) for r in error_sweep(zero, scale_bits=bits)} == {0.0}


@pytest.mark.parametrize("sharing", SHARINGS)
def test_rounded_weights_have_the_errors_of_the_sweep_and_the_model_is_left_alone(sharing):
    model = net()
    before = copy.deepcopy(model.state_dict())
    rounded = round_weights(model, 3, sharing, group_size=20)
    rows = [r for r in error_sweep(model, [3], group_size=20) if r.sharing == sharing]
    for row in rows:
        w, q = (m.get_parameter(f"{row.layer}.weight").detach() for m in (model, rounded))
        assert normalized_mse(w, q) == pytest.approx(row.normalized_mse, rel=1e-5)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    biases = [name for name, p in model.named_parameters() if p.ndim < 2]
    assert biases and all(torch.equal(model.get_parameter(b), rounded.get_parameter(b)) for b in biases)


def test_another_grid_and_another_sharing():
    model = nn.Linear(8, 4)
    asymmetric = round_weights(model, 2, choose=choose_qparams).weight
    grid = choose_qparams(*min_max(model.weight.data, 0), 2)
    assert torch.equal(asymmetric, fake_quantize(model.weight.data, grid))
    with pytest.raises(ValueError, match="sharing must be one of per tensor, per channel, per group, got 'per row'"):
        round_weights(model, 4, "per row")
