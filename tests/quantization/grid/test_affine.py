"""Affine quantization: the bound, torch and ONNX Runtime as oracles, the ranges that break naive code."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from edukit.quantization import QParams, choose_qparams, dequantize, fake_quantize, quantize

RANGES = {
    "around zero": np.linspace(-1, 3, 101, dtype=np.float32),
    "all positive": np.linspace(5, 6, 101, dtype=np.float32),
    "all negative": np.linspace(-6, -5, 101, dtype=np.float32),
    "constant": np.full(4, 2.0, np.float32),
    "zero": np.zeros(4, np.float32),
    "one element": np.float32([-0.3]),
    "tiny": np.float32([-1e-30, 2e-30]),
    "huge": np.float32([-1e38, 1e38]),
}
MODES = [(symmetric, signed) for symmetric in (False, True) for signed in (False, True)]


@pytest.mark.parametrize("x", RANGES.values(), ids=RANGES.keys())
@pytest.mark.parametrize("bits", [2, 4, 8, 16])
@pytest.mark.parametrize("symmetric, signed", MODES)
def test_round_trip_error_is_at_most_half_a_step(x, bits, symmetric, signed):
    g = choose_qparams(x.min(), x.max(), bits, symmetric=symmetric, signed=signed)
    error = np.abs(x.astype(np.float64) - fake_quantize(x, g)).max()
    # float32 rounding of x / S and of S (q - Z): two roundings, each 2^-24 of a value of at most 2^bits steps
    assert error <= g.scale * (0.5 + 2.0 ** (bits - 22))


@pytest.mark.parametrize("x", RANGES.values(), ids=RANGES.keys())
@pytest.mark.parametrize("symmetric, signed", MODES)
def test_zero_is_exact_and_codes_stay_inside(x, symmetric, signed):
    g = choose_qparams(x.min(), x.max(), 4, symmetric=symmetric, signed=signed)
    assert fake_quantize(np.float32(0), g) == 0
    assert g.qmin <= g.zero_point <= g.qmax
    with np.errstate(over="ignore"):  # 1e30 steps of 1e-30 are infinity in float32, which saturates as well
        codes = quantize(np.concatenate([x, np.float32([-1e30, 1e30])]), g)
    assert g.qmin <= codes.min() and codes.max() <= g.qmax


def test_published_ranges_and_example():
    """INT8 [-128, 127], INT4 [-8, 7]; x = 0.7 at S = 0.1, Z = 128 on [0, 255] is code 135."""
    low, high = np.float32(-1), np.float32(1)
    assert [(g.qmin, g.qmax) for g in (choose_qparams(low, high, b) for b in (8, 4))] == [(-128, 127), (-8, 7)]
    assert quantize(np.float32(0.7), QParams(np.float32(0.1), np.float32(128), 0, 255)) == 135


@pytest.mark.parametrize("seed", range(5))
def test_equals_torch_per_tensor_and_per_channel(seed):
    w = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(seed))
    g = choose_qparams(w.min(), w.max())
    oracle = torch.fake_quantize_per_tensor_affine(w, g.scale.item(), g.zero_point.item(), g.qmin, g.qmax)
    torch.testing.assert_close(fake_quantize(w, g), oracle, rtol=0, atol=1e-6)  # torch multiplies by 1 / S
    g = choose_qparams(w.amin((1, 2, 3), keepdim=True), w.amax((1, 2, 3), keepdim=True), 4)
    oracle = torch.fake_quantize_per_channel_affine(w, g.scale.flatten(), g.zero_point.flatten(), 0, g.qmin, g.qmax)
    torch.testing.assert_close(fake_quantize(w, g), oracle, rtol=0, atol=1e-6)


def test_equals_onnxruntime_bit_for_bit():
    x = np.random.default_rng(0).normal(size=4096).astype(np.float32)
    x[:256] = np.arange(-128, 128) * np.float32(0.05) + np.float32(0.025)  # ties and their neighbours
    g = QParams(np.float32(0.05), np.int32(3), -128, 127)
    codes, real = _onnx_round_trip(x, g)
    assert np.array_equal(quantize(x, g), codes)
    assert np.array_equal(dequantize(quantize(x, g), g), real)


@pytest.mark.parametrize("symmetric, signed", MODES)
@pytest.mark.parametrize("library", [np.asarray, torch.tensor])
def test_fake_quantize_is_there_and_back_bit_for_bit(library, symmetric, signed):
    x = np.random.default_rng(2).normal(size=(6, 50)).astype(np.float32) * 3
    x[0, :3] = 0, np.inf, -np.inf
    low, high = -abs(x[:, 3:4]), abs(x[:, 4:5])  # ranges that most values leave
    g = choose_qparams(library(low), library(high), 4, symmetric=symmetric, signed=signed)
    there_and_back = dequantize(quantize(library(x), g), g)
    got = fake_quantize(library(x), g)
    assert got.dtype == there_and_back.dtype and np.array_equal(got, there_and_back)


CODE_TYPES = [np.uint8, np.uint16, np.int8, np.int16, np.int32, np.int64]
ZERO_POINTS = {  # in the type of the codes, in the usual one, as a number of Python, and in the scale's own type
    "of the codes": lambda zero, dtype: zero.astype(dtype),
    "int32": lambda zero, dtype: zero,
    "whole float": lambda zero, dtype: zero.astype(np.float32),
}


@pytest.mark.parametrize("dtype", CODE_TYPES)
@pytest.mark.parametrize("of_type", ZERO_POINTS.values(), ids=ZERO_POINTS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("library", [np.asarray, torch.from_numpy])
def test_codes_mean_the_same_in_every_type_that_holds_them(library, channels, of_type, dtype):
    limits = np.iinfo(dtype)
    qmin, qmax = max(limits.min, -(2**15)), min(limits.max, 2**16 - 1)
    random = np.random.default_rng(0)
    q = np.append(random.integers(qmin, qmax, (channels, 20), endpoint=True), [[qmin, qmax]] * channels, axis=1)
    zero = random.integers(qmin, qmax, (channels, 1), endpoint=True).astype(np.int32)
    scale = random.random((channels, 1), np.float32) + np.float32(0.5)
    g = QParams(library(scale), library(of_type(zero, dtype)), qmin, qmax)
    right = (q - zero.astype(np.int64)).astype(np.float32) * scale  # whole numbers below 2^24: exact, and one rounding
    assert np.array_equal(dequantize(library(q.astype(dtype)), g), right)
    there = (right * np.float32(1.001)).astype(np.float32)
    assert np.array_equal(fake_quantize(library(there), g), dequantize(quantize(library(there), g), g))


@pytest.mark.parametrize("zero", [200, np.uint8(200), np.int32(200), np.float32(200)])
@pytest.mark.parametrize("q", [np.uint8([0, 200, 255]), torch.tensor([0, 200, 255], dtype=torch.uint8)])
def test_a_single_zero_point_may_be_any_whole_number(q, zero):
    zeros = [zero, torch.tensor(zero)] if isinstance(q, torch.Tensor) else [zero]
    for one in zeros:
        assert dequantize(q, QParams(np.float32(0.5), one, 0, 255)).tolist() == [-100, 0, 27.5]


def test_a_parameter_can_be_quantized_and_no_argument_is_changed():
    """Both work in one array of their own, never in x."""
    w = torch.nn.Parameter(torch.linspace(-1, 1, 9))
    g = choose_qparams(*(v.detach() for v in (w.min(), w.max())))
    codes, values = quantize(w, g), fake_quantize(w, g)
    assert not codes.requires_grad and not values.requires_grad
    assert torch.equal(w, torch.linspace(-1, 1, 9))
    x = np.linspace(-1, 1, 9, dtype=np.float32)
    (
        quantize(x, QParams(np.float32(1), np.int32(0), -8, 7)),
        fake_quantize(x, QParams(np.float32(1), np.int32(0), -8, 7)),
    )
    assert np.array_equal(x, np.linspace(-1, 1, 9, dtype=np.float32))


def test_the_step_is_high_minus_low_over_the_steps_in_float32():
    """As DynamicQuantizeLinear has it; and the widest range of all does not overflow."""
    random = np.random.default_rng(3)
    low, high = -random.random(1000, np.float32), random.random(1000, np.float32)
    assert np.array_equal(choose_qparams(low, high).scale, (high - low) / np.float32(255))
    widest = choose_qparams(np.float32(-3e38), np.float32(3e38))
    assert widest.scale == pytest.approx(6e38 / 255)


def test_numpy_and_torch_agree():
    x = np.random.default_rng(1).normal(size=(5, 7)).astype(np.float32)
    a = choose_qparams(x.min(), x.max(), 5)
    b = choose_qparams(torch.tensor(x.min()), torch.tensor(x.max()), 5)
    assert a.scale == b.scale.item() and a.zero_point == b.zero_point.item()
    assert np.array_equal(quantize(x, a), quantize(torch.from_numpy(x), b).numpy())


@pytest.mark.parametrize("symmetric", [False, True])
def test_mistake_zero_point_before_the_guard(symmetric):
    """The zero point must not be computed before the scale is guarded."""
    g = choose_qparams(np.float32(0), np.float32(0), symmetric=symmetric)
    assert np.isfinite(g.scale) and fake_quantize(np.zeros(3, np.float32), g).tolist() == [0, 0, 0]


def test_mistake_zero_left_out_of_the_range():
    """A range that is not widened to 0 stores padding and ReLU's zeros as something else."""
    for low, high in ((5, 6), (-6, -5), (1e-3, 2e-3)):
        g = choose_qparams(np.float32(low), np.float32(high))
        assert g.qmin <= g.zero_point <= g.qmax and fake_quantize(np.float32([0, low, high]), g)[0] == 0
        assert fake_quantize(np.float32([low, high]), g) == pytest.approx([low, high], abs=float(g.scale) / 2 * 1.001)


