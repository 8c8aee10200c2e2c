"""Each control of each panel moves its picture and its description."""

import pytest

from edukit.panels.quantization import bits_by_layer, diagnosis, layer_errors
from edukit.quantization import Diagnosis
from edukit.quantization.debug.sensitivity import LayerError

SHAPES = {"stem": (8, 3, 3, 3), "body": (64, 32, 3, 3), "head": (10, 64)}
COSTS = {name: {b: (1 + len(name)) * 4.0**-b for b in (2, 3, 4, 8)} for name in SHAPES}
ERRORS = {b: {name: LayerError(4.0**-b, 1e-5, 4.0**-b, 3.0**-b) for name in SHAPES} for b in (2, 3, 4)}
SCORES = {"model": 0.95, "float": 0.95, "quantized": 0.5, "weights only": 0.6, "gptq": 0.9}
FOUND = Diagnosis("one layer", scores=SCORES, restored={"stem": 0.94, "body": 0.5, "head": 0.4})
PANELS = {
    "bits": (
        lambda: bits_by_layer(COSTS, SHAPES, {"mixed": {3: 90.0}, "same everywhere": {3: 80.0}}),
        "mean_bits",
        8.0,
    ),
    "bits, not measured": (lambda: bits_by_layer(COSTS, SHAPES), "mean_bits", 2.0),
    "errors": (lambda: layer_errors(ERRORS), "bits", 4),
    "diagnosis": (lambda: diagnosis(FOUND), "show", "layers restored"),
}


@pytest.mark.parametrize("name", PANELS)
def test_every_control_moves_the_picture(name):
    make, control, value = PANELS[name]
    panel = make()
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description
    assert list(panel.controls) == [control]


def test_where_nothing_was_restored_there_is_nothing_to_choose():
    panel = diagnosis(Diagnosis("nothing", scores=SCORES))
    assert panel.controls["show"].options == ("variants",)
