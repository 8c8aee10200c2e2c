"""What a snippet needs to know of a file: names, shapes and types of its inputs and outputs, and the preprocessing.

    pixel p of channel c, 0 to 255  →  (p / 255 - mean[c]) / std[c], channel after channel

A name of the file becomes an identifier: letters, digits, _; never a word of the language, never one twice.
"""

import hashlib
import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from string import Template

import numpy as np
import onnx

from edukit.deployment.explain.optimized import read
from edukit.deployment.runtimes.litert import grids_of
from edukit.deployment.runtimes.session import intact_bytes, load, runtime_of
from edukit.refuse import check_real

WORDS = """
as async await boolean break case catch class const continue default defer deinit do double else enum export extension
false fileprivate final finally float for fun func guard if import in init inout int interface internal is let long new
nil null number object open operator override package pixels prepare private protocol public repeat return run self
session static struct super switch this throw throws true try type typealias typeof val var void when where while with
yield answers array Answers channel close context data environment feed load mean model options path result results
shape size std tensors threads type value
"""  # of the three languages, and names that the snippets use themselves


@dataclass(frozen=True)
class Value:
    """An input or output: its name in the file, its identifier, its numpy type; a free axis is an identifier.

    grid   scale and zero point of the int8 codes that the file holds instead of these floats; None where it does not
    """

    name: str
    identifier: str
    type: str
    shape: tuple[int | str, ...]
    grid: tuple[float, int] | None = None

    def __str__(self):
        return f"{self.type} of shape ({', '.join(map(str, self.shape))})"


@dataclass(frozen=True)
class Described:
    """A file, as a snippet sees it. mean and std are empty where there is no preprocessing."""

    file: str
    sha256: str
    inputs: list[Value]
    outputs: list[Value]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    @property
    def class_name(self) -> str:
        """The file's name in capitals.

        >>> Described("my_digits-8.onnx", "", [], []).class_name, Described("8.onnx", "", [], []).class_name
        ('MyDigits8', 'Model8')
        """
        words = re.findall(r"[A-Za-z0-9]+", Path(self.file).stem)
        name = "".join(word[0].upper() + word[1:] for word in words)
        return name if name[:1].isalpha() else f"Model{name}"

    @property
    def has_grids(self) -> bool:
        return any(value.grid for value in (*self.inputs, *self.outputs))

    @property
    def axes(self) -> list[str]:
        """The free axes of the inputs, each once."""
        return list(dict.fromkeys(n for value in self.inputs for n in value.shape if isinstance(n, str)))


def described(path, *, mean=(), std=()) -> Described:
    """A file's names, shapes and types; a file for phones holds one row.

    mean, std   of each channel of the first input, on a scale of 0 to 1; neither, or both
    Raises ValueError for a file that is missing or damaged, for mean and std that do not fit its first input.
    """
    path = Path(path)
    inputs, outputs = _of_onnx(path) if runtime_of(path) == "onnxruntime" else _of_session(path)
    mean, std = (_numbers(given, name) for given, name in ((mean, "mean"), (std, "std")))
    _check_fits(inputs[0], mean, std)
    return Described(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), inputs, outputs, mean, std)


def prepare(file: Described, text: str, unit: str = "") -> str:
    """A language's text with the numbers of a file's preprocessing; "" where it has none.

    text   with $channels, $height, $width, their $size, and $mean and $std in a row
    unit   what the language writes behind a number

    >>> one = Described("a.onnx", "", [Value("x", "x", "float32", (1, 1, 2, 3))], [], (0.5,), (0.25,))
    >>> prepare(one, "$size numbers - [$mean]", "f")
    '6 numbers - [0.5f]'
    """
    if not file.mean:
        return ""
    _, channels, height, width = file.inputs[0].shape
    mean, std = (", ".join(f"{x!r}{unit}" for x in numbers) for numbers in (file.mean, file.std))
    sizes = {"channels": channels, "height": height, "width": width, "size": height * width}
    return Template(text).substitute(sizes, mean=mean, std=std)


def identifier(name: str, used: set[str]) -> str:
    """The name in letters, digits and _, unlike all that are used; it is used from then on.

    >>> used = {"in"}
    >>> [identifier(name, used) for name in ("in", "input.1", "input_1", "3", "")]
    ['in_', 'input_1', 'input_1_', 'value3', 'value']
    """
    found = re.sub(r"[^A-Za-z0-9_]", "_", name)
    found = found if re.match(r"[A-Za-z]", found) else f"value{found.lstrip('_')}"
    while found in used:
        found += "_"
    used.add(found)
    return found


def _of_onnx(path) -> tuple[list[Value], list[Value]]:
    model = read(path)
    stored = {tensor.name for tensor in model.graph.initializer}
    used = set(WORDS.split())
    axes = {}
    inputs = [_value(value, used, axes) for value in model.graph.input if value.name not in stored]
    return inputs, [_value(value, used, axes) for value in model.graph.output]


def _of_session(path) -> tuple[list[Value], list[Value]]:
    session = load(path)
    used = set(WORDS.split())
    grids = grids_of(intact_bytes(path), path) if session.runtime == "litert" else ([], [])
    sides = zip((session.inputs, session.outputs), (session.types, session.output_types), grids, strict=True)
    inputs, outputs = (
        [
            Value(name, identifier(name, used), str(kind), tuple(1 if isinstance(n, str) else n for n in shape), grid)
            for (name, shape), kind, grid in zip_longest(shapes.items(), kinds, own)
        ]
        for shapes, kinds, own in sides
    )
    return inputs, outputs


def _value(value, used, axes) -> Value:
    kind = value.type.tensor_type
    name = identifier(value.name, used)
    shape = []
    for i, axis in enumerate(kind.shape.dim):
        free = axis.dim_param or f"{value.name}_axis_{i}"
        if not axis.dim_value and free not in axes:
            axes[free] = identifier(free, used)
        shape.append(axis.dim_value or axes[free])
    return Value(value.name, name, str(np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type))), tuple(shape))


def _numbers(given, name) -> tuple[float, ...]:
    check_real(given, name)
    numbers = tuple(float(x) for x in np.ravel(given))
    if not np.isfinite(numbers).all() or name == "std" and any(x <= 0 for x in numbers):
        raise ValueError(f"{name} must be finite{', above 0' * (name == 'std')}, got {given!r}")
    return numbers


def _check_fits(value: Value, mean, std) -> None:
    if not mean and not std:
        return
    is_image = len(value.shape) == 4 and value.type == "float32" and all(isinstance(n, int) for n in value.shape[1:])
    if not is_image or not len(mean) == len(std) == value.shape[1]:
        raise ValueError(
            f"mean and std must be a number for each channel of an input of images (rows, channels, height, width); "
            f"got {len(mean)} and {len(std)} for {value.name}, {value}"
        )