@pytest.mark.parametrize("x", [12.85, 13.0, 1e10, 3e38, np.inf])
def test_mistake_int8_cast_before_the_clip(x):
    """A code of 128 or more must saturate at 127; cast first, it wraps to the other end."""
    g = QParams(np.float32(0.1), np.int32(0), -128, 127)
    with np.errstate(over="ignore"):
        assert quantize(np.float32([x, -x]), g).tolist() == [127, -128]
    assert quantize(torch.tensor([x, -x]), QParams(torch.tensor(0.1), torch.tensor(0), -128, 127)).tolist() == [
        127,
        -128,
    ]


@pytest.mark.parametrize("bits", [1, 17, 0, -3, 4.0, True, "8"])
def test_bits_out_of_range_are_refused(bits):
    with pytest.raises(ValueError, match="bits"):
        choose_qparams(np.float32(-1), np.float32(1), bits)


@pytest.mark.parametrize(
    "low, high, word",
    [
        (-1, np.nan, "finite"),
        (-np.inf, 1, "finite"),
        (2, 1, "low"),
        (np.zeros(3, np.float32), np.ones(4, np.float32), "shapes"),
    ],
)
def test_bad_ranges_are_refused(low, high, word):
    with pytest.raises(ValueError, match=word):
        choose_qparams(np.float32(low), np.float32(high))


@pytest.mark.parametrize("function", [quantize, fake_quantize])
@pytest.mark.parametrize("x", [[1, np.nan], [np.inf, np.nan, -np.inf], [[np.nan]]])
def test_nan_has_no_code(function, x):
    grid = QParams(np.float32(1), np.int32(0), -8, 7)
    for array in (np.float32(x), torch.tensor(x)):
        with pytest.raises(ValueError, match="NaN"):
            function(array, grid)
    assert function(np.float32([]), grid).shape == (0,)
    assert function(np.float16([70, -70] * 40_000), grid).max() == 7  # sums of many halves would overflow


def _onnx_round_trip(x, g):
    helper = onnx.helper
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
    ]
    constants = [onnx.numpy_helper.from_array(np.array(g.scale), "s")]
    constants += [onnx.numpy_helper.from_array(np.array(g.zero_point, np.int8), "z")]
    outputs = [helper.make_tensor_value_info("q", onnx.TensorProto.INT8, None)]
    outputs += [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)]
    graph = helper.make_graph(
        nodes, "round_trip", [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [None])], outputs, constants
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})


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
