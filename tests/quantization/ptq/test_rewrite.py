"""Rewriting: both operators compute the formulas of affine.py; codes stand for a layer within their bounds."""

from functools import partial

import pytest
import torch
from torch import nn

from edukit.graph import capture
from edukit.quantization import QParams, fake_quantize, kl, min_max, mse, quantize
from edukit.quantization.grid.calibrate import declare
from edukit.quantization.ptq.layerwise import Layer
from edukit.quantization.ptq.rewrite import (
    cleaned,
    layer_bias,
    quantize_activation,
    store_half,
    store_layer,
    weight_grid,
    with_room_for_bias,
)

VALUES = torch.linspace(-3, 3, 24).reshape(2, 3, 4)
SCALE, ZERO = torch.tensor(0.02), torch.tensor(128, dtype=torch.uint8)
X_GRID = QParams(torch.tensor(0.02), torch.tensor(3, dtype=torch.int32), 0, 255)


def test_a_whole_tensor():
    codes = torch.ops.edukit.quantize(VALUES, SCALE, ZERO, 0, 255)
    assert codes.dtype == torch.uint8
    assert torch.equal(codes.int(), quantize(VALUES, QParams(SCALE, ZERO.int(), 0, 255)))
    assert torch.allclose(
        torch.ops.edukit.dequantize(codes, SCALE, ZERO), VALUES.clip(-2.56, 2.54), atol=0.0101
    )  # S / 2


def test_scales_along_an_axis():
    codes = torch.full((2, 3, 4), 10, dtype=torch.int8)
    scale = torch.tensor([0.1, 0.2, 0.3])
    assert torch.allclose(torch.ops.edukit.dequantize(codes, scale, axis=1)[0, :, 0], 10 * scale)
    moved = torch.ops.edukit.dequantize(codes, scale, torch.full((3,), 4, dtype=torch.int8), 1)
    assert torch.allclose(moved[0, :, 0], 6 * scale)


def test_shapes_and_types_are_known_without_computing():
    torch.library.opcheck(torch.ops.edukit.quantize.default, (VALUES, SCALE, ZERO, 0, 255))
    codes = torch.ops.edukit.quantize(VALUES, SCALE, ZERO, 0, 255)
    torch.library.opcheck(torch.ops.edukit.dequantize.default, (codes, SCALE, ZERO, 0))


def rewritten(layer, example, bits=8, per_channel=True):
    graph = capture(nn.Sequential(layer), example)
    node = next(node for node in graph.graph.nodes if node.op == "call_function")
    weight, bias = layer.weight.detach(), layer_bias(graph, node)
    grid = with_room_for_bias(weight_grid(weight, bits, per_channel=per_channel), bias, X_GRID)
    store_layer(graph, node, Layer(weight, bias, grid, quantize(weight, grid)), X_GRID)
    return cleaned(graph)


@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("per_channel", [True, False])
def test_both_ends_of_the_weights_are_within_half_a_step_of_a_code(bits, per_channel):
    weight = torch.randn(7, 5, generator=torch.Generator().manual_seed(bits))
    grid = weight_grid(weight, bits, per_channel=per_channel)
    codes = quantize(weight, grid)
    assert ((codes * grid.scale - weight).abs() <= 0.5001 * grid.scale).all()
    assert grid.qmax - grid.qmin + 1 == (255 if bits == 8 else 2**bits)
    widest = weight.abs().max()
    assert (grid.scale * (grid.qmax + (0 if bits == 8 else 0.5))).max() == pytest.approx(widest.item(), rel=1e-6)


@pytest.mark.parametrize("bits", range(2, 9))
@pytest.mark.parametrize("needs", [{}, {"needs_grid": True}, {"needs_grid": True, "tries_grids": True}], ids=str)
def test_equal_ranges_give_equal_grids_whatever_the_calibrator_declares(bits, needs):
    """Mistake: one step rule for calibrators that are told the bits, another for those that are not."""
    weight = torch.randn(7, 5, generator=torch.Generator().manual_seed(bits))
    ours = declare(**needs)(lambda w, axis=None, **told: min_max(w, axis))
    grid, expected = (weight_grid(weight, bits, calibrator=c) for c in (ours, min_max))
    assert torch.equal(grid.scale, expected.scale) and (grid.qmin, grid.qmax) == (expected.qmin, expected.qmax)


