"""Files written by hand are valid, run, and have the operators that they were written for."""

import numpy as np
import onnx
import pytest

from edukit.deployment import load, operators
from edukit.experiments.deployment.written_files import conv_chain

X = np.random.default_rng(0).random((1, 8, 6, 6), np.float32)


@pytest.mark.parametrize("kind", ["float", "u8s8", "s8s8"])
def test_a_chain_is_a_valid_model_of_its_shape(kind, tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 8, 6, layers=3, kind=kind)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    assert load(path)(X).shape == X.shape
    assert operators(path)["Conv" if kind == "float" else "QLinearConv"] == 3


def test_integers_answer_like_floats_within_their_grid(tmp_path):
    answers = [load(conv_chain(tmp_path / f"{k}.onnx", 8, 6, layers=1, kind=k))(X) for k in ("float", "u8s8")]
    assert np.abs(answers[0] - answers[1]).max() < 0.2 < answers[0].max()


def test_zeros_groups_and_an_operator_between(tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 8, 6, layers=2, zeros=0.5, groups=8, between="Sin")
    proto = onnx.load(path)
    w = onnx.numpy_helper.to_array(next(t for t in proto.graph.initializer if t.name == "w0"))
    assert w.shape == (8, 1, 3, 3) and 0.2 < np.mean(w == 0) < 0.8
    assert [node.op_type for node in proto.graph.node] == ["Conv", "Relu", "Sin"] * 2


def test_a_file_of_codes_converts_nothing(tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 8, 6, kind="u8s8", codes=True)
    assert load(path)(np.full(X.shape, 7, np.uint8)).dtype == np.uint8
    assert operators(path)["QLinearConv"] == 4 and not operators(path)["QuantizeLinear"]


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="kind must be float, u8s8 or s8s8, got 'int3'"):
        conv_chain(tmp_path / "chain.onnx", 8, 6, kind="int3")
