import numpy as np
import pytest
import scipy.sparse
import torch

from edukit.pruning.weights.mask import magnitude_mask, two_four_mask
from edukit.pruning.weights.storage import FORMATS, load_sparse, restore, save_sparse, store, stored_bytes
from edukit.quantization.lowbit.packing import payload_bytes

SHAPES = [(1, 4), (3, 8), (8, 4, 3, 3), (5, 1, 2, 2), (2, 300), (0, 4), (4,)]


def sparse(shape, dtype=np.float16, sparsity=0.5, seed=0):
    w = np.random.default_rng(seed).normal(size=shape) * 50
    keep = two_four_mask(w.reshape(-1, 4)).reshape(shape) if w.size else np.ones(shape, bool)
    keep = keep & magnitude_mask(w, sparsity)
    return (w * keep).astype(dtype)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float32])
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != (4,)])
def test_what_was_stored_comes_back(format, dtype, shape):
    w = sparse(shape, dtype)
    back = restore(store(w, format), format, shape)
    assert back.dtype == dtype and back.shape == shape and (back == w).all()


@pytest.mark.parametrize("format", ["dense", "csr", "bitmask"])
@pytest.mark.parametrize("sparsity", [0, 1])
def test_full_and_empty_weights_and_vectors_come_back(format, sparsity):
    for shape in ((6, 5), (4,)):
        w = np.random.default_rng(0).normal(size=shape) * magnitude_mask(np.ones(shape), sparsity)
        assert (restore(store(w, format), format, shape) == w).all()


@pytest.mark.parametrize("sparsity", [0, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float32])
def test_the_bytes_are_those_of_the_formula(dtype, sparsity):
    w = np.random.default_rng(0).integers(1, 9, (64, 200)).astype(dtype)
    w = w * magnitude_mask(np.random.default_rng(1).normal(size=w.shape), sparsity)
    n, kept, b = w.size, int((w != 0).sum()), np.dtype(dtype).itemsize
    assert stored_bytes(w, "dense") == n * b
    assert stored_bytes(w, "bitmask") == kept * b + n // 8
    assert stored_bytes(w, "csr") == kept * (b + 1) + 65 * 2  # 200 columns fit into a byte, 12,800 starts into two
    wide = np.zeros((2, 70_000), dtype)
    wide[1, 69_999] = 1
    assert stored_bytes(wide, "csr") == b + 4 + 3


def test_two_of_four_weighs_nine_sixteenths_at_fp16_and_0625_at_int8_on_disk(tmp_path):
    """The published shares: Mishra et al. 2021."""
    for dtype, share in ((np.float16, 9 / 16), (np.int8, 0.625), (np.float32, 17 / 32)):
        w = sparse((128, 256), dtype)
        dense = payload_bytes(save_sparse({"w": w}, "dense", tmp_path / "dense"))
        packed = payload_bytes(save_sparse({"w": w}, "2:4", tmp_path / "packed"))
        assert packed == stored_bytes(w, "2:4") == share * dense == share * w.nbytes
        assert (load_sparse(tmp_path / "packed")["w"] == w).all()


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_of_several_weights_comes_back(format, tmp_path):
    weights = {"a.weight": sparse((8, 4, 3, 3)), "b": torch.from_numpy(sparse((3, 8), np.float32))}
    path = save_sparse(weights, format, tmp_path / "weights.safetensors")
    back = load_sparse(path)
    assert list(back) == list(weights) and all((back[name] == np.asarray(w)).all() for name, w in weights.items())
    assert payload_bytes(path) == sum(stored_bytes(w, format) for w in weights.values())


def test_zeros_weigh_as_much_as_other_numbers_until_the_format_changes():
    w = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    zeros = w * magnitude_mask(w, 0.9)
    assert stored_bytes(zeros, "dense") == stored_bytes(w, "dense")
    assert stored_bytes(zeros, "bitmask") < stored_bytes(w, "dense") / 6 < stored_bytes(w, "bitmask")


def test_csr_is_that_of_scipy_and_torch():
    w = sparse((6, 12), np.float32)
    ours, theirs, torchs = store(w, "csr"), scipy.sparse.csr_array(w), torch.from_numpy(w).to_sparse_csr()
    assert (ours["values"] == theirs.data).all() and (ours["values"] == torchs.values().numpy()).all()
    assert (ours["columns"] == theirs.indices).all() and (ours["columns"] == torchs.col_indices().numpy()).all()
    assert (ours["starts"] == theirs.indptr).all() and (ours["starts"] == torchs.crow_indices().numpy()).all()


def test_places_of_two_of_four_are_in_order_two_bits_each():
    w = np.int8([[0, 0, 3, 4, 1, 0, 0, 2]])
    parts = store(w, "2:4")
    assert parts["values"].tolist() == [3, 4, 1, 2]
    assert parts["places"].tolist() == [2 + 4 * 3 + 16 * 0 + 64 * 3]
    assert store(np.zeros((1, 4), np.int8), "2:4")["values"].tolist() == [0, 0]


def test_the_places_of_two_in_four_are_in_order():
    """As sparse kernels read them, also where one of the two values is 0: place 0 comes before place 1."""
    parts = store(np.array([[0, 5, 0, 0]], np.int8), "2:4")
    assert parts["values"].tolist() == [0, 5]
    assert np.unpackbits(parts["places"], count=4, bitorder="little").tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("call, message", [
    (lambda: store(np.ones((2, 4)), "zip"), "format must be one of dense, csr, bitmask, 2:4"),
    (lambda: restore({}, "zip", (2,)), "format must be one of"),
    (lambda: store(np.ones((2, 4)), "2:4"), "w must have at most two numbers that are not 0 in every four"),
    (lambda: store(np.ones((2, 6)), "2:4"), "w must have rows that are a multiple of 4 long"),
    (lambda: store(np.float64(1.0), "csr"), "w must have at least one axis"),
    (lambda: store(np.array([[np.nan]]), "csr"), "w holds NaN"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_a_file_of_another_kind_is_refused(tmp_path):
    from safetensors.numpy import save_file

    save_file({"w": np.ones(3)}, tmp_path / "other")
    with pytest.raises(ValueError, match="^path must be a file of edukit with a checksum"):
        load_sparse(tmp_path / "other")
