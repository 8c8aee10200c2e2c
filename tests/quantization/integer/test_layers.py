"""Integer arithmetic equals ONNX Runtime bit for bit, on operators built by hand and on files exported by the kit.

Weights have 7 bits: with 8, a processor without VNNI saturates (saturation.py), and no formula here is at fault.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn

from edukit.deployment import export, operators
from edukit.quantization import QParams, dequantize, integer_conv2d, integer_linear, quantize, quantize_model
from edukit.quantization.integer.layers import requantize

rng = np.random.default_rng(0)
UNIT = QParams(np.float32(1), np.int32(0), -128, 127)
CONVOLUTIONS = [
    dict(channels=3, filters=8, kernel=3, stride=1, padding=1, groups=1),
    dict(channels=8, filters=16, kernel=1, stride=1, padding=0, groups=1),
    dict(channels=8, filters=8, kernel=3, stride=2, padding=1, groups=8),  # depthwise
    dict(channels=6, filters=9, kernel=5, stride=2, padding=2, groups=3),
    dict(channels=5, filters=7, kernel=3, stride=1, padding=2, groups=1, dilation=2),
]


def grids(filters):
    """Random grids, as float32 as a real file has them: activations uint8, weights per channel."""
    x = QParams(np.float32(rng.uniform(0.001, 0.1)), np.int32(rng.integers(0, 256)), 0, 255)
    w = QParams(rng.uniform(0.0005, 0.02, filters).astype(np.float32), np.zeros(filters, np.int32), -64, 63)
    y = QParams(np.float32(rng.uniform(0.02, 0.2)), np.int32(rng.integers(0, 256)), 0, 255)
    return x, w, y


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("seed", range(3))
def test_conv_equals_onnxruntime_bit_for_bit(case, seed):
    case = {"dilation": 1, **case}
    C, F, k, groups = case["channels"], case["filters"], case["kernel"], case["groups"]
    x_grid, w_grid, y_grid = grids(F)
    q_x = rng.integers(0, 256, (2, C, 9, 11)).astype(np.uint8)
    q_w = rng.integers(-64, 64, (F, C // groups, k, k)).astype(np.int8)
    bias = rng.integers(-20_000, 20_000, F).astype(np.int32)
    oracle = _qlinear_conv(q_x, q_w, bias, x_grid, w_grid, y_grid, case)
    options = {name: case[name] for name in ("stride", "padding", "dilation", "groups")}
    ours = integer_conv2d(q_x, q_w, bias, x_grid, w_grid, y_grid, **options)
    assert len(np.unique(oracle)) > 20  # the case is not saturated away
    assert np.array_equal(ours, oracle)


@pytest.mark.parametrize(
    "layer, shape",
    [
        (nn.Linear(37, 11), (37,)),
        (nn.Linear(37, 11), (5, 37)),
        (nn.Conv2d(5, 12, 3, stride=2, padding=1), (5, 13, 13)),
        (nn.Conv2d(12, 12, 3, padding=1, groups=12), (12, 9, 9)),
    ],
    ids=["linear", "linear on rows", "conv", "depthwise"],
)
def test_an_exported_layer_equals_the_reference_bit_for_bit(layer, shape, tmp_path):
    x = torch.from_numpy(rng.normal(size=(200, *shape)).astype(np.float32))
    quantized = quantize_model(nn.Sequential(layer), x, 7)
    path = export(quantized, x[:1], tmp_path / "layer.onnx")
    assert operators(path)["QGemm"] + operators(path)["QLinearConv"] == 1
    stored = {name.removeprefix("network."): t.numpy() for name, t in quantized.state_dict().items()}
    op = "linear" if isinstance(layer, nn.Linear) else "conv2d"
    x_grid, y_grid = _grid(stored, "input_1"), _grid(stored, op)
    w_grid = QParams(stored[f"{op}_weight_scale"], np.int32(0), -64, 63)
    codes = stored[f"{op}_weight_codes"], stored[f"{op}_bias_codes"], x_grid, w_grid, y_grid
    if op == "linear":
        q_y = integer_linear(quantize(x.numpy(), x_grid), *codes)
    else:
        geometry = dict(stride=layer.stride, padding=layer.padding, groups=layer.groups)
        q_y = integer_conv2d(quantize(x.numpy(), x_grid), *codes, **geometry)
    session = onnxruntime.InferenceSession(path)
    assert np.array_equal(session.run(None, {"input": x.numpy()})[0], dequantize(q_y, y_grid).astype(np.float32))


def test_requantize_rounds_ties_to_even_and_saturates():
    half = QParams(np.float32(0.5), np.int32(0), -128, 127)
    assert requantize(np.array([1, 3, 5, -1, 1000]), half, UNIT, UNIT).tolist() == [0, 2, 2, 0, 127]


def test_the_border_is_the_code_of_zero():
    """Padding with code 0 where the zero point is 100 would add -100 for each border pixel."""
    grid = QParams(np.float32(1), np.int32(100), 0, 255)
    q_x = np.full((1, 1, 2, 2), 100)
    assert integer_conv2d(q_x, np.ones((1, 1, 3, 3), int), None, grid, UNIT, UNIT, padding=1).max() == 0


@pytest.mark.parametrize(("kernel", "dilation"), [((3, 3), 1), ((2, 4), 1), ((3, 2), (1, 2))])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_paddings_that_have_a_name_are_torchs(padding, kernel, dilation):
    wide = QParams(np.float32(1), np.int32(0), -(2**31), 2**31 - 1)
    q_x, q_w = rng.integers(-9, 9, (2, 3, 7, 8)), rng.integers(-9, 9, (4, 3, *kernel))
    exact = torch.conv2d(*map(torch.from_numpy, (1.0 * q_x, 1.0 * q_w)), padding=padding, dilation=dilation)
    found = integer_conv2d(q_x, q_w, None, UNIT, UNIT, wide, padding=padding, dilation=dilation)
    assert np.array_equal(found, exact.numpy())


def test_a_zero_point_of_the_weights_counts():
    """An asymmetric weight grid: (q_w - Z_w), one for all or one for each output channel."""
    q_x, q_w, zeros = rng.integers(0, 256, (4, 6)), rng.integers(-8, 8, (3, 6)), np.int32([1, -2, 3])
    for zero in (zeros, zeros[:, None], np.int32(5)):
        grid = QParams(np.float32(1), zero, -128, 127)
        wide = QParams(np.float32(1), np.int32(0), -(2**31), 2**31 - 1)
        exact = (q_x - 7) @ (q_w - np.reshape(zero, (-1, 1))).T
        assert np.array_equal(
            integer_linear(q_x, q_w, None, QParams(np.float32(1), np.int32(7), 0, 255), grid, wide), exact
        )


@pytest.mark.parametrize("bad", [None, (1.0, 0, -128, 127), {"scale": 1.0}])
@pytest.mark.parametrize("place", range(3))
def test_what_is_no_grid_is_refused_by_name(place, bad):
    grids = [UNIT] * 3
    grids[place] = bad
    codes = np.ones((3, 3), int)
    for call in (lambda: integer_linear(codes, codes, None, *grids), lambda: requantize(codes, *grids)):
        with pytest.raises(TypeError, match=f"{'xwy'[place]}_qparams must be a QParams"):
            call()


def test_float_codes_and_misfits_are_refused():
    codes = np.ones((2, 3), int)
    with pytest.raises(TypeError, match="q_x"):
        integer_linear(codes * 1.0, codes, None, UNIT, UNIT, UNIT)
    with pytest.raises(ValueError, match="q_w"):
        integer_linear(codes, codes.T, None, UNIT, UNIT, UNIT)
    with pytest.raises(ValueError, match="q_x"):
        integer_conv2d(np.ones((1, 3, 4, 4), int), np.ones((2, 2, 3, 3), int), None, UNIT, UNIT, UNIT)


def _grid(stored, name):
    return QParams(stored[f"{name}_scale"], np.int32(stored[f"{name}_zero_point"]), 0, 255)


def _qlinear_conv(q_x, q_w, bias, x_grid, w_grid, y_grid, case):
    values = {
        "xs": x_grid.scale, "xz": np.uint8(x_grid.zero_point), "w": q_w, "ws": w_grid.scale,
        "wz": np.zeros(len(q_w), np.int8), "ys": y_grid.scale, "yz": np.uint8(y_grid.zero_point), "b": bias,
    }  # fmt: skip
    attributes = dict(strides=[case["stride"]] * 2, pads=[case["padding"]] * 4, group=case["groups"])
    names = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"]
    node = onnx.helper.make_node("QLinearConv", names, ["y"], dilations=[case["dilation"]] * 2, **attributes)
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [node],
        "conv",
        [info("x", onnx.TensorProto.UINT8, q_x.shape)],
        [info("y", onnx.TensorProto.UINT8, None)],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": q_x})[0]
