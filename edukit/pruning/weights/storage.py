"""Sparse storage: four ways to store a matrix in which many weights are zero.

    dense     every weight                                     b            bits a weight
    csr       the others' values, their columns, row starts    (1 - s) (b + i)
    bitmask   the others' values, and one bit for each place   (1 - s) b + 1
    2:4       two values of every four, and two 2-bit places   b / 2 + 1    9/16 of 16 bits, 0.625 of 8

A common mistake is a file that "became smaller" by masks: zeros weigh as much as other numbers, until the format
changes.

Symbols   b bits of a value · i bits of a column, 8, 16 or 32 as a row needs · s sparsity; row starts come on top
Shapes    w (rows, ...): a row is what axis 0 has, all else are its columns; numpy or torch in, numpy out
Bound     restore(store(w)) = w, number for number
          bitmask is smaller than dense where s > 1 / b, csr where s > i / (b + i)
Source    2:4: Mishra et al. 2021, https://arxiv.org/abs/2104.08378; CSR: torch.sparse_csr_tensor
In production  torch.sparse and torch.sparse.to_sparse_semi_structured; ZIP and Huffman coding find zeros by themselves
"""

import math
from pathlib import Path

import numpy as np

from edukit.checked import checked
from edukit.disk.sealed import load_tensors, save_tensors, shapes_of
from edukit.pruning.score import Array, as_weights
from edukit.refuse import check_array

FORMATS = ("dense", "csr", "bitmask", "2:4")


def store(w: Array, format: str) -> dict[str, np.ndarray]:
    """The parts of a weight in that format: their bytes are what it weighs.

    w        finite, at least one axis, of any type of numpy
    format   "dense", "csr", "bitmask" or "2:4", for which each row must be fours with at most two numbers but 0

    >>> {name: part.tolist() for name, part in store(np.int8([[0, 7, 0, 9], [5, 0, 0, 0]]), "2:4").items()}
    {'values': [7, 9, 5, 0], 'places': [77]}
    >>> {name: part.tolist() for name, part in store(np.int8([[0, 7, 0, 9], [5, 0, 0, 0]]), "csr").items()}
    {'values': [7, 9, 5], 'columns': [1, 3, 0], 'starts': [0, 2, 3]}
    """
    _check_format(format)
    w = np.asarray(as_weights(w).cpu() if hasattr(w, "cpu") else as_weights(w))
    if not w.ndim:
        raise ValueError("w must have at least one axis, got a single number")
    return {"dense": _dense, "csr": _csr, "bitmask": _bitmask, "2:4": _two_four}[format](
        w.reshape(len(w), math.prod(w.shape[1:]))
    )


def restore(parts: dict[str, np.ndarray], format: str, shape) -> np.ndarray:
    """The weight again.

    >>> restore(store(np.float32([[0, 2], [0, 0]]), "bitmask"), "bitmask", (2, 2)).tolist()
    [[0.0, 2.0], [0.0, 0.0]]
    """
    _check_format(format)
    values = parts["values"]
    if format == "dense":
        return values.reshape(shape)
    flat = np.zeros(int(np.prod(shape)), values.dtype)
    if format == "csr":
        row = np.repeat(np.arange(shape[0]), np.diff(parts["starts"].astype(np.int64)))
        flat[row * (flat.size // max(shape[0], 1)) + parts["columns"]] = values
    elif format == "bitmask":
        flat[np.unpackbits(parts["mask"], count=flat.size, bitorder="little").astype(bool)] = values
    else:
        bits = np.unpackbits(parts["places"], count=2 * values.size, bitorder="little").reshape(-1, 2)
        flat[4 * (np.arange(values.size) // 2) + bits @ [1, 2]] = values
    return flat.reshape(shape)


def stored_bytes(w: Array, format: str) -> int:
    """The bytes of all parts.

    >>> w = np.tile(np.float16([0, 1, 2, 0]), (64, 16))
    >>> stored_bytes(w, "2:4") / stored_bytes(w, "dense"), stored_bytes(w.astype(np.int8), "2:4") / w.size
    (0.5625, 0.625)
    """
    return sum(part.nbytes for part in store(w, format).values())


@checked
def save_sparse(weights: dict[str, Array], format: str, path: str | Path) -> Path:
    """A safetensors file of weights in that format: behind its header lies exactly what `stored_bytes` counts.

    >>> import tempfile
    >>> path = save_sparse({"w": np.eye(4)}, "csr", tempfile.mkdtemp() + "/w.safetensors")
    >>> load_sparse(path)["w"].tolist() == np.eye(4).tolist()
    True
    """
    for name, w in weights.items():
        check_array(w, f"weights[{name!r}]")
        if not w.ndim:
            raise ValueError(f"weights[{name!r}] must have at least one axis, got a single number")
    parts = {f"{name}.{part}": data for name, w in weights.items() for part, data in store(w, format).items()}
    return save_tensors(parts, path, "sparse", format=format, shapes=shapes_of(weights))


@checked
def load_sparse(path: str | Path) -> dict[str, np.ndarray]:
    """The weights of such a file; ValueError for a damaged one and for one of another kind.

    >>> import tempfile
    >>> path = save_sparse({"w": np.zeros((2, 4))}, "2:4", tempfile.mkdtemp() + "/w.safetensors")
    >>> load_sparse(path)["w"].shape
    (2, 4)
    """
    parts, about = load_tensors(path, "sparse")
    return {
        name: restore({part: parts[f"{name}.{part}"] for part in PARTS[about["format"]]}, about["format"], tuple(shape))
        for name, shape in about["shapes"].items()
    }


PARTS = {
    "dense": ("values",),
    "csr": ("values", "columns", "starts"),
    "bitmask": ("values", "mask"),
    "2:4": ("values", "places"),
}


def _dense(w):
    return {"values": w}


def _csr(w):
    rows, columns = np.nonzero(w)
    starts = np.concatenate([[0], np.cumsum(np.count_nonzero(w, axis=1))])
    return {
        "values": w[rows, columns],
        "columns": columns.astype(_smallest(w.shape[1])),
        "starts": starts.astype(_smallest(len(rows) + 1)),
    }


def _bitmask(w):
    return {"values": w[w != 0], "mask": np.packbits(w.ravel() != 0, bitorder="little")}


def _two_four(w):
    """Two places of every four, in order: those that are not 0, filled up with the first that are."""
    if w.shape[1] % 4:
        raise ValueError(f"w must have rows that are a multiple of 4 long for 2:4, got {w.shape[1]}")
    fours = w.reshape(-1, 4)
    if (np.count_nonzero(fours, axis=1) > 2).any():
        raise ValueError("w must have at most two numbers that are not 0 in every four for 2:4; see two_four_mask")
    places = np.sort(np.argsort(fours == 0, axis=1, kind="stable")[:, :2], axis=1)
    bits = (places.reshape(-1, 1) >> [0, 1]) & 1  # the lower bit first
    values = np.take_along_axis(fours, places, axis=1).ravel()
    return {"values": values, "places": np.packbits(bits.astype(np.uint8), bitorder="little")}


def _smallest(count):
    """The smallest unsigned type that holds 0 to count - 1."""
    return np.min_scalar_type(max(count - 1, 0))


def _check_format(format):
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
