"""ExecuTorch: real parsers read both snippets, and they hold the file's names, shapes and types."""

import numpy as np
import pytest
from deployment.snippets.parsed import errors, prepared
from mobile_networks import IMAGES, quantized

from edukit.deployment import export, snippet
from edukit.deployment.snippets import executorch
from edukit.deployment.snippets.described import Described, Value, described

WRITERS = {"kotlin": executorch.kotlin, "swift": executorch.swift}
FILES = {
    "image": ([Value("input", "input", "float32", (1, 3, 8, 8))], [Value("output", "output", "float32", (1, 2))]),
    "tokens": (
        [Value("ids", "ids", "int64", (1, 9)), Value("mask", "mask", "float64", (9, 9))],
        [Value("a", "a", "float32", (1, 2)), Value("b", "b", "int32", (1,))],
    ),
}


def text_of(name, language, **how):
    return WRITERS[language](Described("some_net.pte", "00", *FILES[name], **how))


@pytest.mark.parametrize("language", WRITERS)
@pytest.mark.parametrize("name", FILES)
def test_a_parser_reads_it(name, language):
    text = text_of(name, language)
    assert not errors(text, language) and "class SomeNet" in text
    assert errors(text.replace("(", "", 1) + "}", language)  # the parser sees what is broken


def test_shapes_and_types_are_those_of_the_file():
    both = text_of("tokens", "kotlin"), text_of("tokens", "swift")
    assert "Tensor.fromBlob(ids, longArrayOf(1, 9))" in both[0] and "dataAsIntArray" in both[0]
    assert "Tensor<Double>(mask, shape: [9, 9])" in both[1] and "let b: [Int32]" in both[1]


def test_pixels_become_what_the_network_learned():
    mean, std = (0.5, 0.25, 0.125), (0.2, 0.4, 0.8)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 3))
    for language in WRITERS:
        text = text_of("image", language, mean=mean, std=std)
        assert not errors(text, language)
        np.testing.assert_allclose(prepared(text, pixels, 64), ((pixels / 255 - mean) / std).T.ravel())


def test_the_snippet_of_an_exported_file(tmp_path):
    pytest.importorskip("executorch")
    path = export(quantized("vgg"), IMAGES[:1], tmp_path / "vgg.pte")
    (x,), (y,) = described(path).inputs, described(path).outputs
    assert (x.name, x.type, x.shape, x.grid) == ("input", "float32", (1, 3, 16, 16), None)
    assert (y.name, y.type, y.shape) == ("output", "float32", (1, 5))
    for language in WRITERS:
        assert "1, 3, 16, 16" in snippet(path, language) and not errors(snippet(path, language), language)
    with pytest.raises(ValueError, match="path must end in .onnx for arkts"):
        snippet(path, "arkts")
