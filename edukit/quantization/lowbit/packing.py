"""Packing: codes of 1 to 8 bits side by side in bytes, and a file whose size is the sum of its parts.

    byte = low nibble + 16 · high nibble         [3, -1] in 4 bits  ->  0011 and 1111  ->  1111 0011  ->  0xF3

The first code takes the lowest bits of the first byte. The smallest type of numpy, torch and every file is a byte:
codes that are not packed weigh 8 bits each, whatever their name says.

Negative codes are two's complement in b bits. The bytes' own type says how to read them, in memory and in a file:
int8 where a code was negative, uint8 where none was.

Shapes    codes any -> bytes (⌈n b / 8⌉,); the last byte is filled with zeros
Bound     unpack(pack(q)) = q; the file's data is ⌈n b / 8⌉ bytes and those of the scales, to the byte
Source    https://onnx.ai/onnx/technical/int4.html: the order of the two nibbles
In production  torchao and ONNX pack INT4 alike; a kernel unpacks in registers, on the way to the multiplication
"""

import math
from pathlib import Path

import numpy as np

from edukit.checked import checked
from edukit.disk.sealed import load_tensors, save_tensors, shapes_of
from edukit.quantization.grid.affine import Array
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.patterns import like
from edukit.quantization.lowbit.two_level import TwoLevelBlock
from edukit.refuse import as_array, check_shape, check_whole

LEVELS = ("scales", "tensor_scale")  # a scale for each block, and in formats of two levels one for the tensor


@checked
def pack(codes: Array, bits: int) -> Array:
    """Whole numbers as bytes, 8 / bits of them in each.

    codes   any shape, all in [-2^(bits-1), 2^(bits-1) - 1] or all in [0, 2^bits - 1]; ValueError for any other
    bits    1 to 8; codes of 3, 5, 6 or 7 bits run on from one byte to the next

    >>> pack(np.array([3, -1, 7]), 4).view(np.uint8).tolist()
    [243, 7]
    """
    q = as_array(codes, "codes")
    bits = check_whole(bits, "bits", 1, 8)
    signed = _check_codes(q, bits)
    rows = np.unpackbits(q.astype(np.uint8).reshape(-1, 1), axis=1, bitorder="little")[:, :bits]
    data = np.packbits(rows, bitorder="little")
    return like(codes, data.view(np.int8) if signed else data)


@checked
def unpack(data: Array, bits: int, shape) -> Array:
    """The codes that `pack` made bytes of, int32.

    >>> unpack(pack(np.array([[3, -1, 7]]), 4), 4, (1, 3)).tolist()
    [[3, -1, 7]]
    """
    bits = check_whole(bits, "bits", 1, 8)
    raw = as_array(data, "data")
    shape = check_shape(shape, "shape")
    n = math.prod(shape)
    if raw.dtype not in (np.int8, np.uint8) or raw.shape != (-(-n * bits // 8),):
        raise ValueError(f"data must be {-(-n * bits // 8)} bytes for shape {shape}, got {raw.dtype} {raw.shape}")
    rows = np.unpackbits(raw.view(np.uint8), count=n * bits, bitorder="little").reshape(n, bits)
    q = np.packbits(rows, axis=1, bitorder="little").astype(np.int32).reshape(shape)
    negative = 2**bits * (q >= 2 ** (bits - 1)) if raw.dtype == np.int8 else 0
    return like(data, (q - negative).astype(np.int32))


def save_blocks(weights: dict[str, Array], block: Block | TwoLevelBlock, path: str | Path) -> Path:
    """A safetensors file of weights in a block format: their packed elements and their scales.

    The header keeps the names, the shapes and the format; the rest is `block.bits_per_weight`, in bytes.
    Raises ValueError for NaN and infinity.

    >>> import tempfile
    >>> from edukit.quantization.lowbit.formats import IntFormat
    >>> path = save_blocks({"w": np.ones((16, 128))}, Block(IntFormat(4), 128), tempfile.mkdtemp() + "/w.safetensors")
    >>> payload_bytes(path), 16 * 128 * 4.125 / 8
    (1056, 1056.0)
    """
    tensors = {}
    for name, w in weights.items():
        elements, *scales = block.encode(w)
        tensors[f"{name}.codes"] = pack(elements, block.element.bits)
        tensors |= {f"{name}.{level}": found for level, found in zip(LEVELS, scales, strict=False)}
    return save_tensors(tensors, path, "blocks", format=repr(block), shapes=shapes_of(weights))


def load_blocks(path: str | Path, block: Block | TwoLevelBlock) -> dict[str, np.ndarray]:
    """The weights of such a file as float32, what the format made of them.

    Raises ValueError for a damaged file, and where it holds another format.

    >>> import tempfile
    >>> from edukit.quantization.lowbit.blocks import MXFP4
    >>> path = save_blocks({"w": np.float32([0.5, -3, 6])}, MXFP4, tempfile.mkdtemp() + "/w.safetensors")
    >>> load_blocks(path, MXFP4)["w"].tolist()
    [0.5, -3.0, 6.0]
    """
    tensors, about = load_tensors(path, "blocks")
    if about["format"] != repr(block):
        raise ValueError(f"block must be the format of the file, {about['format']}, got {block!r}")
    weights = {}
    for name, shape in about["shapes"].items():
        elements = unpack(tensors[f"{name}.codes"], block.element.bits, shape)
        scales = [tensors[f"{name}.{level}"] for level in LEVELS if f"{name}.{level}" in tensors]
        weights[name] = block.decode(elements, *scales)
    return weights


def payload_bytes(path: str | Path) -> int:
    """The bytes of a safetensors file behind its header: 8 bytes say how long the header is."""
    content = Path(path).read_bytes()
    return len(content) - 8 - int.from_bytes(content[:8], "little")


def _check_codes(q, bits) -> bool:
    """Whether some code is negative; all must fit."""
    if q.dtype.kind not in "iu":
        raise ValueError(f"codes must be of an integer type, got {q.dtype}")
    low, high = (int(q.min()), int(q.max())) if q.size else (0, 0)
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if low < 0 else (0, 2**bits - 1)
    if low < least or high > most:
        raise ValueError(f"codes of {bits} bits must be {least} to {most}, got {low} to {high}")
    return low < 0
