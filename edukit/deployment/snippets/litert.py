"""Kotlin for Android and Swift for iOS: a class that runs a .tflite file by LiteRT, one row a call.

    x float ─ q = clip(round(x / S) + Z) ─> file ─ y = S (q - Z) ─> y float

A quantized file takes and gives int8 codes: the snippet holds the grids of the file, and does both steps.

Source    https://ai.google.dev/edge/litert/next/android_kotlin, CompiledModel
          https://ai.google.dev/edge/litert/ios/quickstart, Interpreter
"""

from edukit.deployment.snippets import kotlin as onnx_kotlin
from edukit.deployment.snippets import swift as onnx_swift
from edukit.deployment.snippets.described import Described, Value, prepare

KOTLIN_TYPES = {
    "float32": ("FloatArray", "Float"),
    "int8": ("ByteArray", "Int8"),
    "int32": ("IntArray", "Int"),
    "int64": ("LongArray", "Long"),
    "bool": ("BooleanArray", "Boolean"),
}
SWIFT_TYPES = {"float32": "Float", "int8": "Int8", "int32": "Int32", "int64": "Int64", "bool": "Bool"}
KOTLIN_GRID = """
    private fun codes(x: FloatArray, scale: Float, zero: Int) =
        ByteArray(x.size) { i -> (round(x[i] / scale) + zero).coerceIn(-128f, 127f).toInt().toByte() }

    private fun values(codes: ByteArray, scale: Float, zero: Int) =
        FloatArray(codes.size) { i -> (codes[i] - zero) * scale }
"""
SWIFT_GRID = """
    private static func codes(_ x: [Float], _ scale: Float, _ zero: Int) -> [Int8] {
        return x.map { Int8(max(-128, min(127, ($0 / scale).rounded(.toNearestOrEven) + Float(zero)))) }
    }

    private static func values(_ codes: [Int8], _ scale: Float, _ zero: Int) -> [Float] {
        return codes.map { Float(Int($0) - zero) * scale }
    }
"""


def kotlin(file: Described) -> str:
    """The snippet's text."""
    parameters = ", ".join(f"{v.identifier}: {KOTLIN_TYPES[v.type][0]}" for v in file.inputs)
    answers = ", ".join(f"val {v.identifier}: {KOTLIN_TYPES[v.type][0]}" for v in file.outputs)
    feed = "\n".join(f"        {_write_kotlin(i, v)}" for i, v in enumerate(file.inputs))
    results = ", ".join(_read_kotlin(i, v) for i, v in enumerate(file.outputs))
    said = "\n".join(f"     * {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    rounds = "import kotlin.math.round\n" if file.has_grids else ""
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// implementation("com.google.ai.edge.litert:litert:2.3.0")
import com.google.ai.edge.litert.Accelerator
import com.google.ai.edge.litert.CompiledModel
{rounds}
class {file.class_name}(modelPath: String) : AutoCloseable {{
    private val model = CompiledModel.create(modelPath, CompiledModel.Options(Accelerator.CPU))
    private val feed = model.createInputBuffers()
    private val results = model.createOutputBuffers()

    class Answers({answers})

    /**
{said}
     */
    fun run({parameters}): Answers {{
{feed}
        model.run(feed, results)
        return Answers({results})
    }}
{KOTLIN_GRID if file.has_grids else ""}{prepare(file, onnx_kotlin.PREPARE, "f")}
    override fun close() {{
        (feed + results).forEach {{ it.close() }}
        model.close()
    }}
}}
"""


def swift(file: Described) -> str:
    """The snippet's text."""
    parameters = ", ".join(f"{v.identifier}: [{SWIFT_TYPES[v.type]}]" for v in file.inputs)
    answers = "\n".join(f"        let {v.identifier}: [{SWIFT_TYPES[v.type]}]" for v in file.outputs)
    feed = "\n".join(f"        {_write_swift(i, v)}" for i, v in enumerate(file.inputs))
    results = ",\n".join(f"            {v.identifier}: {_read_swift(i, v)}" for i, v in enumerate(file.outputs))
    said = "\n".join(f"    /// {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// pod 'TensorFlowLiteSwift'
import Foundation
import TensorFlowLite

final class {file.class_name} {{
    private let interpreter: Interpreter

    struct Answers {{
{answers}
    }}

    init(modelPath: String, threads: Int = 1) throws {{
        var options = Interpreter.Options()
        options.threadCount = threads
        interpreter = try Interpreter(modelPath: modelPath, options: options)
        try interpreter.allocateTensors()
    }}

{said}
    func run({parameters}) throws -> Answers {{
{feed}
        try interpreter.invoke()
        return Answers(
{results}
        )
    }}
{SWIFT_GRID if file.has_grids else ""}{prepare(file, onnx_swift.PREPARE)}
    private static func data<T>(_ numbers: [T]) -> Data {{
        return numbers.withUnsafeBytes {{ Data($0) }}
    }}

    private static func array<T>(_ data: Data) -> [T] {{
        return data.withUnsafeBytes {{ Array($0.bindMemory(to: T.self)) }}
    }}
}}
"""


def _write_kotlin(place: int, value: Value) -> str:
    if value.grid:
        return f"feed[{place}].writeInt8(codes({value.identifier}, {value.grid[0]!r}f, {value.grid[1]}))"
    return f"feed[{place}].write{KOTLIN_TYPES[value.type][1]}({value.identifier})"


def _read_kotlin(place: int, value: Value) -> str:
    if value.grid:
        return f"values(results[{place}].readInt8(), {value.grid[0]!r}f, {value.grid[1]})"
    return f"results[{place}].read{KOTLIN_TYPES[value.type][1]}()"


def _write_swift(place: int, value: Value) -> str:
    given = f"Self.codes({value.identifier}, {value.grid[0]!r}, {value.grid[1]})" if value.grid else value.identifier
    return f"try interpreter.copy(Self.data({given}), toInputAt: {place})"


def _read_swift(place: int, value: Value) -> str:
    found = f"Self.array(try interpreter.output(at: {place}).data)"
    return f"Self.values({found}, {value.grid[0]!r}, {value.grid[1]})" if value.grid else found