@pytest.mark.parametrize("bits", range(2, 9))
def test_mse_is_the_best_on_the_grid_that_is_used(bits):
    weight = torch.randn(4, 300, generator=torch.Generator().manual_seed(bits))

    def error(calibrator):
        return ((fake_quantize(weight, weight_grid(weight, bits, calibrator=calibrator)) - weight) ** 2).sum(1)

    def shrunk(w, axis, share):
        return tuple(share * end for end in min_max(w, axis))

    least = torch.stack([error(partial(shrunk, share=a / 100)) for a in range(100, 0, -1)]).amin(0)
    assert (error(mse) <= 1.001 * least).all() and (error(mse) <= error(min_max)).all()


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_kl_counts_the_codes_of_the_grid_that_is_used(bits):
    """Weights that are spread evenly within each cell of the grid lose nothing, so that all of the range is kept."""
    half = 2 ** (bits - 1)
    counts = {code: 40_960 * (1 + abs(code) % 2) for code in range(1 - half, half)}
    weight = torch.cat([code - 0.5 + (torch.arange(n) + 0.5) / n for code, n in counts.items()])[None]
    assert torch.equal(*(weight_grid(weight, bits, calibrator=c).scale for c in (kl, min_max)))


def test_float16_takes_half_the_bytes_and_its_own_rounding():
    layer, x = nn.Linear(16, 8), torch.rand(5, 16)
    graph = capture(nn.Sequential(layer), x)
    store_half(graph, next(node for node in graph.graph.nodes if node.op == "call_function"))
    graph = cleaned(graph)
    assert torch.allclose(graph(x), x @ layer.weight.half().float().T + layer.bias)
    assert [p.dtype for p in graph.parameters() if p.ndim == 2] == [torch.float16]


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("per_channel", [True, False])
def test_weight_and_bias_stay_within_half_a_step(bits, per_channel):
    layer = nn.Conv2d(3, 6, 3)
    stored = rewritten(layer, torch.rand(2, 3, 8, 8), bits, per_channel).state_dict()
    scale = stored["conv2d_weight_scale"]
    assert scale.shape == ((6,) if per_channel else ())
    weight = stored["conv2d_weight_codes"] * (scale.reshape(-1, 1, 1, 1) if per_channel else scale)
    bias = stored["conv2d_bias_codes"] * stored["conv2d_bias_scale"]
    # 1.001: float32 rounding of a division and a product
    assert ((weight - layer.weight).abs().amax((1, 2, 3)) <= 1.001 * scale / 2).all()
    assert ((bias - layer.bias).abs() <= 1.001 * X_GRID.scale * scale / 2).all()


def test_the_master_weight_is_gone_and_the_answer_is_close():
    layer, x = nn.Linear(16, 8), torch.rand(5, 16)
    graph = rewritten(layer, x)
    assert all(not p.is_floating_point() for p in graph.parameters())
    assert (graph(x) - layer(x)).abs().max() < 0.02  # 16 products, each off by at most S_w / 2 of about 0.001


def test_a_linear_layer_on_a_sequence_becomes_one_on_a_matrix():
    layer, x = nn.Linear(16, 8), torch.rand(5, 7, 16)
    graph = rewritten(layer, x)
    (linear,) = [node for node in graph.graph.nodes if node.target is torch.ops.aten.linear.default]
    assert linear.args[0].target is torch.ops.aten.flatten.using_ints
    assert graph(x[:3]).shape == (3, 7, 8) and (graph(x) - layer(x)).abs().max() < 0.02


def test_bias_codes_leave_room_in_the_accumulator():
    layer = nn.Linear(4, 2)
    layer.weight.data.fill_(1e-12)
    layer.bias.data[:] = torch.tensor([5.0, -7.0])
    codes = rewritten(layer, torch.rand(2, 4)).state_dict()["linear_bias_codes"]
    assert codes.abs().max() <= 2**30 * 1.001 and codes[0] > 0 > codes[1]


def test_an_activation_is_put_on_its_grid_for_every_reader():
    class Twice(nn.Module):
        def forward(self, x):
            y = x.relu()
            return y + y.sigmoid()

    graph = capture(Twice(), torch.rand(2, 3))
    relu = next(node for node in graph.graph.nodes if node.name == "relu")
    quantize_activation(graph, relu, QParams(torch.tensor(1.0), torch.tensor(0, dtype=torch.int32), 0, 255))
    assert torch.allclose(
        cleaned(graph)(torch.tensor([[0.4, 1.6, -3.0]])), torch.tensor([[0.5, 2.8808, 0.5]]), atol=1e-4
    )
