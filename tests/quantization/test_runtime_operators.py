"""Every formula beside the operator of ONNX Runtime that computes it: random shapes, zero points and ties, equal bits.

QuantizeLinear and DequantizeLinear per tensor, per axis and in blocks are in test_granularity.py, where scales are.
Signed weights have 7 bits: with 8, a processor without VNNI saturates (saturation.py), and no formula here is at fault.
"""

import platform

import numpy as np
import pytest
from onnx import helper
from operator_runner import run_nodes, run_operator

from edukit.quantization import QParams, choose_qparams, dequantize, integer_conv2d, integer_linear, min_max, quantize
from edukit.quantization.integer.joins import integer_add, integer_mean, move_to_grid
from edukit.quantization.integer.layers import accumulate_conv2d, accumulate_linear

X86 = platform.machine() in ("x86_64", "AMD64")
CONTRIB = "com.microsoft"
f32, u8, i8, i32 = np.float32, np.uint8, np.int8, np.int32


def random(seed):
    return np.random.default_rng(seed)


def grid(rng, signed=False, power_of_two=False):
    """A random grid of 8 bits; with a power of two for a scale, half of all sums lie on ties."""
    scale = 2.0 ** -rng.integers(2, 6) if power_of_two else rng.uniform(0.01, 0.2)
    low, high = (-128, 127) if signed else (0, 255)
    return QParams(np.array(scale, f32), np.array(rng.integers(low, high + 1), i32), low, high)


def stated(g):
    """scale, zero point: as an operator takes them."""
    return g.scale, g.zero_point.astype(u8 if g.qmin == 0 else i8)


@pytest.mark.parametrize("seed", range(20))
def test_quantize_with_infinities_and_huge_values(seed):
    rng = random(seed)
    g = grid(rng, signed=seed % 2, power_of_two=seed % 3 == 0)
    x = np.concatenate([rng.normal(0, 10.0**k, 50) for k in range(-3, 9)]).astype(f32)
    x = np.append(x, f32([np.inf, -np.inf, 0.0, -0.0, 3e38, -3e38]))
    kind = "INT8" if seed % 2 else "UINT8"
    with np.errstate(over="ignore"):
        assert np.array_equal(quantize(x, g), run_operator("QuantizeLinear", x, *stated(g), outputs=[kind]))


def test_dequantize_all_codes_of_8_and_16_bits_and_of_biases():
    rng = random(0)
    for low, high, dtype in ((0, 255, u8), (-128, 127, i8), (-(2**15), 2**15 - 1, np.int16), (0, 2**16 - 1, np.uint16)):
        q = np.arange(low, high + 1).astype(dtype)
        g = QParams(np.array(rng.uniform(0.01, 1), f32), np.array(rng.integers(low, high), i32), low, high)
        theirs = run_operator("DequantizeLinear", q, g.scale, g.zero_point.astype(dtype), outputs=["FLOAT"])
        assert np.array_equal(dequantize(q.astype(i32), g), theirs)
    bias, scale = rng.integers(-(2**31), 2**31, 999).astype(i32), np.array(3e-7, f32)
    theirs = run_operator("DequantizeLinear", bias, scale, outputs=["FLOAT"])
    assert np.array_equal(dequantize(bias, QParams(scale, i32(0), 0, 0)), theirs)


@pytest.mark.parametrize("seed", range(100))
def test_a_dynamic_range_is_the_grid_of_min_max(seed):
    """DynamicQuantizeLinear: choose_qparams(*min_max(x), signed=False), in every bit of scale, zero point and codes."""
    rng = random(seed)
    x = (rng.normal(size=rng.integers(1, 60)) * 10.0 ** rng.integers(-6, 7) + rng.normal() * (seed % 3)).astype(f32)
    codes, scale, zero = run_operator("DynamicQuantizeLinear", x, outputs=["UINT8", "FLOAT", "UINT8"])
    g = choose_qparams(*min_max(x), signed=False)
    assert (g.scale, g.zero_point) == (scale, zero)
    assert np.array_equal(quantize(x, g), codes)


