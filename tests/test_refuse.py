"""What is refused, everywhere alike: by the name of the argument, and before any work is done."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from edukit import quantization as q
from edukit.quantization.debug.mixed import layer_bytes, layer_shapes
from edukit.quantization.grid.calibrate import clipping_and_rounding
from edukit.quantization.grid.error import compression_ratio
from edukit.quantization.grid.granularity import join_groups, split_groups
from edukit.quantization.grid.sweep import error_sweep
from edukit.quantization.integer.joins import integer_add, integer_mean, move_to_grid
from edukit.quantization.integer.layers import requantize
from edukit.quantization.integer.saturation import wrap
from edukit.quantization.lowbit.binary import binarize, sign, ternarize
from edukit.quantization.lowbit.binary_network import binary_model
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.codebook import SharedWeights, kmeans
from edukit.quantization.lowbit.formats import FP16, INT4, FloatFormat, IntFormat, NormalFloat
from edukit.quantization.ptq.equalize import equalize_pair
from edukit.quantization.ptq.smooth import smoothing_scales
from edukit.quantization.qat.prepare import freeze_batchnorm, freeze_observers, learn_clips
from edukit.refuse import check_array, check_model, check_real, check_sizes, check_whole, is_finite

NET, X = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)), torch.rand(20, 6)
UNIT = q.QParams(np.float32(1), np.int32(0), -8, 7)
ONE, ROWS = np.float32(1), np.ones((2, 4), np.float32)

ARRAYS = {
    "min_max": q.min_max,
    "percentile": q.percentile,
    "mse": q.mse,
    "kl": q.kl,
    "moving_average": q.moving_average,
    "clipping_and_rounding": lambda x: clipping_and_rounding(x, UNIT),
    "normalized_mse": lambda x: q.normalized_mse(x, x),
    "split_groups": lambda x: split_groups(x, 2),
    "join_groups": join_groups,
    "binarize": binarize,
    "ternarize": ternarize,
    "equalize_pair": lambda x: equalize_pair(x, x, x),
    "smoothing_scales": lambda x: smoothing_scales(x, x),
    "gptq": lambda x: q.gptq(x, x, UNIT),
    "adaround": lambda x: q.adaround(x, x, UNIT),
    "bias_correction": lambda x: q.bias_correction(x, x, x),
}
REALS = {
    "choose_qparams": lambda x: q.choose_qparams(x, x),
    "quantize": lambda x: q.quantize(x, UNIT),
    "dequantize": lambda x: q.dequantize(x, UNIT),
    "fake_quantize": lambda x: q.fake_quantize(x, UNIT),
    "Observer": lambda x: q.Observer().update(x),
    "sign": sign,
    "kmeans": lambda x: kmeans(x, 2),
    "FP16": FP16.round,
    "INT4": INT4.round,
    "Block": Block(INT4, 2).encode,
}
CODES = {
    "pack": lambda x: q.pack(x, 4),
    "integer_linear": lambda x: q.integer_linear(x, np.ones((1, 2), int), None, UNIT, UNIT, UNIT),
    "integer_conv2d": lambda x: q.integer_conv2d(x, np.ones((1, 1, 1, 1), int), None, UNIT, UNIT, UNIT),
    "requantize": lambda x: requantize(x, UNIT, UNIT, UNIT),
    "integer_add": lambda x: integer_add(x, x, UNIT, UNIT, UNIT),
    "integer_mean": lambda x: integer_mean(x, UNIT, UNIT),
    "move_to_grid": lambda x: move_to_grid(x, UNIT, UNIT),
}
MODELS = {
    "quantize_model": lambda m: q.quantize_model(m, X),
    "quantize_dynamic": q.quantize_dynamic,
    "prepare_qat": lambda m: q.prepare_qat(m, X),
    "convert": q.convert,
    "fold_batchnorm": q.fold_batchnorm,
    "freeze_batchnorm": freeze_batchnorm,
    "freeze_observers": freeze_observers,
    "learn_clips": learn_clips,
    "equalize": lambda m: q.equalize(m, X),
    "smoothquant": lambda m: q.smoothquant(m, X),
    "awq": lambda m: q.awq(m, X),
    "layer_errors": lambda m: q.layer_errors(m, X),
    "layer_shapes": lambda m: layer_shapes(m, X),
    "sensitivity": lambda m: q.sensitivity(m, X, len),
    "diagnose": lambda m: q.diagnose(m, X, len),
    "binary_model": lambda m: binary_model(m, X),
    "SharedWeights": lambda m: SharedWeights(m, 2),
    "run_integers": lambda m: q.run_integers(m, X),
    "error_sweep": error_sweep,
}
BITS = {
    "choose_qparams": lambda b: q.choose_qparams(-ONE, ONE, b),
    "mse": lambda b: q.mse(ROWS, bits=b),
    "kl": lambda b: q.kl(ROWS, bits=b),
    "compression_ratio": lambda b: compression_ratio((4, 4), b),
    "layer_bytes": lambda b: layer_bytes((4, 4), b),
    "pack": lambda b: q.pack(np.array([0, 1]), b),
    "unpack": lambda b: q.unpack(np.array([1], np.uint8), b, (1,)),
    "IntFormat": IntFormat,
    "NormalFloat": NormalFloat,
    "FakeQuantize": q.FakeQuantize,
    "SharedWeights": lambda b: SharedWeights(NET, b),
    "wrap": lambda b: wrap(np.array([300]), b),
    "quantize_dynamic": lambda b: q.quantize_dynamic(NET, b),
}
NETWORK_BITS = {
    "quantize_model": lambda b: q.quantize_model(NET, X, b, b),
    "quantize_model, by layer": lambda b: q.quantize_model(NET, X, {"0": b}),
    "prepare_qat": lambda b: q.prepare_qat(NET, X, b),
    "awq": lambda b: q.awq(NET, X, b),
    "sensitivity": lambda b: q.sensitivity(NET, X, lambda m: 0.0, bits=[b]),
}
COUNTS = {
    "Observer": q.Observer,
    "kmeans": lambda n: kmeans(ROWS, n),
    "split_groups": lambda n: split_groups(ROWS, n),
    "Block": lambda n: Block(INT4, n),
    "kl": lambda n: q.kl(ROWS, bins=n),
    "equalize": lambda n: q.equalize(NET, X, iterations=n),
    "awq": lambda n: q.awq(NET, X, group_size=n),
}
ids = dict(ids=lambda value: value if isinstance(value, str) else repr(value)[:12])


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("x", [[1.0, 2.0], 1.5, None, "abc", {"a": 1}], **ids)
def test_lists_and_numbers_are_no_arrays(name, x):
    with pytest.raises(TypeError, match=r"must be (a numpy array or a torch tensor|torch tensors|a torch tensor), got"):
        ARRAYS[name](x)


@pytest.mark.parametrize("name", [*ARRAYS, *REALS])
@pytest.mark.parametrize(
    "x", [np.array([[1j, 2]]), np.array([[True, False]]), np.array([["a", "b"]]), np.array([[None]])]
)
def test_what_are_no_real_numbers_is_refused(name, x):
    with pytest.raises(TypeError, match=r"must (hold real numbers|be torch tensors|be a torch tensor)"):
        (ARRAYS | REALS)[name](x)


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("x", [np.array([[0.5, 1.0]]), np.array([[np.nan, 1]]), np.array([[True]]), [[1.5]]])
def test_codes_are_whole_numbers(name, x):
    with pytest.raises((TypeError, ValueError), match=r"(codes|integer codes|of an integer type), got"):
        CODES[name](x)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("model", [None, "model", ROWS, nn.Linear], **ids)
def test_what_is_no_module_is_refused(name, model):
    with pytest.raises(TypeError, match="(model|quantized) must (be|come)"):
        MODELS[name](model)


@pytest.mark.parametrize("name", BITS | NETWORK_BITS)
@pytest.mark.parametrize("bits", [True, np.True_, 4.0, np.float32(4), "8", -1, 0, 33, float("nan"), [4]], **ids)
def test_bits_are_whole_numbers_in_a_range(name, bits):
    with pytest.raises(ValueError, match=r"bits(\['0'\])? must be a whole number from"):
        (BITS | NETWORK_BITS)[name](bits)


@pytest.mark.parametrize("name", BITS)
def test_numpys_whole_numbers_are_bits_and_do_not_wrap(name):
    """2^(b-1) in int8 would be -128 for b = 8."""
    for kind in (np.int8, np.uint8, np.int64):
        assert repr(BITS[name](kind(8))) == repr(BITS[name](8))


def test_numpys_whole_numbers_are_the_bits_of_a_network():
    one, two = (q.quantize_model(NET, X, kind(8), kind(4)) for kind in (np.int8, int))
    assert torch.equal(one(X), two(X)) and one.report == two.report
    named = q.quantize_model(NET, X, {"0": np.int64(4), "2": np.int64(16)})
    assert [row.precision for row in named.report] == ["int4", "float16"]


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("count", [True, 2.0, 0, -3, "4"], **ids)
def test_counts_are_whole_numbers(name, count):
    with pytest.raises(ValueError, match="must be a whole number of at least"):
        COUNTS[name](count)


def test_numpys_whole_numbers_are_counts():
    assert split_groups(ROWS, np.int64(2)).shape == (2, 2, 2)
    assert Block(INT4, np.int64(32)) == Block(INT4, 32) and FloatFormat(np.int64(5), 10) == FP16


@pytest.mark.parametrize("x", [np.zeros((3, 4), np.float32), torch.zeros(3, 6, dtype=torch.int64)])
def test_inputs_that_the_model_does_not_take_are_refused_by_name(x):
    with pytest.raises(ValueError, match="x does not fit the model"):
        q.output_error(NET, x)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("value", [0.0, 3e4, -np.inf, np.inf, np.nan])
@pytest.mark.parametrize("place", [0, 1, -1])
def test_finite_is_what_torch_and_numpy_call_finite(dtype, value, place):
    x = torch.linspace(-1, 1, 1001, requires_grad=True).to(dtype).clone()
    with torch.no_grad():
        x[place] = value
    assert is_finite(x) == bool(torch.isfinite(x).all()) == np.isfinite(value)
    assert is_finite(x.detach().double().numpy()) == np.isfinite(value)


@pytest.mark.parametrize("x", [torch.ones(0), torch.ones(2, 0), torch.arange(3), torch.tensor([True]), np.ones(0)])
def test_what_cannot_be_infinite_is_finite(x):
    assert is_finite(x)


def test_the_checks_themselves():
    check_array(np.float32(1)), check_array(torch.ones(2)), check_real([1, 2.5]), check_real(3), check_model(NET)
    assert check_whole(np.uint8(7), "n", 2, 7) == 7 and type(check_whole(np.uint8(7), "n")) is int
    with pytest.raises(ValueError, match="n must be a whole number from 2 to 7, got 8"):
        check_whole(8, "n", 2, 7)


@pytest.mark.parametrize("size", [0, -1, 2**20 + 1, 2**63, 1.0, math.inf, math.nan, None, "3", True, (3, 3)])
def test_a_size_of_a_layer_is_refused_by_its_name(size):
    with pytest.raises(ValueError, match="^stride must"):
        check_sizes(channels=np.int64(8), stride=size)
