"""Swift: a real parser reads the snippet, and it holds the file's names, shapes and types."""

import numpy as np
import pytest
from deployment.snippets.parsed import FILES, errors, prepared
from deployment.snippets.test_described import file

from edukit.deployment.snippets.described import described
from edukit.deployment.snippets.swift import swift


def text_of(name, folder, **how):
    return swift(described(file(folder / "some_net.onnx", *FILES[name]), **how))


@pytest.mark.parametrize("name", FILES)
def test_a_parser_reads_it(name, tmp_path):
    text = text_of(name, tmp_path)
    assert not errors(text, "swift") and "class SomeNet" in text
    assert errors(text.replace("(", "", 1) + "}", "swift")  # the parser sees what is broken


def test_names_shapes_and_types_are_those_of_the_file(tmp_path):
    text = text_of("two inputs", tmp_path)
    assert "func run(tokens: [Int64], mask: [Float], batch: Int = 1, length: Int = 1) throws -> Answers" in text
    assert '"tokens": try Self.value(tokens, .int64, [batch, length])' in text and 'outputNames: ["y"]' in text


def test_names_are_quoted_where_they_are_strings(tmp_path):
    text = text_of("bad names", tmp_path)
    assert r'"in$\"\\(x)": ' in text


def test_pixels_become_what_the_network_learned(tmp_path):
    mean, std = (0.5, 0.25, 0.125), (0.2, 0.4, 0.8)
    text = text_of("image", tmp_path, mean=mean, std=std)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 3))
    assert not errors(text, "swift")
    np.testing.assert_allclose(prepared(text, pixels, 64), ((pixels / 255 - mean) / std).T.ravel())
    assert "prepare" not in text_of("image", tmp_path)
