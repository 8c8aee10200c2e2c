"""A small network as an ONNX file in memory, written by hand: in milliseconds, where an export takes a second.

    Conv2d ─> Conv    BatchNorm2d ─> BatchNormalization    ReLU6 ─> Clip    residual ─> Add    mean and Linear ─> Gemm

A search that measures many blocks cannot wait for an exporter. ONNX Runtime folds each norm into its convolution.

Shapes    the file takes (1, C, H, W)
Assumes   the blocks of a supernet; for any other network there is `edukit.deployment.export`
In production  torch.onnx.export, once for the network that was chosen
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from edukit.networks.blocks import InvertedResidual
from edukit.search.supernet import SubNetwork


def written(model: nn.Module, shape: tuple[int, int, int]) -> bytes:
    """The content of the file, for one image of that shape; TypeError for a module that is none of those above.

    >>> len(written(InvertedResidual(8, 8, expansion=2), (8, 4, 4))) > 1000
    True
    """
    writer = _Writer()
    name = writer.module(model.eval(), "x")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shape])
    y = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    graph = helper.make_graph(writer.nodes, "network", [x], [y], writer.constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()


class _Writer:
    def __init__(self):
        self.nodes = []
        self.constants = []

    def module(self, module: nn.Module, x: str) -> str:
        """Write the operators of a module that reads x; the name of what it gives."""
        if isinstance(module, nn.Sequential):
            for part in module:
                x = self.module(part, x)
            return x
        if isinstance(module, InvertedResidual):
            out = self.module(module.body, x)
            return self.operator("Add", [x, out]) if module.residual else out
        if isinstance(module, SubNetwork):
            return self.head(module.classifier, self.module(nn.Sequential(module.stem, module.stages), x))
        return self.layer(module, x)

    def layer(self, layer: nn.Module, x: str) -> str:
        """One layer, one operator."""
        if isinstance(layer, nn.Conv2d):
            how = dict(pads=2 * list(layer.padding), strides=list(layer.stride), group=layer.groups)
            return self.operator("Conv", [x, self.constant(layer.weight)], **how)
        if isinstance(layer, nn.BatchNorm2d):
            parts = layer.weight, layer.bias, layer.running_mean, layer.running_var
            return self.operator("BatchNormalization", [x, *map(self.constant, parts)], epsilon=layer.eps)
        if isinstance(layer, nn.ReLU6):
            return self.operator("Clip", [x, self.constant(np.float32(0)), self.constant(np.float32(6))])
        if isinstance(layer, nn.Linear):
            return self.head(layer, x)
        raise TypeError(f"model must be made of the layers of a supernet, got {type(layer).__name__}")

    def head(self, linear: nn.Linear, x: str) -> str:
        """The mean over the image, and the linear layer."""
        mean = self.operator("ReduceMean", [x, self.constant(np.array([2, 3]))], keepdims=0)
        return self.operator("Gemm", [mean, self.constant(linear.weight), self.constant(linear.bias)], transB=1)

    def operator(self, kind: str, inputs: list[str], **how) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **how))
        return name

    def constant(self, values) -> str:
        array = values.detach().numpy() if hasattr(values, "detach") else values
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name
