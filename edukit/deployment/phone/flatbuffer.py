"""A .tflite file read by its format: the names, shapes and types of its tensors, without LiteRT.

    file = position of the first table, "TFL3", tables      table = its fields' places, by number, in a list before it

Symbols   field: the number of a field in the schema, counted from 0
Source    https://flatbuffers.dev/internals/, and LiteRT's schema:
          https://github.com/google-ai-edge/LiteRT/blob/main/tflite/converter/schema/schema.fbs
In production  the class `Model` of ai_edge_litert.schema_py_generated, or LiteRT's interpreter
"""

import struct
from dataclasses import dataclass

TYPES = {0: "float32", 1: "float16", 2: "int32", 3: "uint8", 4: "int64", 6: "bool", 7: "int16", 9: "int8"}
SUBGRAPHS = 2  # fields of a model
TENSORS, INPUTS, OUTPUTS = 0, 1, 2  # of a subgraph
SHAPE, TYPE, NAME, QUANTIZATION = 0, 1, 3, 4  # of a tensor
SCALE, ZERO_POINT = 2, 3  # of a tensor's quantization


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: its name, sizes and type; scale and zero point where it has one of each."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None = None
    zero_point: int | None = None


def ends_of(content: bytes) -> tuple[list[Tensor], list[Tensor], set[str]]:
    """The inputs and the outputs of a .tflite file, and the types of all of its tensors; ValueError for other bytes."""
    if content[4:8] != b"TFL3":
        raise ValueError("the bytes are no .tflite file: the letters TFL3 do not stand behind the first four")
    try:
        graph = _Table(content, 0).follow(0).tables(SUBGRAPHS)[0]
        tensors = [_tensor(table) for table in graph.tables(TENSORS)]
        inputs, outputs = ([tensors[i] for i in graph.numbers(side, "i")] for side in (INPUTS, OUTPUTS))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError("the bytes are a damaged .tflite file: a table lies outside of it") from error
    return inputs, outputs, {tensor.dtype for tensor in tensors}


def _tensor(table: "_Table") -> Tensor:
    grid = table.table(QUANTIZATION)
    scales, zeros = (grid.numbers(SCALE, "f"), grid.numbers(ZERO_POINT, "q")) if grid else ([], [])
    single = (scales[0], zeros[0]) if len(scales) == len(zeros) == 1 else (None, None)
    kind = table.number(TYPE, "b")
    return Tensor(table.text(NAME), tuple(table.numbers(SHAPE, "i")), TYPES.get(kind, f"type {kind}"), *single)


class _Table:
    """A table at a place of the file; each field is looked up by its number."""

    def __init__(self, content: bytes, at: int):
        self._content = content
        self._at = at

    def number(self, field: int, format: str) -> int:
        """A number; 0, its default, where the table leaves it out."""
        place = self._place(field)
        return self._get(format, place) if place else 0

    def numbers(self, field: int, format: str) -> list:
        """A vector of numbers; empty where it is left out."""
        place = self._place(field)
        if not place:
            return []
        start = place + self._get("I", place)
        count = self._get("I", start)
        return list(struct.unpack_from(f"<{count}{format}", self._content, start + 4))

    def text(self, field: int) -> str:
        """A string; empty where it is left out."""
        return b"".join(self.numbers(field, "c")).decode()

    def table(self, field: int) -> "_Table | None":
        """Another table, or None."""
        place = self._place(field)
        return self.follow(place) if place else None

    def tables(self, field: int) -> list["_Table"]:
        """A vector of tables."""
        place = self._place(field)
        if not place:
            return []
        start = place + self._get("I", place)
        return [self.follow(start + 4 + 4 * i) for i in range(self._get("I", start))]

    def follow(self, place: int) -> "_Table":
        """The table to which the offset at this place of the file leads."""
        return _Table(self._content, place + self._get("I", place))

    def _place(self, field: int) -> int:
        fields = self._at - self._get("i", self._at)
        slot = 4 + 2 * field
        offset = self._get("H", fields + slot) if slot < self._get("H", fields) else 0
        return self._at + offset if offset else 0

    def _get(self, format: str, place: int):
        if place < 0:
            raise struct.error("a place before the file")
        return struct.unpack_from(f"<{format}", self._content, place)[0]
