"""Deep Compression: pruning, then shared weights, then Huffman coding, down to a file on disk.

    weights ── most become 0 ── the others share 2^b - 1 values ── Huffman codes ── file
               prune_model      SharedWeights, fine-tuned         this module

    gaps     how far it is to the next weight that is not 0          Huffman coded
    codes    which of the shared values it has                       Huffman coded
    values   the shared values, float32; biases and what else is left, float32 as well

Symbols   a gap is 1 to 255; a longer one is a gap of 255 to a filler of code 0, as in the paper
Bound     lossless: what is read equals what was written, to the bit
Source    Han, Mao & Dally 2015, https://arxiv.org/abs/1510.00149: AlexNet 240 -> 6.9 MB (35 times),
          VGG-16 552 -> 11.3 MB (49 times)
In production  a format for download and storage: the weights are unpacked before the first multiplication
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.copies import copied
from edukit.disk.sealed import check_shapes, load_tensors, save_tensors, shapes_of, whole
from edukit.graph import tensors_of
from edukit.quantization.lowbit import huffman
from edukit.quantization.lowbit.codebook import SharedWeights
from edukit.refuse import check_model

LONGEST = 255


def save_compressed(shared: SharedWeights, path: str | Path) -> Path:
    """Write a model of shared weights as gaps, codes and values.

    >>> import tempfile
    >>> path = save_compressed(SharedWeights(nn.Linear(64, 64), 2), tempfile.mkdtemp() + "/net.safetensors")
    >>> path.stat().st_size < 64 * 64 * 4 / 8
    True
    """
    tensors = {}
    for (name, codes), centroids in zip(shared.codes().items(), shared.centroids, strict=True):
        gaps, symbols = to_gaps(codes.numpy())
        tensors[f"{name}.gaps"] = np.frombuffer(huffman.encode(gaps), np.uint8)
        tensors[f"{name}.codes"] = np.frombuffer(huffman.encode(symbols), np.uint8)
        tensors[f"{name}.values"] = centroids.detach().numpy()
    every = tensors_of(shared.model)
    rest = {name: value.detach().numpy() for name, value in every.items() if name not in shared.names}
    shapes = shapes_of({name: every[name] for name in shared.names})  # the others have theirs in the file's header
    return save_tensors(tensors | rest, path, "deep compression", shapes=shapes)


def load_compressed(model: nn.Module, path: str | Path) -> nn.Module:
    """A copy of the model, in evaluation mode, with the weights of the file; the model itself is not changed.

    Raises ValueError for a damaged file, one of another kind, and one of a model with other tensors.

    >>> import tempfile
    >>> net = nn.Linear(64, 64)
    >>> shared = SharedWeights(net, 2)
    >>> path = save_compressed(shared, tempfile.mkdtemp() + "/net.safetensors")
    >>> torch.equal(load_compressed(net, path).weight, shared.plain().weight)
    True
    """
    check_model(model)
    tensors, about = load_tensors(path, "deep compression")
    check_shapes(about["shapes"] | shapes_of(whole(tensors, about["shapes"])), tensors_of(model))
    model = copied(model)
    for name, before in tensors_of(model).items():
        if f"{name}.gaps" not in tensors:
            before.data.copy_(torch.from_numpy(tensors[name]))
            continue
        gaps, symbols = (huffman.decode(tensors[f"{name}.{part}"].tobytes()) for part in ("gaps", "codes"))
        codes = from_gaps(gaps, symbols, before.numel())
        values = np.append(np.float32(0), tensors[f"{name}.values"])
        before.data.copy_(torch.from_numpy(values[codes]).reshape(before.shape))
    return model.eval()


def to_gaps(codes) -> tuple[np.ndarray, np.ndarray]:
    """Where the codes other than 0 are, as gaps of at most 255, and which they are.

    >>> [part.tolist() for part in to_gaps([0, 0, 7, 0, 5, 5])]
    [[3, 2, 1], [7, 5, 5]]
    """
    codes = np.asarray(codes).ravel()
    places = np.flatnonzero(codes)
    gaps = np.diff(places, prepend=-1)
    fillers = (gaps - 1) // LONGEST  # gaps of 255 to a filler, before what is left of the gap
    ends = np.cumsum(fillers + 1) - 1
    short, symbols = np.full(fillers.sum() + len(gaps), LONGEST), np.zeros(fillers.sum() + len(gaps), int)
    short[ends] = gaps - LONGEST * fillers
    symbols[ends] = codes[places]
    return short, symbols


def from_gaps(gaps, symbols, size: int) -> np.ndarray:
    """The codes again, `size` of them in a row; ValueError for gaps that leave the row.

    >>> from_gaps([3, 2, 1], [7, 5, 5], 7).tolist()
    [0, 0, 7, 0, 5, 5, 0]
    """
    if len(gaps) != len(symbols) or len(gaps) > size or np.sum(gaps) > size or np.min(gaps, initial=1) < 1:
        raise ValueError(f"gaps must be at least 1, as many as symbols, and end within the {size} codes")
    codes = np.zeros(size, np.int64)
    codes[np.cumsum(gaps) - 1] = symbols
    return codes
