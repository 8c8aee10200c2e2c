"""LiteRT: real parsers read both snippets, and they hold the file's names, types and grids."""

import numpy as np
import pytest
from deployment.snippets.parsed import errors, prepared
from mobile_networks import IMAGES, quantized

from edukit.deployment import export, load, snippet
from edukit.deployment.snippets import litert
from edukit.deployment.snippets.described import Described, Value, described

WRITERS = {"kotlin": litert.kotlin, "swift": litert.swift}
IMAGE = Value("input", "input", "float32", (1, 3, 8, 8), (0.015625, -128))
FILES = {
    "codes": ([IMAGE], [Value("output", "output", "float32", (1, 2), (0.25, 3))]),
    "floats": ([Value("input", "input", "float32", (1, 3, 8, 8))], [Value("y", "y", "float32", (1, 2))]),
    "tokens": (
        [Value("ids", "ids", "int32", (1, 9)), Value("mask", "mask", "bool", (1, 9))],
        [Value("a", "a", "float32", (1, 2)), Value("b", "b", "int64", (1,))],
    ),
}


def text_of(name, language, **how):
    return WRITERS[language](Described("some_net.tflite", "00", *FILES[name], **how))


@pytest.mark.parametrize("language", WRITERS)
@pytest.mark.parametrize("name", FILES)
def test_a_parser_reads_it(name, language):
    text = text_of(name, language)
    assert not errors(text, language) and "class SomeNet" in text
    assert errors(text.replace("(", "", 1) + "}", language)  # the parser sees what is broken


def test_grids_stand_where_the_file_has_them_and_nowhere_else():
    assert "feed[0].writeInt8(codes(input, 0.015625f, -128))" in text_of("codes", "kotlin")
    assert "values(results[0].readInt8(), 0.25f, 3)" in text_of("codes", "kotlin")
    assert "Self.codes(input, 0.015625, -128)" in text_of("codes", "swift")
    assert "codes(" not in text_of("floats", "kotlin") + text_of("floats", "swift")
    assert "feed[1].writeBoolean(mask)" in text_of("tokens", "kotlin") and "ids: [Int32]" in text_of("tokens", "swift")


def test_pixels_become_what_the_network_learned():
    mean, std = (0.5, 0.25, 0.125), (0.2, 0.4, 0.8)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 3))
    for language in WRITERS:
        text = text_of("codes", language, mean=mean, std=std)
        assert not errors(text, language)
        np.testing.assert_allclose(prepared(text, pixels, 64), ((pixels / 255 - mean) / std).T.ravel())


def test_the_snippet_of_an_exported_file_holds_its_grids(tmp_path):
    pytest.importorskip("litert_torch")
    path = export(quantized("vgg"), IMAGES[:1], tmp_path / "vgg.tflite")
    found = described(path)
    (x,), (y,) = found.inputs, found.outputs
    assert (x.name, x.type, x.shape) == ("input", "float32", (1, 3, 16, 16)) and y.shape == (1, 5)
    steps = load(path)(IMAGES) / np.float32(y.grid[0])
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-3)  # the answers lie on the grid that is told
    for language in WRITERS:
        assert repr(x.grid[0]) in snippet(path, language) and not errors(snippet(path, language), language)
