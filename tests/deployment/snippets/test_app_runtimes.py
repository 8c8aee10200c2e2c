"""ExecuTorch and LiteRT: real parsers read each snippet, and it holds the file's names, shapes, types and grids."""

import numpy as np
import pytest
from deployment.snippets.parsed import errors, prepared
from mobile_networks import IMAGES, quantized

from edukit.deployment import export, load, snippet
from edukit.deployment.snippets import executorch, litert
from edukit.deployment.snippets.described import Described, Value, described

WRITERS = {
    ("executorch", "kotlin"): executorch.kotlin,
    ("executorch", "swift"): executorch.swift,
    ("litert", "kotlin"): litert.kotlin,
    ("litert", "swift"): litert.swift,
}
SUFFIXES = {"executorch": ".pte", "litert": ".tflite"}
IMAGE = Value("input", "input", "float32", (1, 3, 8, 8))
CODES = Value("input", "input", "float32", (1, 3, 8, 8), (0.015625, -128))
FILES = {
    "image": ([IMAGE], [Value("output", "output", "float32", (1, 2))]),
    "codes": ([CODES], [Value("output", "output", "float32", (1, 2), (0.25, 3))]),
    "tokens of executorch": (
        [Value("ids", "ids", "int64", (1, 9)), Value("mask", "mask", "float64", (9, 9))],
        [Value("a", "a", "float32", (1, 2)), Value("b", "b", "int32", (1,))],
    ),
    "tokens of litert": (
        [Value("ids", "ids", "int32", (1, 9)), Value("mask", "mask", "bool", (1, 9))],
        [Value("a", "a", "float32", (1, 2)), Value("b", "b", "int64", (1,))],
    ),
}
ASKED = {"executorch": ("image", "tokens of executorch"), "litert": ("image", "codes", "tokens of litert")}
PICTURES = [(file, *writer) for writer in WRITERS for file in ASKED[writer[0]] if not file.startswith("tokens")]


def text_of(file, runtime, language, **how):
    return WRITERS[runtime, language](Described(f"some_net{SUFFIXES[runtime]}", "00", *FILES[file], **how))


@pytest.mark.parametrize(("runtime", "language"), WRITERS)
def test_a_parser_reads_it(runtime, language):
    for file in ASKED[runtime]:
        text = text_of(file, runtime, language)
        assert not errors(text, language) and "class SomeNet" in text
        assert errors(text.replace("(", "", 1) + "}", language)  # the parser sees what is broken


@pytest.mark.parametrize(("file", "runtime", "language"), PICTURES)
def test_pixels_become_what_the_network_learned(file, runtime, language):
    mean, std = (0.5, 0.25, 0.125), (0.2, 0.4, 0.8)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 3))
    text = text_of(file, runtime, language, mean=mean, std=std)
    assert not errors(text, language)
    np.testing.assert_allclose(prepared(text, pixels, 64), ((pixels / 255 - mean) / std).T.ravel())


def test_shapes_and_types_are_those_of_the_file():
    kotlin, swift = (text_of("tokens of executorch", "executorch", language) for language in ("kotlin", "swift"))
    assert "Tensor.fromBlob(ids, longArrayOf(1, 9))" in kotlin and "dataAsIntArray" in kotlin
    assert "Tensor<Double>(mask, shape: [9, 9])" in swift and "let b: [Int32]" in swift


def test_grids_stand_where_the_file_has_them_and_nowhere_else():
    kotlin, swift = (text_of("codes", "litert", language) for language in ("kotlin", "swift"))
    assert "feed[0].writeInt8(codes(input, 0.015625f, -128))" in kotlin
    assert "values(results[0].readInt8(), 0.25f, 3)" in kotlin
    assert "Self.codes(input, 0.015625, -128)" in swift
    assert "codes(" not in text_of("image", "litert", "kotlin") + text_of("image", "litert", "swift")
    kotlin, swift = (text_of("tokens of litert", "litert", language) for language in ("kotlin", "swift"))
    assert "feed[1].writeBoolean(mask)" in kotlin and "ids: [Int32]" in swift


@pytest.mark.parametrize(("suffix", "writer"), [(".pte", "executorch"), (".tflite", "litert_torch")])
def test_the_snippet_of_an_exported_file(suffix, writer, tmp_path):
    pytest.importorskip(writer)
    path = export(quantized("vgg"), IMAGES[:1], tmp_path / f"vgg{suffix}")
    (x,), (y,) = described(path).inputs, described(path).outputs
    assert (x.grid is None) == (y.grid is None) == (suffix == ".pte")  # LiteRT's files tell their grids
    assert (x.name, x.type, x.shape) == ("input", "float32", (1, 3, 16, 16))
    assert (y.type, y.shape) == ("float32", (1, 5))
    told = "1, 3, 16, 16" if x.grid is None else repr(x.grid[0])
    for language in ("kotlin", "swift"):
        assert told in snippet(path, language) and not errors(snippet(path, language), language)
    with pytest.raises(ValueError, match="path must end in .onnx for arkts"):
        snippet(path, "arkts")
    if y.grid is not None:  # then the answers lie on it
        steps = load(path)(IMAGES) / np.float32(y.grid[0])
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)
