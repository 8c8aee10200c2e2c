"""What a phone's page has to know of files and images before it runs them: the contents of models.json.

    file ─> name, runtime of the browser, float or int8, bytes, SHA-256, input, output
    images ─> shape, and how to make a drawing into one: size, grey values, ink bright or dark

A .tflite file is read by its own format (a flatbuffer), an .onnx file by ONNX Runtime: no runtime for phones has to be
installed here. A free batch counts as 1, for a phone runs one image at a time.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from edukit.deployment.phone.flatbuffer import ends_of
from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.schema import MOST_IMAGES, clean_name
from edukit.deployment.runtimes.session import intact_bytes, session_of
from edukit.refuse import check_real, is_finite, is_tensor

RUNTIMES = {".tflite": "litert", ".onnx": "onnxruntime-web"}
WARM_UP, CALLS, SAMPLE_S = 50, 300, 0.03
MOST_MODELS, IMAGE_BYTES = 8, 4 << 20
INTEGER_OPERATORS = "QuantizeLinear", "QLinear", "Integer", "QGemm"


def described(models: Mapping[str, str | Path], images, *, names=None, draw=None) -> tuple[dict, dict[str, bytes]]:
    """What models.json says, and the bytes of every file that it names, by relative address.

    models   {name: an exported file, .tflite or .onnx}, in the order in which a phone runs them
    images   (N, ...) of floats, at most 64
    names    of the classes, or None for their numbers
    draw     whether a finger may draw an input; by default where images are (N, 1, H, W)
    Raises ValueError for no model, too many, a name that a board cannot show, files of other formats, damaged ones,
    ones that take no image of this shape, and images that `checked_images` refuses.
    """
    images = checked_images(images)
    entries, contents = _models(models, images.shape[1:])
    contents["images.bin"] = images.tobytes()
    finger = images.shape[1:2] == (1,) if draw is None else draw
    return {
        "models": entries,
        "images": {"file": "images.bin", "shape": list(images.shape), "dtype": "float32"},
        "draw": drawing(images) if finger else None,
        "labels": None if names is None else [str(name) for name in names],
        "warm_up": WARM_UP,
        "calls": CALLS,
        "sample_s": SAMPLE_S,
    }, contents


def _models(models, shape) -> tuple[list[dict], dict[str, bytes]]:
    if not isinstance(models, Mapping) or not 1 <= len(models) <= MOST_MODELS:
        raise ValueError(f"models must be a dict of 1 to {MOST_MODELS} names and files, got {models!r}")
    entries, contents = [], {}
    for number, (name, path) in enumerate(models.items()):
        if not _is_plain(name):
            raise ValueError(f"models must have plain names such as 'INT8', got {name!r}")
        said, content = _read(path)
        suffix = Path(path).suffix.lower()
        if tuple(said["input"]["shape"][1:]) != shape:
            raise ValueError(f"images have the shape {shape} each, {name} takes {tuple(said['input']['shape'][1:])}")
        address = f"files/{number}{suffix}"
        contents[address] = content
        sums = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        entries.append({"name": name, "file": address, "runtime": RUNTIMES[suffix], **said, **sums})
    return entries, contents


def shape_of(path: str | Path) -> tuple[int, ...]:
    """The shape of a file's input, with a batch of 1; ValueError for other files and damaged ones."""
    return tuple(_read(path)[0]["input"]["shape"])


def _read(path) -> tuple[dict, bytes]:
    suffix = Path(path).suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"models must be files that end in {' or '.join(READERS)}, got {path}")
    content = intact_bytes(path)
    return READERS[suffix](content, path), content


def _is_plain(name) -> bool:
    try:
        return clean_name(name) == name
    except Refused:
        return False


def checked_images(images) -> np.ndarray:
    """At most 64 images as float32, little endian; ValueError for other shapes, NaN, and more than 4 MB of them."""
    check_real(images, "images")
    array = np.asarray(images.detach().cpu() if is_tensor(images) else images)
    if array.ndim < 2 or not 1 <= len(array) <= MOST_IMAGES:
        raise ValueError(f"images must be a batch of 1 to {MOST_IMAGES}, such as images[:16]; got shape {array.shape}")
    if not is_finite(array):
        raise ValueError("images must be finite, got NaN or infinity")
    array = np.ascontiguousarray(array, "<f4")
    if array.nbytes > IMAGE_BYTES:
        raise ValueError(f"images must have {IMAGE_BYTES >> 20} MB at most, got {array.nbytes / 2**20:.1f}: pass fewer")
    return array


def drawing(images: np.ndarray) -> dict | None:
    """How a finger's drawing becomes an image like these; None for images that are none, (C, H, W) of 1 or 3 channels.

    >>> drawing(np.array([[[[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]]]))["ink"]
    'high'
    """
    if images.ndim != 4 or images.shape[1] not in (1, 3):
        return None
    low, high = float(images.min()), float(images.max())
    frame = np.concatenate([images[:, :, [0, -1]].ravel(), images[:, :, :, [0, -1]].ravel()])
    ink = "high" if np.median(frame) <= (low + high) / 2 else "low"  # the background reaches the frame
    channels, height, width = images.shape[1:]
    return {"height": height, "width": width, "channels": channels, "low": low, "high": high, "ink": ink}


def _onnx(content: bytes, path) -> dict:
    import onnx

    session = session_of(content, "onnxruntime", path=path)
    types = [np.dtype(kind).name for kind in session.types]
    inputs = [_end(name, shape, kind) for (name, shape), kind in zip(session.inputs.items(), types, strict=True)]
    outputs = [_end(name, shape, "float32") for name, shape in session.outputs.items()]
    operators = [node.op_type for node in onnx.load_from_string(content).graph.node]
    quantized = any(word in operator for operator in operators for word in INTEGER_OPERATORS)
    return {"kind": "int8" if quantized else "float", **_ends(inputs, outputs, path)}


def _litert(content: bytes, path) -> dict:
    try:
        inputs, outputs, types = ends_of(content)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    takes, gives = ([_end(t.name, t.shape, t.dtype, t.scale, t.zero_point) for t in side] for side in (inputs, outputs))
    return {"kind": "int8" if types & {"int8", "uint8"} else "float", **_ends(takes, gives, path)}


def _ends(inputs, outputs, path) -> dict:
    if len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(f"{path} must have one input and one output, it has {len(inputs)} and {len(outputs)}")
    return {"input": inputs[0], "output": outputs[0]}


def _end(name, shape, dtype, scale=None, zero_point=None) -> dict:
    sizes = [size if isinstance(size, int) and size > 0 else 1 for size in shape or ()]
    grid = {} if scale is None else {"scale": scale, "zero_point": zero_point}
    return {"name": name, "shape": sizes, "dtype": dtype, **grid}


READERS = {".onnx": _onnx, ".tflite": _litert}
