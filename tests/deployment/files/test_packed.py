"""Packed files: the same answers bit for bit, half of the bytes of 4-bit codes, and nothing else changed."""

from collections import Counter

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper
from torch import nn

from edukit.deployment.explain.executed import operators
from edukit.deployment.files.packed import WORTH, in_fours, packed
from edukit.deployment.files.seal import is_intact, sealed
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.deployment.runtimes.session import session_of
from edukit.quantization import quantize_model
from edukit.training import seeded

X = torch.rand(32, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def file_of(bits):
    with seeded(0):
        net = nn.Sequential(nn.Conv2d(1, 33, 3), nn.ReLU(), nn.Conv2d(33, 7, 3), nn.Flatten(), nn.Linear(112, 5))
    return onnx_bytes(net if bits is None else quantize_model(net, X, bits), (X[:2],))


@pytest.mark.parametrize("bits", [None, 2, 4, 8])
def test_the_answers_are_equal_bit_for_bit(bits, tmp_path):
    content = sealed(file_of(bits))
    small = sealed(packed(content))
    assert len(small) < len(content) and is_intact(small)
    before, after = (session_of(file, "onnxruntime") for file in (content, small))
    assert np.array_equal(before(X.numpy()), after(X.numpy()))
    assert before.inputs == after.inputs and before.outputs == after.outputs
    (tmp_path / "a.onnx").write_bytes(content)
    (tmp_path / "b.onnx").write_bytes(small)
    assert operators(tmp_path / "a.onnx") == operators(tmp_path / "b.onnx")  # the runtime has folded the Cast


def test_weights_of_4_bits_take_half_a_byte_each_and_small_ones_stay():
    kinds = Counter()
    for tensor in onnx.load_from_string(packed(file_of(4))).graph.initializer:
        kinds[tensor.data_type] += len(tensor.raw_data)
    large, small = 33 * 7 * 9 + 112 * 5, 33 * 9  # all three are worth a Cast
    assert small > WORTH and kinds[TensorProto.INT4] == (33 * 7 * 9 + 1) // 2 + 112 * 5 // 2 + (small + 1) // 2
    assert large > small and TensorProto.INT8 not in {k for k, n in kinds.items() if n > 100}


def test_weights_of_8_bits_are_not_packed():
    kinds = {tensor.data_type for tensor in onnx.load_from_string(packed(file_of(8))).graph.initializer}
    assert TensorProto.INT4 not in kinds and TensorProto.INT8 in kinds


@pytest.mark.parametrize("count", [1, 2, 7, 128])
def test_codes_come_back_as_onnx_reads_them(count):
    codes = np.random.default_rng(count).integers(-8, 8, count).astype(np.int8)
    tensor = TensorProto(data_type=TensorProto.INT4, dims=[count], raw_data=in_fours(codes))
    assert numpy_helper.to_array(tensor).astype(np.int8).tolist() == codes.tolist()
