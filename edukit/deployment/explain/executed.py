"""The operators that a runtime really executes, counted in the graph after its own optimization.

    .onnx     Conv, Gemm, MatMul in float; QLinearConv, QGemm, QLinearMatMul with integers
    .tflite   "CONV_2D float32", "CONV_2D int8": the operator, and the type of its result
    .pte      "XNNConv2d float32", "XNNConv2d int8" for XNNPACK; "aten::…" for ExecuTorch's own kernels, in float

A file that says QDQ (quantize and dequantize around a layer) and runs as float is slower than one that never was
quantized: only this count tells the two apart.

In production  Netron shows a file's own graph; ONNX Runtime saves the optimized one (optimized_model_filepath)
"""

import json
import re
import tempfile
from collections import Counter
from pathlib import Path

from edukit.checked import checked
from edukit.deployment.runtimes.installed import RUNS, check_installed
from edukit.deployment.runtimes.onnxruntime import inference_session
from edukit.deployment.runtimes.session import intact_bytes, runtime_of

INTEGER_WORDS = "QLinear", "QGemm", "MatMulInteger", "ConvInteger", "DynamicQuantizeMatMul", " int8", " uint8"
MOVE = re.compile(
    "reshape|transpose|flatten|slice|concat|squeeze|expand|split|pad|gather|shape|identity|cast|maxpool|convert|"
    "quantizelinear|dequantize|^quantize"
)
XNNPACK_TYPES = {"xnn_datatype_fp32": "float32", "xnn_datatype_qint8": "int8", "xnn_datatype_quint8": "uint8"}


@checked
def operators(path) -> Counter:
    """How many of each operator the file's runtime executes, after its own optimization.

    In ONNX files QLinearConv, QGemm and QLinearMatMul are integer operators, Conv, Gemm and MatMul run in float; the
    names of the others end with the type of the result. Raises what `load` raises.
    """
    runtime = runtime_of(path)
    check_installed(RUNS[runtime], f"to read files for {runtime}")
    return COUNTS[runtime](intact_bytes(path), path)


def in_integers(counts: Counter) -> Counter:
    """Those that compute with integers; what only moves values or changes their type is not counted.

    >>> in_integers(Counter(["QLinearConv", "Conv", "CONV_2D int8", "TRANSPOSE int8"]))
    Counter({'QLinearConv': 1, 'CONV_2D int8': 1})
    """
    return Counter({name: count for name, count in counts.items() if _is_integer(name) and not _is_move(name)})


def in_float(counts: Counter) -> Counter:
    """Those that compute in float; what only moves values or changes their type is not counted.

    >>> in_float(Counter(["QLinearConv", "Conv", "CONV_2D float32", "Reshape"]))
    Counter({'Conv': 1, 'CONV_2D float32': 1})
    """
    return Counter({name: count for name, count in counts.items() if not _is_integer(name) and not _is_move(name)})


def _is_integer(name) -> bool:
    return any(word in name for word in INTEGER_WORDS)


def _is_move(name) -> bool:
    return MOVE.search(name.partition(" ")[0].replace("_", "").lower()) is not None


def _of_onnx(content, path) -> Counter:
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        optimized = Path(folder) / "optimized.onnx"
        inference_session(content, 1, path, optimized=optimized)
        return Counter(node.op_type for node in onnx.load(optimized).graph.node)


def _of_litert(content, path) -> Counter:
    from edukit.deployment.runtimes.litert import interpreter_of

    counts = Counter()
    for row in interpreter_of(content, 1, path)._get_ops_details():
        if row["op_name"] != "DELEGATE":  # its operators stand before it, one by one
            counts[f"{row['op_name']} {row['result_types'][0].__name__}"] += 1
    return counts


def _of_executorch(content, path) -> Counter:
    from executorch.exir._serialize._program import deserialize_pte_binary

    counts = Counter()
    program = deserialize_pte_binary(content).program
    plan = program.execution_plan[0]
    for instruction in plan.chains[0].instructions:
        call = instruction.instr_args
        if hasattr(call, "op_index"):
            counts[plan.operators[call.op_index].name] += 1
    for delegate in plan.delegates:
        counts += _of_xnnpack(program.backend_delegate_data[delegate.processed.index].data)
    return counts


def _of_xnnpack(data: bytes) -> Counter:
    """The graph that ExecuTorch hands to XNNPACK, read by the schema that came with it."""
    from executorch.backends.xnnpack.serialization import xnnpack_graph_serialize as theirs
    from executorch.exir._serialize._flatbuffer import _flatc_decompile

    header = theirs.XNNHeader.from_bytes(data[: theirs.XNNHeader.EXPECTED_LENGTH])
    with tempfile.TemporaryDirectory() as folder:
        schema, binary = Path(folder) / "schema.fbs", Path(folder) / "graph.bin"
        schema.write_bytes(theirs._get_schema_bytes())
        binary.write_bytes(data[header.flatbuffer_offset :][: header.flatbuffer_size])
        _flatc_decompile(folder, str(schema), str(binary), ["--raw-binary"])
        text = binary.with_suffix(".json").read_text()
    graph = json.loads(re.sub(r"(: *)[-+]?(inf|nan)\b", r"\1null", text))  # the ends of a layer without activation
    types = {}
    for value in graph["xvalues"]:
        tensor = value["xvalue_union"].get("tensor_value", value["xvalue_union"])
        types[tensor["id_out"]] = XNNPACK_TYPES.get(tensor["datatype"], tensor["datatype"])
    results = [(node["xnode_union_type"], node["xnode_union"]) for node in graph["xnodes"]]
    return Counter(f"{kind} {types.get(node.get('output_id', node.get('output1_id')))}" for kind, node in results)


COUNTS = {"onnxruntime": _of_onnx, "litert": _of_litert, "executorch": _of_executorch}
