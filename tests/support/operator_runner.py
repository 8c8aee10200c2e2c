"""One ONNX operator, built by hand and run by ONNX Runtime: what it answers is the oracle."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads, OPTIONS.log_severity_level = 1, 3


def run_operator(name, *inputs, outputs=("UINT8",), domain="", **attributes):
    """What the operator gives for numpy arrays and onnx tensors (int4, which numpy lacks); one array or a list."""
    nodes = [
        helper.make_node(name, _names(inputs), [f"out_{i}" for i in range(len(outputs))], domain=domain, **attributes)
    ]
    return run_nodes(nodes, inputs, outputs)


def run_nodes(nodes, inputs, outputs):
    """The same for nodes that read in_0, in_1, … and write out_0, out_1, …; all but in_0 are constants of the model."""
    tensors = [x if isinstance(x, onnx.TensorProto) else onnx.numpy_helper.from_array(np.asarray(x)) for x in inputs]
    for tensor, name in zip(tensors, _names(inputs), strict=True):
        tensor.name = name
    first = helper.make_tensor_value_info("in_0", tensors[0].data_type, list(tensors[0].dims))
    infos = [helper.make_tensor_value_info(f"out_{i}", getattr(TensorProto, t), None) for i, t in enumerate(outputs)]
    graph = helper.make_graph(nodes, "operator", [first], infos, tensors[1:])
    versions = [helper.make_opsetid("", 25), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=versions, ir_version=11)
    session = onnxruntime.InferenceSession(model.SerializeToString(), OPTIONS, providers=["CPUExecutionProvider"])
    results = session.run(None, {"in_0": np.asarray(inputs[0])})
    return results[0] if len(results) == 1 else results


def tensor(values, kind: str) -> onnx.TensorProto:
    """An onnx tensor of a type that numpy may lack, such as INT4."""
    values = np.asarray(values)
    return helper.make_tensor("", getattr(TensorProto, kind), values.shape, values.ravel().tolist())


def _names(inputs):
    return [f"in_{i}" for i in range(len(inputs))]
