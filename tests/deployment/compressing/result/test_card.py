"""The card: figures, files with their checksums, shapes, and what it cannot know."""

import hashlib
from types import SimpleNamespace

import numpy as np

from edukit.deployment.compressing.candidates import Settings
from edukit.deployment.compressing.result.card import card
from edukit.deployment.compressing.result.found import Look
from edukit.measure import Latency
from edukit.table import Table


def test_the_card_says_what_the_file_is_and_what_it_cannot_know(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"content")
    shapes = {"inputs": {"input": ("batch", 3)}, "outputs": {"output": ("batch", 2)}, "types": [np.dtype("float32")]}
    found = SimpleNamespace(
        sentence="Within it.",
        test=Look("accuracy", 0.98, 0.97, 500),
        latency=Latency.of([0.002]),
        steps=Table(("step", "kB"), [("original", "9")]),
        notes=["No labels."],
    )
    words = card("Net", found, SimpleNamespace(**shapes), [path], Settings(seed=7))
    assert words.startswith("# Net, compressed\n\nWithin it.")
    assert f"| model.onnx | 7 | {hashlib.sha256(b'content').hexdigest()} |" in words
    assert "`input` float32 ('batch', 3)" in words and "`output` ('batch', 2)" in words
    assert "accuracy on 500 test images, looked at once: 97.0%, the original's 98.0%" in words
    assert "| original | 9 |" in words and "seed 7" in words and words.rstrip().endswith("- No labels.")
