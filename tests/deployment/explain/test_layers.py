"""What a layer has to do is the same in every layout and type, and equals the closed form."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from edukit.deployment.explain.layers import layers_of
from edukit.deployment.explain.optimized import optimized, read
from edukit.experiments.deployment.written_files import conv_chain


def layers(model):
    return list(layers_of(optimized(model, "extended"), optimized(model, "all")).values())


@pytest.mark.parametrize("kind", ["float", "u8s8", "s8s8"])
@pytest.mark.parametrize("channels, groups", [(12, 1), (16, 1), (7, 1), (16, 16), (16, 4)])
def test_a_layer_is_the_same_in_every_layout_and_type(kind, channels, groups, tmp_path):
    found = layers(read(conv_chain(tmp_path / "chain.onnx", channels, 8, kind=kind, groups=groups, zeros=0.5)))
    assert len(found) == 4
    for layer in found:
        assert (layer.out, layer.inside, layer.groups) == (channels, channels // groups, groups)
        assert layer.is_depthwise == (groups == channels) and 0.3 < layer.zeros < 0.7
        stored = layer.stored_out or channels
        assert layer.macs([1, channels, 8, 8], [1, stored, 8, 8]) == 8 * 8 * channels * (channels // groups) * 9


def test_zeros_are_codes_at_the_zero_point_and_products_are_counted(tmp_path):
    w = np.full((6, 4), 3, np.uint8)
    w[0] = 9
    stored = [numpy_helper.from_array(w, "w"), numpy_helper.from_array(np.uint8(3), "z")]
    stored += [numpy_helper.from_array(np.zeros((), np.uint8), "x_zero")]
    ends = [helper.make_tensor_value_info("x", TensorProto.UINT8, [2, 6])]
    ends += [helper.make_tensor_value_info("y", TensorProto.INT32, [2, 4])]
    node = helper.make_node("MatMulInteger", ["x", "w", "x_zero", "z"], ["y"], name="product")
    graph = helper.make_graph([node], "one", ends[:1], ends[1:], stored)
    (layer,) = layers(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10))
    assert (layer.out, layer.inside, layer.is_conv, layer.zeros) == (4, 6, False, 20 / 24)
    assert layer.macs([2, 6], [2, 4]) == 2 * 6 * 4


def test_a_product_of_two_activations_has_no_layer():
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 4]) for name in "aby"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["y"], name="m")], "one", ends[:2], ends[2:])
    assert not layers(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10))
