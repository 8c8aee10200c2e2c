"""snippet(path, language): the code with which an app runs this very file.

    names, shapes, types of the file  +  mean and std  →  Kotlin, Swift or ArkTS

The first line names the file and its SHA-256: a snippet of another file is seen at once.
"""

from edukit.deployment.snippets import arkts, kotlin, swift
from edukit.deployment.snippets.described import Value, described

LANGUAGES = {  # what writes it, the types that it knows
    "kotlin": (kotlin.kotlin, kotlin.ARRAYS),
    "swift": (swift.swift, swift.TYPES),
    "arkts": (arkts.arkts, arkts.ARRAYS),
}


def snippet(path, language: str, *, mean=(), std=()) -> str:
    """Code for an app that runs an ONNX file: "kotlin" (Android), "swift" (iOS) or "arkts" (HarmonyOS).

    mean, std   what was taken off and divided by in training, for each channel, on a scale of 0 to 1; the snippet then
                also turns pixels into the first input
    Raises ValueError for another language, a file that cannot be read, a type that the language's runtime lacks, mean
    and std that do not fit.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, got {language!r}")
    write, types = LANGUAGES[language]
    file = described(path, mean=mean, std=std)
    for value in (*file.inputs, *file.outputs):
        _check_type(value, types, language)
    return write(file)


def _check_type(value: Value, types, language: str) -> None:
    if value.type not in types:
        raise ValueError(
            f"{value.name} is {value.type}; {language} knows {', '.join(types)}: export it in one of these"
        )
