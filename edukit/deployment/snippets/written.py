"""snippet(path, language): the code with which an app runs this very file.

    names, shapes, types of the file  +  mean and std  →  Kotlin, Swift or ArkTS, for the runtime of its suffix

The first line names the file and its SHA-256: a snippet of another file is seen at once.
"""

from edukit.checked import checked
from edukit.deployment.runtimes.session import runtime_of
from edukit.deployment.snippets import arkts, executorch, kotlin, litert, swift
from edukit.deployment.snippets.described import Value, described

LANGUAGES = {  # for each runtime: what writes it, the types that it knows
    "kotlin": {
        "onnxruntime": (kotlin.kotlin, kotlin.ARRAYS),
        "executorch": (executorch.kotlin, executorch.KOTLIN_TYPES),
        "litert": (litert.kotlin, litert.KOTLIN_TYPES),
    },
    "swift": {
        "onnxruntime": (swift.swift, swift.TYPES),
        "executorch": (executorch.swift, executorch.SWIFT_TYPES),
        "litert": (litert.swift, litert.SWIFT_TYPES),
    },
    "arkts": {"onnxruntime": (arkts.arkts, arkts.ARRAYS)},
}


def languages(path) -> list[str]:
    """Those in which an app can run the file.

    >>> languages("net.onnx"), languages("net.tflite")
    (['kotlin', 'swift', 'arkts'], ['kotlin', 'swift'])
    """
    return [language for language, runtimes in LANGUAGES.items() if runtime_of(path) in runtimes]


@checked
def snippet(path, language: str, *, mean=(), std=()) -> str:
    """Code for an app that runs a file: "kotlin" (Android), "swift" (iOS) or "arkts" (HarmonyOS, from .onnx alone).

    mean, std   what was taken off and divided by in training, for each channel, on a scale of 0 to 1; the snippet then
                also turns pixels into the first input
    Raises ValueError for another language, a file that cannot be read, a type that the language's runtime lacks, mean
    and std that do not fit.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    runtime = runtime_of(path)
    if runtime not in LANGUAGES[language]:
        raise ValueError(
            f"path must end in .onnx for {language}, got {path}: its converter is asked for ONNX files alone"
        )
    write, types = LANGUAGES[language][runtime]
    file = described(path, mean=mean, std=std)
    for value in (*file.inputs, *file.outputs):
        _check_type(value, types, language)
    return write(file)


def _check_type(value: Value, types, language: str) -> None:
    if value.type not in types:
        raise ValueError(
            f"{value.name} is {value.type}; {language} knows {', '.join(types)}: export it in one of these"
        )
