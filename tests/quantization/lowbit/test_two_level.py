"""Scales of two levels: torchao's NVFP4 bits, the bound, the bytes of a file, and the edges."""

import numpy as np
import pytest
import torch

from edukit.quantization.lowbit.blocks import MXFP4
from edukit.quantization.lowbit.formats import FP4_E2M1, FP8_E4M3
from edukit.quantization.lowbit.packing import load_blocks, payload_bytes, save_blocks
from edukit.quantization.lowbit.two_level import NVFP4, TwoLevelBlock

random = np.random.default_rng(0)
X = (random.normal(0, 1, (64, 128)) * np.exp(random.normal(0, 3, (64, 1)))).astype(np.float32)


def steps_of(x):
    """T S for each number of x."""
    _, scales, tensor = NVFP4.encode(x)
    return np.repeat(tensor * FP8_E4M3.decode(scales), 16)[: x.size].reshape(x.shape)


@pytest.mark.parametrize("x", [X, X[:, ::-1].copy(), X[:1, :20]], ids=["random", "reversed", "a short last block"])
def test_no_number_moves_by_more_than_half_the_coarsest_step(x):
    error = np.abs(x.astype(np.float64) - NVFP4.round(x))
    assert (error <= steps_of(x) * (1 + 1e-5)).all()


def test_the_largest_of_a_block_moves_by_a_sixteenth_of_itself_at_most():
    blocks = X.reshape(-1, 16)
    largest = np.abs(blocks).argmax(1)
    before, after = (y[np.arange(len(blocks)), largest] for y in (blocks, NVFP4.round(X).reshape(-1, 16)))
    seen = np.abs(before) > np.abs(X).max() / 28672
    assert 0 < seen.sum() < len(blocks)
    assert (np.abs(before - after) <= np.abs(before) / 16 * (1 + 1e-5))[seen].all()


@pytest.mark.parametrize("times", [1e-30, 1e-6, 1, 1e6, 1e30])
def test_nvfp4_equals_torchao_bit_for_bit(times):
    import torchao.prototype.mx_formats.nvfp4_tensor as nvfp4

    x = (X * np.float32(times)).astype(np.float32)
    whole = nvfp4.per_tensor_amax_to_scale(torch.from_numpy(x).abs().max())
    theirs, elements = nvfp4.nvfp4_quantize(torch.from_numpy(x), 16, whole)
    elements = elements.view(torch.uint8).numpy()
    ours, scales, tensor = NVFP4.encode(x)
    assert tensor[0] == whole.numpy()
    assert np.array_equal(scales, theirs.view(torch.uint8).numpy().ravel())
    assert np.array_equal(ours, np.stack([elements & 15, elements >> 4], -1).reshape(x.shape))


def test_a_file_weighs_what_the_formula_says(tmp_path):
    weights = {"a": X, "b": X[0, :9]}
    path = save_blocks(weights, NVFP4, tmp_path / "w.safetensors")
    assert NVFP4.bits_per_weight(8192) == 4.50390625
    odd = 5 + 1 + 4  # nine codes in five bytes, a scale of the block, a scale of the tensor
    assert payload_bytes(path) == 8192 * NVFP4.bits_per_weight(8192) / 8 + odd
    loaded = load_blocks(path, NVFP4)
    assert all(np.array_equal(loaded[name], NVFP4.round(w)) for name, w in weights.items())
    with pytest.raises(ValueError, match="the format of the file"):
        load_blocks(path, MXFP4)


def test_it_errs_less_than_powers_of_two_for_a_quarter_of_a_bit():
    w = random.normal(0, 1, 4096).astype(np.float32)
    errors = [np.square(w - block.round(w)).sum() for block in (NVFP4, MXFP4)]
    assert errors[0] < 0.8 * errors[1]


def test_edges():
    assert np.array_equal(NVFP4.round(np.zeros(20, np.float32)), np.zeros(20))
    assert NVFP4.round(np.zeros((0, 4), np.float32)).shape == (0, 4)
    assert NVFP4.round(np.float32([-3]))[0] == pytest.approx(-3, rel=1e-6)
    assert np.isfinite(NVFP4.round(np.float32([3e38, 1e-38, -1e-44]))).all()
    assert torch.equal(NVFP4.round(torch.from_numpy(X)), torch.from_numpy(NVFP4.round(X)))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_refused(bad):
    with pytest.raises(ValueError, match="NaN or infinity"):
        NVFP4.encode(np.float32([1, bad]))


@pytest.mark.parametrize("size", [0, -1, 2.0])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(ValueError, match="size"):
        TwoLevelBlock(FP4_E2M1, size, FP8_E4M3)
