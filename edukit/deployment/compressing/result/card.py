"""Card: what whoever receives a file has to know of it, in Markdown.

Source    Mitchell et al. 2019, Model Cards for Model Reporting, https://arxiv.org/abs/1810.03993
"""

import hashlib
from pathlib import Path

from edukit.deployment.compressing.candidates import Settings
from edukit.deployment.compressing.result.found import Compressed
from edukit.deployment.runtimes.session import Session
from edukit.table import Table


def card(name: str, found: Compressed, session: Session, paths: list[Path], settings: Settings) -> str:
    """The card of the model called `name`; the session tells shapes and types, the paths are its files."""
    pairs = zip(session.inputs.items(), session.types, strict=True)
    inputs = ", ".join(f"`{key}` {kind} {shape}" for (key, shape), kind in pairs)
    outputs = ", ".join(f"`{key}` {shape}" for key, shape in session.outputs.items())
    files = [(path.name, f"{path.stat().st_size:,}", _sha256(path)) for path in paths]
    test = found.test
    return "\n".join(
        [
            f"# {name}, compressed",
            "",
            found.sentence,
            "",
            "## Files",
            "",
            Table(("file", "bytes", "SHA-256"), files).markdown(),
            "",
            f"Input: {inputs}. Output: {outputs}.",
            "Prepare images exactly as for the original. Code for apps: `app/`.",
            "",
            "## Measured",
            "",
            f"- {test.kind} on {test.rows} test images, looked at once: {test.quality:.1%}, the original's "
            f"{test.original:.1%}.",
            "- One image, one thread, in ONNX Runtime on the machine that made the file: median "
            f"{1e3 * found.latency.median_s:.3g} ms, 90th percentile {1e3 * found.latency.p90_s:.3g} ms. "
            "A phone's times are others.",
            "",
            "## How it was made",
            "",
            found.steps.markdown(),
            "",
            f"Searched with seed {settings.seed}, {settings.steps} steps of training for each network.",
            "",
            "## What this card cannot know",
            "",
            *(f"- {note}" for note in found.notes or ["Whether the app's images are like those that were measured."]),
            "",
        ]
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
