"""The panels of detection: every control moves the picture."""

from types import SimpleNamespace

import numpy as np
import pytest

from edukit.panels import detection as panels

IMAGE = np.random.default_rng(0).random((3, 32, 32), np.float32)
TRUTH = np.array([[2, 2, 14, 14]], np.float32), np.array([0])
FOUND = np.array([[2, 2, 14, 13], [3, 2, 14, 14]], float), np.array([0.9, 0.6]), np.array([0, 0])
NONE = np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)
SHARES = (0.9, 0.1), (0.2, 0.8), (0.5, 0.3, 0.2), (0.6, 0.4)
PANELS = {
    "overlap": panels.overlap,
    "anchors": panels.anchors,
    "suppression_steps": panels.suppression_steps,
    "bifpn": panels.bifpn,
    "suppression": lambda: panels.suppression(IMAGE, FOUND, TRUTH, ["disc"]),
    "precision_recall": lambda: panels.precision_recall([0.9, 0.6, 0.3], [True, False, True], 2),
    "stages": lambda: panels.stages(IMAGE[None], [TRUTH], {"FP22": [FOUND], "INT8": [NONE]}, ["disc"]),
}
MOVES = [
    ("overlap", "x", 2),
    ("overlap", "y", 9),
    ("overlap", "width", 5),
    ("overlap", "height", 3),
    ("anchors", "stride", 16),
    ("anchors", "size", 12),
    ("suppression_steps", "step", 3),
    ("bifpn", "step", 2),
    ("suppression", "score_percent", 80),
    ("suppression", "iou_percent", 100),
    ("precision_recall", "score_percent", 10),
    ("stages", "stage", "INT8"),
]


@pytest.mark.parametrize(("name", "control", "value"), MOVES)
def test_every_control_moves_the_picture(name, control, value):
    panel = PANELS[name]()
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description


def test_every_panel_is_asked_for_each_of_its_controls():
    assert {(name, control) for name in PANELS for control in PANELS[name]().controls} == {move[:2] for move in MOVES}
    assert set(PANELS) == set(panels.__all__) - {"parts", "recipe"}  # tables


def test_the_shares_of_a_trained_network_are_shown():
    panel = panels.bifpn(SHARES)
    panel.controls["step"].value = 1
    assert "0.90 of P3, 0.10 of up(P4)" in panel.description


def test_the_stills_show_their_point():
    assert "3 stay" not in panels.suppression_steps().description
    assert panels.suppression_steps()._repr_mimebundle_()[0]["text/plain"].endswith("Kept so far: 1, 2, 3.")
    assert "Step 3 of 4" in panels.bifpn()._repr_mimebundle_()[0]["text/plain"]


def test_the_table_of_the_recipe_has_a_row_for_each_stage_and_runtime():
    def row(stage, seed, runtime, map50, latency_ms=1.234):
        numbers = {"map50": map50, "map": map50 / 2, "bytes": 54_321, "latency_ms": latency_ms}
        return SimpleNamespace(stage=stage, seed=seed, runtime=runtime, **numbers)

    rows = [row("teacher", 0, "onnxruntime", 0.95), row("student", 0, "onnxruntime", 0.9)]
    rows += [row("student", 1, "onnxruntime", 0.8, 39.43), row("student", 0, "litert", 0.1)]
    assert panels.recipe(rows).rows == [
        ("teacher", "onnxruntime", "95.0", "47.5", "54", "1.23"),
        ("student", "onnxruntime", "85.0 (80.0 to 90.0)", "42.5 (40.0 to 45.0)", "54", "20.33 (1.23 to 39.43)"),
        ("student", "litert", "10.0", "5.0", "54", "1.23"),
    ]


def test_the_table_of_the_parts_says_what_each_of_them_loses_at_some_bits():
    numbers = [("none", 32, 0.9, 0.6), ("backbone", 4, 0.9, 0.5), ("box head", 3, 0.89, 0.5)]
    rows = [SimpleNamespace(part=part, bits=bits, map50=map50, map=score) for part, bits, map50, score in numbers]
    found = [("none", "90.0", "0.0", "60.0", "0.0"), ("box head", "89.0", "1.0", "50.0", "10.0")]
    assert panels.parts(rows, bits=3).rows == found
