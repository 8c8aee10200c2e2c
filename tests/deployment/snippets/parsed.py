"""Snippets read by real parsers: tree-sitter's grammars of Kotlin, Swift and TypeScript, of which ArkTS is a part."""

import re

import numpy as np
import tree_sitter_kotlin
import tree_sitter_swift
import tree_sitter_typescript
from onnx import TensorProto
from tree_sitter import Language, Parser

GRAMMARS = {
    "kotlin": tree_sitter_kotlin.language,
    "swift": tree_sitter_swift.language,
    "arkts": tree_sitter_typescript.language_typescript,
}
FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64
INT8, UINT8 = TensorProto.INT8, TensorProto.UINT8
FILES = {  # inputs, outputs
    "image": ([("input", FLOAT, ["batch", 3, 8, 8])], [("output", FLOAT, ["batch", 2])]),
    "two inputs": ([("tokens", INT64, ["batch", "length"]), ("mask", FLOAT, [4, 4])], [("y", FLOAT, ["batch", 2])]),
    "codes": ([("x", UINT8, [1, 3])], [("y", INT8, [1, 3]), ("z", INT32, [1, 3])]),
    "bad names": ([('in$"\\(x)', FLOAT, [None, 2])], [("class", FLOAT, ["for", 2]), ("3::y", INT64, [1])]),
    "a scalar": ([("x", FLOAT, [])], [("y", FLOAT, [])]),
}


def errors(text: str, language: str) -> list[str]:
    """What the parser cannot read, as text."""
    tree = Parser(Language(GRAMMARS[language]())).parse(text.encode())
    found, left = [], [tree.root_node]
    while left:
        node = left.pop()
        left += node.children
        if node.is_error or node.is_missing:
            found.append(node.text.decode())
    return found


def prepared(text: str, pixels: np.ndarray, size: int) -> np.ndarray:
    """What the snippet's own arithmetic makes of pixels (positions, channels): its formula, read and computed here."""
    mean, std = (_numbers(text, name) for name in ("mean", "std"))
    channels = len(mean)
    place = re.search(r"pixels\[(.+?)\]", text)[1]
    flat = pixels.ravel()
    where = [(i // size, eval(place, {"i": i, "size": size, "channel": i // size})) for i in range(channels * size)]
    return np.array([(flat[p] / 255 - mean[c]) / std[c] for c, p in where])


def _numbers(text: str, name: str) -> list[float]:
    line = next(line for line in text.splitlines() if re.search(rf"\b(val|let|const) {name}\b", line))
    return [float(number) for number in re.findall(r"\d+\.\d+", line)]
