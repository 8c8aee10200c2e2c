"""ArkTS for HarmonyOS: a class that runs the file by MindSpore Lite, after its own converter.

The converter's default would turn images into channels-last: the command says that they stay as the file has them.

Source    https://gitcode.com/openharmony/docs, js-apis-mindSporeLite.md and mindspore-lite-converter-guidelines.md
"""

from edukit.deployment.snippets.described import Described, prepare

ARRAYS = {
    "float32": "Float32Array",
    "float64": "Float64Array",
    "int8": "Int8Array",
    "uint8": "Uint8Array",
    "int32": "Int32Array",
    "int64": "BigInt64Array",
}
PREPARE = """
  /** Pixels of 0 to 255, $channels channels a pixel, $width pixels a row, $height rows. */
  prepare(pixels: Uint8Array): Float32Array {
    const mean: number[] = [$mean];
    const std: number[] = [$std];
    const size: number = $size;
    const numbers = new Float32Array($channels * size);
    for (let i = 0; i < numbers.length; i++) {
      const channel: number = Math.floor(i / size);
      numbers[i] = (pixels[i % size * $channels + channel] / 255 - mean[channel]) / std[channel];
    }
    return numbers;
  }
"""


def arkts(file: Described) -> str:
    """The snippet's text."""
    stem = file.file.rpartition(".")[0]
    parameters = [f"{v.identifier}: {ARRAYS[v.type]}" for v in file.inputs]
    parameters += [f"{axis}: number = 1" for axis in file.axes]
    shapes = ";".join(
        f"{v.name}:{','.join('1' if isinstance(n, str) else str(n) for n in v.shape)}" for v in file.inputs
    )
    sizes = ", ".join(f"[{', '.join(map(str, v.shape))}]" for v in file.inputs)
    feed = "\n".join(f"    tensors[{i}].setData({v.identifier}.buffer);" for i, v in enumerate(file.inputs))
    said = "\n".join(f"   * {v.identifier}: {v}" for v in (*file.inputs, *file.outputs))
    fields = "\n".join(f"  {v.identifier}: {ARRAYS[v.type]} = new {ARRAYS[v.type]}(0);" for v in file.outputs)
    results = "\n".join(
        f"    answers.{v.identifier} = new {ARRAYS[v.type]}(results[{i}].getData());"
        for i, v in enumerate(file.outputs)
    )
    return f"""\
// Written by edukit from {file.file}, SHA-256 {file.sha256}
// converter_lite --fmk=ONNX --modelFile={file.file} --outputFile={stem} --inputShape="{shapes}" --inputDataFormat=NCHW
import {{ mindSporeLite }} from '@kit.MindSporeLiteKit';

export class {file.class_name}Answers {{
{fields}
}}

export class {file.class_name} {{
  private model: mindSporeLite.Model;

  constructor(model: mindSporeLite.Model) {{
    this.model = model;
  }}

  static async load(path: string, threads: number = 1): Promise<{file.class_name}> {{
    const context: mindSporeLite.Context = {{ target: ['cpu'], cpu: {{ threadNum: threads }} }};
    return new {file.class_name}(await mindSporeLite.loadModelFromFile(path, context));
  }}

  /**
{said}
   */
  async run({", ".join(parameters)}): Promise<{file.class_name}Answers> {{
    const tensors: mindSporeLite.MSTensor[] = this.model.getInputs();
    this.model.resize(tensors, [{sizes}]);
{feed}
    const results: mindSporeLite.MSTensor[] = await this.model.predict(tensors);
    const answers = new {file.class_name}Answers();
{results}
    return answers;
  }}
{prepare(file, PREPARE)}}}
"""