@pytest.mark.parametrize("value", [0.0, 3.0, -2.0, 1e-38])
def test_a_dynamic_range_of_a_constant(value):
    """For 0 both take the scale 1. Below 3e-36 the step is no normal float32: we take 1 there, the runtime does not."""
    x = np.full(5, value, f32)
    codes, scale, zero = run_operator("DynamicQuantizeLinear", x, outputs=["UINT8", "FLOAT", "UINT8"])
    g = choose_qparams(*min_max(x), signed=False)
    if 0 < abs(value) < 3e-36:
        assert g.scale == 1 != scale
    else:
        assert (g.scale, g.zero_point) == (scale, zero) and np.array_equal(quantize(x, g), codes)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("signed", [False, True])
def test_sums_of_a_matrix_product(seed, signed):
    """MatMulInteger with a zero point on both sides, and one for each column."""
    rng = random(seed)
    rows, inside, outside = rng.integers(1, 40, 3)
    kind, low, high = (i8, -64, 64) if signed else (u8, 0, 256)
    q_x, q_w = rng.integers(0, 256, (rows, inside)).astype(u8), rng.integers(low, high, (outside, inside)).astype(kind)
    for w_zero in (rng.integers(low, high), rng.integers(low, high, outside)):
        zeros = u8(rng.integers(0, 256)), np.asarray(w_zero, kind)
        theirs = run_operator("MatMulInteger", q_x, q_w.T, *zeros, outputs=["INT32"])
        assert np.array_equal(accumulate_linear(q_x, q_w, zeros[0].astype(i32), zeros[1].astype(i32)), theirs)


GEOMETRIES = [
    dict(channels=3, filters=4, kernel=(3, 3), stride=1, padding=1, dilation=1, groups=1),
    dict(channels=4, filters=4, kernel=(3, 3), stride=2, padding=1, dilation=1, groups=4),
    dict(channels=6, filters=9, kernel=(1, 5), stride=(1, 2), padding=(0, 2), dilation=1, groups=3),
    dict(channels=2, filters=3, kernel=(3, 2), stride=1, padding=(2, 1), dilation=(2, 1), groups=1),
]


def codes_of(case, rng, signed):
    q_x = rng.integers(0, 256, (2, case["channels"], 9, 11)).astype(u8)
    shape = case["filters"], case["channels"] // case["groups"], *case["kernel"]
    return q_x, rng.integers(-64, 64, shape).astype(i8) if signed else rng.integers(0, 256, shape).astype(u8)


def attributes(case):
    pads, (sh, sw), (dh, dw) = (np.broadcast_to(case[name], 2).tolist() for name in ("padding", "stride", "dilation"))
    return dict(strides=[sh, sw], pads=pads * 2, dilations=[dh, dw], group=case["groups"])


def options(case):
    return {name: case[name] for name in ("stride", "padding", "dilation", "groups")}


@pytest.mark.parametrize("case", GEOMETRIES)
@pytest.mark.parametrize("seed", range(3))
def test_sums_of_a_convolution(case, seed):
    """ConvInteger; its border holds the zero point."""
    rng = random(seed)
    q_x, q_w = codes_of(case, rng, signed=False)
    zeros = u8(rng.integers(1, 256)), u8(rng.integers(0, 256))
    theirs = run_operator("ConvInteger", q_x, q_w, *zeros, outputs=["INT32"], **attributes(case))
    assert np.array_equal(accumulate_conv2d(q_x, q_w, *(z.astype(i32) for z in zeros), **options(case)), theirs)


