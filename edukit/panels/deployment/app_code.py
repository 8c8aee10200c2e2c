"""The code with which an app runs a file, in three languages where it is ONNX, each folded under its name.

AppCode(path)   shown    Kotlin ▸ · Swift ▸ · ArkTS ▸
                stored   how many lines each has: the code holds the checksum of the file, which differs
"""

from html import escape

from edukit.deployment.snippets.written import languages, snippet

NAMES = {"kotlin": "Kotlin, for Android", "swift": "Swift, for iOS", "arkts": "ArkTS, for HarmonyOS"}


class AppCode:
    """The code for a file in each language that has its runtime, with mean and std as `snippet` takes them."""

    def __init__(self, path, *, mean=(), std=()):
        self.code = {language: snippet(path, language, mean=mean, std=std) for language in languages(path)}

    def __repr__(self):
        return "; ".join(f"{NAMES[name]}: {len(text.splitlines())} lines" for name, text in self.code.items())

    def _repr_html_(self) -> str:
        return "".join(
            f"<details><summary>{NAMES[name]}</summary><pre>{escape(text)}</pre></details>"
            for name, text in self.code.items()
        )
