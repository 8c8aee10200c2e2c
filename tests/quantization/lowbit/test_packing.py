"""Packing: the round trip, ONNX's own bytes, the size of a file on disk, and what learners get wrong."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper

from edukit.measure import size_bytes
from edukit.quantization import pack, unpack
from edukit.quantization.lowbit.blocks import MXFP4, Block
from edukit.quantization.lowbit.formats import INT2, INT4, NF4, IntFormat
from edukit.quantization.lowbit.packing import load_blocks, payload_bytes, save_blocks

random = np.random.default_rng(0)


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (2, 3, 4, 5), (0,), (4, 0), ()])
@pytest.mark.parametrize("signed", [True, False])
def test_what_is_packed_comes_back(bits, shape, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    codes = random.integers(low, high, shape, dtype=np.int32)
    before = codes.copy()
    data = pack(codes, bits)
    assert data.nbytes == -(-codes.size * bits // 8)
    back = unpack(data, bits, shape)
    assert back.shape == shape and back.dtype == np.int32 and np.array_equal(back, codes)
    assert np.array_equal(codes, before)


@pytest.mark.parametrize("bits", range(1, 9))
def test_every_code_comes_back(bits):
    for codes in (np.arange(2**bits), np.arange(2**bits) - 2 ** (bits - 1)):
        assert np.array_equal(unpack(pack(codes, bits), bits, codes.shape), codes)


@pytest.mark.parametrize(
    ("bits", "low", "high", "kind"),
    [
        (4, -8, 8, TensorProto.INT4),
        (4, 0, 16, TensorProto.UINT4),
        (2, -2, 2, TensorProto.INT2),
        (2, 0, 4, TensorProto.UINT2),
    ],
)
@pytest.mark.parametrize("shape", [(6,), (5, 3)])
def test_the_bytes_are_those_of_onnx(bits, low, high, kind, shape):
    codes = random.integers(low, high, shape)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind)
    theirs = numpy_helper.from_array(codes.astype(dtype))
    assert theirs.data_type == kind and pack(codes, bits).tobytes() == theirs.raw_data
    made = onnx.helper.make_tensor("q", kind, shape, pack(codes, bits).tobytes(), raw=True)
    assert np.array_equal(numpy_helper.to_array(made).astype(int), codes)


def test_low_nibble_first():
    assert pack(np.array([1, 2, 3]), 4).tolist() == [0x21, 0x03]
    assert pack(np.array([1, 0, 0, 0, 0, 0, 0, 1, 1]), 1).tolist() == [0b10000001, 1]


def test_torch_in_torch_out():
    codes = torch.tensor([[3, -1], [7, -8]], dtype=torch.int32)
    data = pack(codes, 4)
    assert data.dtype == torch.int8 and torch.equal(unpack(data, 4, codes.shape), codes)


@pytest.mark.parametrize(
    ("block", "per_weight"), [(Block(INT4, 128), 4.125), (Block(INT2, 64), 2.25), (Block(NF4, 64), 4.25), (MXFP4, 4.25)]
)
def test_a_file_weighs_what_its_parts_weigh(block, per_weight, tmp_path):
    """File not smaller after quantization: here the size on disk is asserted to the byte."""
    weights = {"a": random.normal(size=(64, 128)).astype(np.float32), "b": random.normal(size=(16, 8, 4, 4))}
    path = save_blocks(weights, block, tmp_path / "w.safetensors")
    n = sum(w.size for w in weights.values())
    assert payload_bytes(path) == n * per_weight / 8
    header = int.from_bytes(path.read_bytes()[:8], "little")
    assert size_bytes(path) == 8 + header + payload_bytes(path) and header < 1000
    loaded = load_blocks(path, block)
    assert list(loaded) == ["a", "b"]
    assert save_blocks(weights, block, tmp_path / "again").read_bytes() == path.read_bytes()
    assert all(np.array_equal(loaded[name], block.round(w)) for name, w in weights.items())


def test_odd_lengths_and_scalars_survive_the_file(tmp_path):
    weights = {"odd": np.float32([1, -2, 3]), "scalar": np.float32(4), "long.name": np.ones((5, 1, 3, 3), np.float32)}
    block = Block(IntFormat(3), 4)
    loaded = load_blocks(save_blocks(weights, block, tmp_path / "w"), block)
    assert {name: w.shape for name, w in loaded.items()} == {"odd": (3,), "scalar": (), "long.name": (5, 1, 3, 3)}
    assert all(np.array_equal(loaded[name], block.round(w)) for name, w in weights.items())


def test_another_format_than_the_files_is_refused(tmp_path):
    path = save_blocks({"w": np.ones(4)}, MXFP4, tmp_path / "w")
    with pytest.raises(ValueError, match="format of the file"):
        load_blocks(path, Block(INT4, 32))


@pytest.mark.parametrize(
    ("codes", "bits", "word"),
    [
        ([8, -1], 4, "-8 to 7"),
        ([-9], 4, "-8 to 7"),
        ([16], 4, "0 to 15"),
        ([2], 1, "0 to 1"),
        ([1.0], 4, "integer"),
        ([True], 4, "integer"),
        ([1], 0, "bits"),
        ([1], 9, "bits"),
        ([1], 4.0, "bits"),
        ([1], True, "bits"),
    ],
)
def test_codes_that_do_not_fit_are_refused(codes, bits, word):
    with pytest.raises(ValueError, match=word):
        pack(np.array(codes), bits)


@pytest.mark.parametrize("data", [np.zeros(3, np.uint8), np.zeros(1, np.uint8), np.zeros(2, np.int32)])
def test_bytes_that_do_not_fit_the_shape_are_refused(data):
    with pytest.raises(ValueError, match="2 bytes"):
        unpack(data, 4, (3,))