@pytest.mark.parametrize("case", GEOMETRIES)
@pytest.mark.parametrize("power_of_two", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_a_convolution_with_ties(case, power_of_two, signed):
    """QLinearConv, weights with a zero point of their own."""
    rng = random(power_of_two + 2 * signed)
    q_x, q_w = codes_of(case, rng, signed)
    x, w = grid(rng, power_of_two=power_of_two), grid(rng, signed, power_of_two)
    y = QParams(np.array(x.scale * w.scale * 512, f32), np.array(101, i32), 0, 255)
    sums = accumulate_conv2d(q_x, q_w, x.zero_point, w.zero_point, **options(case))
    bias = (rng.integers(-20_000, 20_000, case["filters"]) - sums.mean((0, 2, 3))).astype(i32)  # the middle of y
    theirs = run_operator("QLinearConv", q_x, *stated(x), q_w, *stated(w), *stated(y), bias, **attributes(case))
    ours = integer_conv2d(q_x, q_w, bias, x, w, y, **options(case))
    assert len(np.unique(theirs)) > 20 and np.array_equal(ours, theirs)


@pytest.mark.parametrize("seed", range(8))
def test_a_matrix_product_with_ties(seed):
    """QLinearMatMul, zero points on all sides."""
    rng = random(seed)
    rows, inside, outside = rng.integers(2, 40, 3)
    x, w = grid(rng, power_of_two=seed % 2), grid(rng, signed=True, power_of_two=seed % 2)
    y = QParams(np.array(x.scale * w.scale * 256, f32), np.array(rng.integers(0, 256), i32), 0, 255)
    q_x, q_w = rng.integers(0, 256, (rows, inside)).astype(u8), rng.integers(-64, 64, (outside, inside)).astype(i8)
    theirs = run_operator("QLinearMatMul", q_x, *stated(x), np.ascontiguousarray(q_w.T), *stated(w), *stated(y))
    assert np.array_equal(integer_linear(q_x, q_w, None, x, w, y), theirs)


@pytest.mark.parametrize("seed", range(24))
def test_an_addition_of_all_pairs_of_codes(seed):
    """QLinearAdd: all 65,536 of them. On Arm its multipliers are whole numbers: there a code may differ by one."""
    rng = random(seed)
    a, b, y = (grid(rng, signed=seed % 4 == 1, power_of_two=seed % 3 == 0) for _ in range(3))
    kind = u8 if a.qmin == 0 else i8
    q_a, q_b = (q.astype(kind).ravel() for q in np.meshgrid(*[np.arange(a.qmin, a.qmax + 1)] * 2))
    name = "UINT8" if kind is u8 else "INT8"
    theirs = run_operator("QLinearAdd", q_a, *stated(a), q_b, *stated(b), *stated(y), domain=CONTRIB, outputs=[name])
    off = abs(integer_add(q_a, q_b, a, b, y) - theirs.astype(int))
    assert off.max() <= (0 if X86 else 1)


@pytest.mark.parametrize("seed", range(12))
def test_a_mean_over_the_image(seed):
    """QLinearGlobalAveragePool; on Arm its multiplier is a whole number too."""
    rng = random(seed)
    x, y = (grid(rng, power_of_two=seed % 2) for _ in "xy")
    q = rng.integers(0, 256, (3, 5, *rng.integers(1, 9, 2))).astype(u8)
    arguments = q, *stated(x), *stated(y)
    theirs = run_operator("QLinearGlobalAveragePool", *arguments, domain=CONTRIB, channels_last=0)
    assert abs(integer_mean(q, x, y) - theirs.astype(int)).max() <= (0 if X86 else 1)


@pytest.mark.parametrize("seed", range(12))
def test_a_concatenation_moves_codes_to_one_grid(seed):
    """QLinearConcat: a table of 256 answers for each input whose grid is another."""
    rng = random(seed)
    a, b, y = (grid(rng, power_of_two=seed % 2) for _ in range(3))
    q_a, q_b = (rng.permutation(256).astype(u8).reshape(2, 128) for _ in "ab")
    inputs = [g for q, grid in ((q_a, a), (q_b, b)) for g in (q, *stated(grid))]
    q, scale, zero, *others = inputs
    theirs = concatenated(q, scale, zero, others, y)
    assert np.array_equal(np.concatenate([move_to_grid(q_a, a, y), move_to_grid(q_b, b, y)], 1), theirs)


def concatenated(q, scale, zero, others, y):
    """QLinearConcat takes the output's grid first, and our runner feeds input 0: so the node is written by hand."""
    names = ["in_6", "in_7", *(f"in_{i}" for i in range(6))]
    node = helper.make_node("QLinearConcat", names, ["out_0"], domain=CONTRIB, axis=1)
    return run_nodes([node], [q, scale, zero, *others, *stated(y)], ["UINT8"])
