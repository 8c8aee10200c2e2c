"""The runtime's own graph: named nodes, and three levels of it."""

import onnx
import pytest

from edukit.deployment.explain.optimized import attribute, opened, optimized, read
from edukit.experiments.deployment.written_files import conv_chain


def test_each_level_has_fewer_or_other_operators(tmp_path):
    model = read(conv_chain(tmp_path / "chain.onnx", 16, 8, layers=2))
    kinds = {level: [node.op_type for node in optimized(model, level).graph.node] for level in ("none", "extended")}
    assert kinds == {"none": ["Conv", "Relu"] * 2, "extended": ["FusedConv"] * 2}
    executed = optimized(model).graph.node
    assert sum("Conv" in node.op_type for node in executed) == 2 and "Relu" not in {n.op_type for n in executed}


def test_nodes_without_a_name_get_their_own(tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 4, 8, layers=2)
    model = onnx.load(path)
    model.graph.node[1].name = model.graph.node[2].name = ""
    onnx.save(model, path)
    names = [node.name for node in read(path).graph.node]
    assert names == ["Conv_c0", "Relu_at_1", "Conv_at_2", "Relu_r1"]


def test_attributes_and_options(tmp_path):
    model = read(conv_chain(tmp_path / "chain.onnx", 4, 8, layers=1, groups=4))
    assert attribute(model.graph.node[0], "group") == 4 and attribute(model.graph.node[0], "none", 7) == 7
    assert opened(model, threads=2).get_session_options().intra_op_num_threads == 2


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "words.onnx").write_text("no model")
    for path, word in ((tmp_path / "words.onnx", "not a model"), (tmp_path / "nothing.onnx", "found none")):
        with pytest.raises(ValueError, match=word):
            read(path)
