"""Kotlin for Android: a class that runs the file by ONNX Runtime.

Source    https://onnxruntime.ai/docs/api/java/ai/onnxruntime/package-summary.html
"""

from edukit.deployment.snippets.described import Described, Value, prepare

ARRAYS = {  # numpy: array, buffer, and the type that a ByteBuffer needs
    "float32": ("FloatArray", "FloatBuffer", ""),
    "float64": ("DoubleArray", "DoubleBuffer", ""),
    "int32": ("IntArray", "IntBuffer", ""),
    "int64": ("LongArray", "LongBuffer", ""),
    "int8": ("ByteArray", "ByteBuffer", "INT8"),
    "uint8": ("ByteArray", "ByteBuffer", "UINT8"),
    "bool": ("ByteArray", "ByteBuffer", "BOOL"),
}
PREPARE = """
    /** Pixels of 0 to 255, $channels channels a pixel, $width pixels a row, $height rows. */
    fun prepare(pixels: IntArray): FloatArray {
        val mean = floatArrayOf($mean)
        val std = floatArrayOf($std)
        val size = $size
        return FloatArray($channels * size) { i ->
            val channel = i / size
            (pixels[i % size * $channels + channel] / 255f - mean[channel]) / std[channel]
        }
    }
"""


def kotlin(file: Described) -> str:
    """The snippet's text."""
    imports = "\n".join(sorted({f"import java.nio.{ARRAYS[value.type][1]}" for value in file.inputs}))
    parameters = [f"{v.identifier}: {ARRAYS[v.type][0]}" for v in file.inputs]
    parameters += [f"{axis}: Long = 1" for axis in file.axes]
    answers = ", ".join(f"val {v.identifier}: {ARRAYS[v.type][0]}" for v in file.outputs)
    feed = ",\n".join(f'            "{_quoted(v.name)}" to {_tensor(v)}' for v in file.inputs)
    said = "\n".join(f"     * {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    results = "\n".join(_result(v) for v in file.outputs)
    given = ", ".join(v.identifier for v in file.outputs)
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// implementation("com.microsoft.onnxruntime:onnxruntime-android:latest.release")
import ai.onnxruntime.OnnxJavaType
import ai.onnxruntime.OnnxTensor
import ai.onnxruntime.OrtEnvironment
import ai.onnxruntime.OrtSession
{imports}

class {file.class_name}(model: ByteArray, threads: Int = 1) : AutoCloseable {{
    private val environment = OrtEnvironment.getEnvironment()
    private val options = OrtSession.SessionOptions().apply {{ setIntraOpNumThreads(threads) }}
    private val session = environment.createSession(model, options)

    class Answers({answers})

    /**
{said}
     */
    fun run({", ".join(parameters)}): Answers {{
        val feed = mapOf(
{feed},
        )
        try {{
            session.run(feed).use {{ result ->
{results}
                return Answers({given})
            }}
        }} finally {{
            feed.values.forEach {{ it.close() }}
        }}
    }}
{prepare(file, PREPARE, "f")}
    override fun close() = session.close()
}}
"""


def _tensor(value: Value) -> str:
    _, buffer, kind = ARRAYS[value.type]
    shape = ", ".join(str(n) for n in value.shape)
    last = f", OnnxJavaType.{kind}" if kind else ""
    return f"OnnxTensor.createTensor(environment, {buffer}.wrap({value.identifier}), longArrayOf({shape}){last})"


def _result(value: Value) -> str:
    array, buffer, _ = ARRAYS[value.type]
    name = buffer[0].lower() + buffer[1:]
    tensor = f'(result.get("{_quoted(value.name)}").get() as OnnxTensor).{name}'
    return f"""\
                val {value.identifier}Buffer = {tensor}
                val {value.identifier} = {array}({value.identifier}Buffer.remaining())
                {value.identifier}Buffer.get({value.identifier})"""


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
