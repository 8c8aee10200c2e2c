"""Each control of each panel moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.panels.quantization import bit_fields, budget, formats, huffman_lengths, kmeans_steps, pixels, rotation

PANELS = {
    "pixels": pixels,
    "formats": lambda: formats(np.random.default_rng(0).normal(0, 0.1, 640)),
    "bit_fields": bit_fields,
    "kmeans_steps": lambda: kmeans_steps(np.random.default_rng(0).normal(0, 0.1, 640)),
    "huffman_lengths": lambda: huffman_lengths({"codes": [0, 0, 1, 2], "gaps": [1, 1, 1, 3]}),
    "rotation": lambda: rotation(np.random.default_rng(0).normal(size=(8, 64))),
    "budget": lambda: budget({"INT": {2.25: [50, 60], 4.25: [94, 96]}}, 97.0),
}
CONTROLS = [
    *[("pixels", name) for name in ("bits", "dither")],
    *[("formats", name) for name in ("bits", "exponent_bits")],
    *[("bit_fields", name) for name in ("format", "value")],
    *[("kmeans_steps", name) for name in ("step", "bits")],
    ("huffman_lengths", "part"),
    *[("rotation", name) for name in ("times", "format")],
    ("budget", "budget"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
