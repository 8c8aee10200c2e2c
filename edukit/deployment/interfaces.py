"""What the interfaces of 2024 became: a course of that year names six that nobody should start with now.

Every row carries its source, and, where the replacement runs in this kit, a line that a test runs.

Read on 2026-11-30. What a row says of versions holds for that day.
"""

from dataclasses import dataclass

from edukit.table import Table

READ_ON = "2026-11-30"
HEADS = ("in 2024", "today", "instead", "a line that runs here", "source")


@dataclass(frozen=True)
class Interface:
    """An interface of 2024.

    today    its state, in words
    instead  what to use
    line     Python that runs here, with a model and a batch x, and a path; "" where nothing of it runs on a computer
    """

    name: str
    today: str
    instead: str
    line: str
    source: str


INTERFACES = (
    Interface(
        "TorchScript (torch.jit)",
        "deprecated; torch 2.13 warns at each call",
        "torch.export",
        "torch.export.export(model, (x,))",
        "https://docs.pytorch.org/docs/stable/jit.html",
    ),
    Interface(
        "PyTorch Mobile (.ptl)",
        "no longer actively supported since November 2024",
        "ExecuTorch (.pte)",
        "",
        "https://docs.pytorch.org/tutorials/recipes/mobile_interpreter.html",
    ),
    Interface(
        "torch.ao.quantization",
        "deprecated since May 2025; its removal is announced, in torch 2.13 it is still there",
        "torchao.quantization.pt2e",
        "importlib.import_module('torchao.quantization.pt2e.quantize_pt2e').prepare_pt2e",
        "https://github.com/pytorch/ao/issues/2259",
    ),
    Interface(
        "TensorFlow Lite (tflite-runtime)",
        "renamed; new features go to LiteRT only, the files stay .tflite",
        "LiteRT (ai-edge-litert)",
        "",
        "https://ai.google.dev/edge/litert/migration",
    ),
    Interface(
        "NNAPI",
        "deprecated since Android 15",
        "LiteRT with its GPU delegate, or a runtime's own CPU kernels",
        "edukit.deployment.load(edukit.deployment.export(model, x, path))(x.numpy())",
        "https://developer.android.com/ndk/guides/neuralnetworks/migration-guide",
    ),
    Interface(
        "MindSpore Lite, a part of MindSpore",
        "a project of its own since 2.7.1; on phones it is the engine built into HarmonyOS",
        "MindSpore Lite Kit, ONNX through its converter",
        "edukit.deployment.snippet(edukit.deployment.export(model, x, path), 'arkts')",
        "https://www.mindspore.cn/lite/docs/en/r2.7.1/use/downloads.html",
    ),
)


def interfaces() -> Table:
    """The rows as a table.

    >>> interfaces().rows[3][2]
    'LiteRT (ai-edge-litert)'
    """
    rows = [(row.name, row.today, row.instead, row.line, row.source) for row in INTERFACES]
    return Table(HEADS, rows, f"What six interfaces of 2024 became, read on {READ_ON}, in a table with sources.")
