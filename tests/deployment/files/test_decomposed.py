"""The operators of the converters compute what the kit's own do."""

import pytest
import torch
from mobile_networks import NAMES, data, quantized

from edukit.deployment.files.decomposed import decomposed

pytest.importorskip("torchao.quantization.pt2e")  # defines the operators


@pytest.mark.parametrize("float_weights", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_same_answers_without_operators_of_the_kit(name, float_weights):
    before, x = quantized(name).network, torch.from_numpy(data(name)[:4])
    after = decomposed(before, float_weights=float_weights)
    kinds = {node.target.namespace for node in after.graph.nodes if isinstance(node.target, torch._ops.OpOverload)}
    assert kinds == {"aten", "quantized_decomposed"}
    for ours, theirs in zip(as_tuple(before(x)), as_tuple(after(x)), strict=True):
        assert (ours == theirs).float().mean() > 0.95  # a bias in float: ties


def as_tuple(answers):
    return answers if isinstance(answers, tuple | list) else (answers,)


def test_weights_of_executorch_are_codes_and_no_unsigned_tensor_is_left():
    after = decomposed(quantized("vgg").network, float_weights=False)
    kinds = [tensor.dtype for tensor in after.state_dict().values()]
    assert kinds.count(torch.int8) == 3 and torch.uint8 not in kinds
