"""Drawn inputs fit the file; given ones are taken in the file's types."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from edukit.deployment.explain.inputs import feed_of


def model(*inputs):
    values = [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs]
    graph = helper.make_graph([], "inputs", values, [])
    return helper.make_model(graph)


TWO = model(("x", TensorProto.FLOAT, ["batch", 3, 8]), ("tokens", TensorProto.INT64, ["batch", None]))


def test_drawn_inputs_have_the_file_s_names_types_and_shapes():
    feed = feed_of(TWO)
    assert {name: (x.dtype, x.shape) for name, x in feed.items()} == {
        "x": (np.float32, (1, 3, 8)),
        "tokens": (np.int64, (1, 1)),
    }
    assert 0 <= feed["x"].min() < feed["x"].max() < 1 and feed["tokens"][0, 0] in (0, 1)
    assert feed_of(model(("m", TensorProto.BOOL, [2])))["m"].dtype == bool
    assert all(np.array_equal(feed[name], x) for name, x in feed_of(TWO).items())


def test_given_inputs_are_taken_in_the_file_s_types():
    feed = feed_of(TWO, (np.ones((2, 3, 8)), np.zeros((2, 5), np.int32)))
    assert feed["x"].dtype == np.float32 and feed["tokens"].dtype == np.int64 and feed["tokens"].shape == (2, 5)


def test_another_number_of_inputs_is_refused():
    with pytest.raises(ValueError, match=r"inputs must be 2 arrays \(x, tokens\), got 1"):
        feed_of(TWO, np.ones((2, 3, 8)))
