"""Blocks that share a scale: torchao's MX bits, ONNX Runtime's blocked INT4, the bound, and bits a weight."""

import numpy as np
import onnx.parser
import onnxruntime
import pytest
import torch

from edukit.quantization.lowbit.blocks import E8M0, MXFP4, MXFP8, MXINT8, Block
from edukit.quantization.lowbit.formats import FP4_E2M1, FP16, FP32, INT4, INT8, NF4, IntFormat

random = np.random.default_rng(0)
X = (random.normal(0, 1, (64, 128)) * np.exp(random.normal(0, 3, (64, 1)))).astype(np.float32)
BLOCKS = {
    "INT4 g128": Block(INT4, 128),
    "INT8 g64 FP32": Block(INT8, 64, FP32),
    "INT3 g32 E8M0": Block(IntFormat(3), 32, E8M0),
    "NF4 g64": Block(NF4, 64),
    "MXFP4": MXFP4,
    "MXFP8": MXFP8,
    "MXINT8": MXINT8,
}
ALL = pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)


@pytest.mark.parametrize(("bits", "size"), [(2, 32), (3, 100), (4, 128), (8, 7)])
def test_integers_move_by_half_a_step_at_most(bits, size):
    block = Block(IntFormat(bits), size)
    x = X[np.abs(X).max(1) / block.element.reach > 1e-4]  # scales below that are subnormal in FP16
    _, scales = block.encode(x)
    steps = np.repeat(FP16.decode(scales).astype(np.float64), size)[: x.size]
    error = np.abs(x.ravel().astype(np.float64) - block.round(x).ravel())
    assert (error <= steps * (0.5 + block.element.reach * 2**-11 + 1e-6)).all()


@pytest.mark.parametrize(("block", "name"), [(MXFP4, "fp4"), (MXFP8, "fp8")])
def test_mx_equals_torchao_bit_for_bit(block, name):
    import torchao.prototype.mx_formats.mx_tensor as mx

    dtype = torch.float8_e4m3fn if name == "fp8" else torch.float4_e2m1fn_x2
    x = np.concatenate([X, 8 * X, np.zeros((1, 128), np.float32), random.uniform(4, 8, (2, 128)).astype(np.float32)])
    scales, elements = mx.to_mx(torch.from_numpy(x), dtype, 32)[:2]
    ours, our_scales = block.encode(x)
    elements = elements.view(torch.uint8).numpy()
    if name == "fp4":  # two in a byte, the first one low
        elements = np.stack([elements & 15, elements >> 4], -1).reshape(x.shape)
    assert np.array_equal(our_scales, scales.view(torch.uint8).numpy().ravel())
    assert np.array_equal(ours, elements)


def test_mxint8_by_the_words_of_the_specification():
    """Shared exponent ⌊log2 max⌋, elements in steps of 1/64, saturated: number by number."""
    patterns, scales = MXINT8.encode(X)
    for row, (numbers, codes) in enumerate(zip(X.reshape(-1, 32), patterns.reshape(-1, 32), strict=True)):
        exponent = int(np.floor(np.log2(np.abs(numbers.astype(np.float64)).max())))
        assert scales[row] == exponent + 127
        for x, code in zip(numbers.tolist(), codes.tolist(), strict=True):
            assert code == max(-128, min(127, round(x / 2.0**exponent * 64))) % 256


def near_ties() -> np.ndarray:
    """Half steps, rounded to float32: divided by the step they are ties in float32 again, and not in float64."""
    step = np.float32(0.1)
    ties = np.arange(-13, 14, 2, dtype=np.float32) / 2 * step
    return np.concatenate([ties, [-7.5 * step] * 18]).astype(np.float32)[None]


@pytest.mark.parametrize(("x", "scale"), [(X, FP16), (near_ties(), FP32)], ids=["random", "near ties"])
def test_onnx_runtimes_blocked_int4_is_the_same_arithmetic(x, scale):
    """DequantizeLinear(QuantizeLinear(x)) with a scale for each 32 numbers of a row equals ours, bit for bit."""
    block = Block(INT4, 32, scale)
    patterns, scales = block.encode(x)
    model = onnx.parser.parse_model("""<ir_version: 10, opset_import: ["": 21]>
        groups (float[N, K] x, float[N, G] S) => (float[N, K] y) {
            q = QuantizeLinear<axis = 1, block_size = 32, output_dtype = 22>(x, S)
            y = DequantizeLinear<axis = 1, block_size = 32>(q, S)
        }""")
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (theirs,) = session.run(None, {"x": x, "S": scale.decode(scales).reshape(len(x), -1)})
    assert np.array_equal(block.decode(patterns, scales), theirs)


@ALL
def test_bits_per_weight_counts_the_scales(block):
    for shape in [(64, 128), (3, 5, 7), (1,)]:
        patterns, scales = block.encode(np.ones(shape))
        n = int(np.prod(shape))
        assert patterns.shape == shape and scales.shape == (-(-n // block.size),)
        bits = patterns.size * block.element.bits + scales.size * block.scale.bits
        assert block.bits_per_weight(n) == pytest.approx(bits / n)


def test_published_bits_per_weight():
    """W4 in groups of 128 with FP16 scales: 4.125; W3 3.125; MXFP4 4.25, MXINT8 8.25 (MX specification)."""
    weighs = [b.bits_per_weight(2**20) for b in (Block(INT4, 128), Block(IntFormat(3), 128), MXFP4, MXINT8)]
    assert weighs == [4.125, 3.125, 4.25, 8.25]


@ALL
def test_edges(block):
    zeros = block.round(np.zeros(100, np.float32))
    assert np.array_equal(zeros, np.zeros(100)) and np.isfinite(block.scale.decode(block.encode(zeros)[1])).all()
    assert block.round(np.zeros((0, 4), np.float32)).shape == (0, 4)
    assert block.round(np.float32([-3]))[0] == pytest.approx(-3, rel=0.34)  # MXFP4's coarsest step: 4 for 6
    tiny_and_huge = block.round(np.float32([[1e-30] * 128, [1e30] * 128]))
    assert np.isfinite(tiny_and_huge).all()
    torch_in = torch.from_numpy(X)
    assert np.array_equal(block.round(torch_in).numpy(), block.round(X)) and np.array_equal(torch_in.numpy(), X)


def test_a_block_does_not_feel_its_neighbours():
    calm, wild = X.copy(), X.copy()
    wild[:, :32] *= 1000
    for block in (Block(INT4, 32), MXFP4):
        assert np.array_equal(block.round(calm)[:, 32:], block.round(wild)[:, 32:])


def test_e8m0_is_a_power_of_two_rounded_down():
    x = np.float32([1, 1.99, 2, 0.75, 2.0**-127, 2.0**127])
    assert E8M0.encode(x).tolist() == [127, 127, 128, 126, 0, 254]
    assert np.isnan(E8M0.decode(np.array([255])))[0]
    patterns = np.arange(255).astype(np.uint8)
    theirs = torch.from_numpy(patterns).view(torch.float8_e8m0fnu).float().numpy()
    assert np.array_equal(E8M0.decode(patterns), theirs)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_refused(bad):
    with pytest.raises(ValueError, match="NaN or infinity"):
        MXFP4.encode(np.float32([1, bad]))


@pytest.mark.parametrize("size", [0, -1, 2.0, True])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="size"):
        Block(FP4_E2M1, size)
