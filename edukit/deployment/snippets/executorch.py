"""Kotlin for Android and Swift for iOS: a class that runs a .pte file by ExecuTorch, one row a call.

Source    https://docs.pytorch.org/executorch/stable/using-executorch-android.html
          https://docs.pytorch.org/executorch/stable/using-executorch-ios.html
"""

from edukit.deployment.snippets import kotlin as onnx_kotlin
from edukit.deployment.snippets import swift as onnx_swift
from edukit.deployment.snippets.described import Described, Value, prepare

KOTLIN_TYPES = {
    "float32": "FloatArray",
    "float64": "DoubleArray",
    "int8": "ByteArray",
    "int32": "IntArray",
    "int64": "LongArray",
}
SWIFT_TYPES = {"float32": "Float", "float64": "Double", "int8": "Int8", "int32": "Int32", "int64": "Int64"}


def kotlin(file: Described) -> str:
    """The snippet's text."""
    parameters = ", ".join(f"{v.identifier}: {KOTLIN_TYPES[v.type]}" for v in file.inputs)
    answers = ", ".join(f"val {v.identifier}: {KOTLIN_TYPES[v.type]}" for v in file.outputs)
    feed = ",\n".join(
        f"            EValue.from(Tensor.fromBlob({v.identifier}, longArrayOf({_sizes(v)})))" for v in file.inputs
    )
    results = ", ".join(f"result[{i}].toTensor().dataAs{KOTLIN_TYPES[v.type]}" for i, v in enumerate(file.outputs))
    said = "\n".join(f"     * {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// implementation("org.pytorch:executorch-android:latest.release")
import org.pytorch.executorch.EValue
import org.pytorch.executorch.Module
import org.pytorch.executorch.Tensor

class {file.class_name}(modelPath: String) : AutoCloseable {{
    private val model = Module.load(modelPath)

    class Answers({answers})

    /**
{said}
     */
    fun run({parameters}): Answers {{
        val result = model.forward(
{feed}
        )
        return Answers({results})
    }}
{prepare(file, onnx_kotlin.PREPARE, "f")}
    override fun close() = model.destroy()
}}
"""


def swift(file: Described) -> str:
    """The snippet's text."""
    parameters = ", ".join(f"{v.identifier}: [{SWIFT_TYPES[v.type]}]" for v in file.inputs)
    answers = "\n".join(f"        let {v.identifier}: [{SWIFT_TYPES[v.type]}]" for v in file.outputs)
    feed = ",\n".join(
        f"            Tensor<{SWIFT_TYPES[v.type]}>({v.identifier}, shape: [{_sizes(v)}])" for v in file.inputs
    )
    results = ",\n".join(
        f"            {v.identifier}: (result[{i}].tensor() as Tensor<{SWIFT_TYPES[v.type]}>?)!.scalars()"
        for i, v in enumerate(file.outputs)
    )
    said = "\n".join(f"    /// {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// Swift package: https://github.com/pytorch/executorch, with backend_xnnpack and kernels_portable
import ExecuTorch

final class {file.class_name} {{
    private let model: Module

    struct Answers {{
{answers}
    }}

    init(modelPath: String) throws {{
        model = Module(filePath: modelPath)
        try model.load("forward")
    }}

{said}
    func run({parameters}) throws -> Answers {{
        let result = try model.forward([
{feed}
        ])
        return Answers(
{results}
        )
    }}
{prepare(file, onnx_swift.PREPARE)}}}
"""


def _sizes(value: Value) -> str:
    return ", ".join(map(str, value.shape))
