"""Swift for iOS: a class that runs the file by ONNX Runtime.

Source    https://github.com/microsoft/onnxruntime-swift-package-manager
"""

from edukit.deployment.snippets.described import Described, prepare

TYPES = {  # numpy: element of an array, and what ONNX Runtime calls it
    "float32": ("Float", "float"),
    "int8": ("Int8", "int8"),
    "uint8": ("UInt8", "uInt8"),
    "int32": ("Int32", "int32"),
    "int64": ("Int64", "int64"),
    "uint32": ("UInt32", "uInt32"),
    "uint64": ("UInt64", "uInt64"),
}
PREPARE = """
    /// Pixels of 0 to 255, $channels channels a pixel, $width pixels a row, $height rows.
    func prepare(pixels: [UInt8]) -> [Float] {
        let mean: [Float] = [$mean]
        let std: [Float] = [$std]
        let size = $size
        return (0..<($channels * size)).map { i in
            let channel = i / size
            return (Float(pixels[i % size * $channels + channel]) / 255 - mean[channel]) / std[channel]
        }
    }
"""


def swift(file: Described) -> str:
    """The snippet's text."""
    parameters = [f"{v.identifier}: [{TYPES[v.type][0]}]" for v in file.inputs]
    parameters += [f"{axis}: Int = 1" for axis in file.axes]
    answers = "\n".join(f"        let {v.identifier}: [{TYPES[v.type][0]}]" for v in file.outputs)
    feed = ",\n".join(
        f'            "{_quoted(v.name)}": try Self.value({v.identifier}, .{TYPES[v.type][1]}, '
        f"[{', '.join(map(str, v.shape))}])"
        for v in file.inputs
    )
    names = ", ".join(f'"{_quoted(v.name)}"' for v in file.outputs)
    said = "\n".join(f"    /// {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    results = ",\n".join(
        f'            {v.identifier}: try Self.array(result["{_quoted(v.name)}"]!)' for v in file.outputs
    )
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// Swift package: https://github.com/microsoft/onnxruntime-swift-package-manager
import Foundation
import OnnxRuntimeBindings

final class {file.class_name} {{
    private let environment: ORTEnv
    private let session: ORTSession

    struct Answers {{
{answers}
    }}

    init(modelPath: String, threads: Int32 = 1) throws {{
        environment = try ORTEnv(loggingLevel: .warning)
        let options = try ORTSessionOptions()
        try options.setIntraOpNumThreads(threads)
        session = try ORTSession(env: environment, modelPath: modelPath, sessionOptions: options)
    }}

{said}
    func run({", ".join(parameters)}) throws -> Answers {{
        let feed: [String: ORTValue] = [
{feed}
        ]
        let result = try session.run(withInputs: feed, outputNames: [{names}], runOptions: nil)
        return Answers(
{results}
        )
    }}
{prepare(file, PREPARE)}
    private static func value<T>(_ numbers: [T], _ type: ORTTensorElementDataType, _ shape: [Int]) throws -> ORTValue {{
        let data = numbers.withUnsafeBytes {{ NSMutableData(bytes: $0.baseAddress, length: $0.count) }}
        return try ORTValue(tensorData: data, elementType: type, shape: shape.map {{ NSNumber(value: $0) }})
    }}

    private static func array<T>(_ value: ORTValue) throws -> [T] {{
        let data = try value.tensorData() as Data
        return data.withUnsafeBytes {{ Array($0.bindMemory(to: T.self)) }}
    }}
}}
"""


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
