"""The panels of the device: every control moves the picture."""

import pytest

from edukit.networks.costs import LayerCost
from edukit.panels.deployment.device import front, heat, layer_times, memory, phone_day, shards

LAYERS = [LayerCost("layer", (128, 128), (3, 3), 1, (56, 56), (56, 56)) for _ in range(6)]
MODELS = {"FP32": (0.72, LAYERS, "float32"), "INT8": (0.715, LAYERS, "int8")}
TIMES = {"full": 0.03, "light": 0.005}


@pytest.mark.parametrize(
    ("make", "control", "value"),
    [
        (lambda: front(MODELS), "device", "smart screen"),
        (lambda: phone_day(TIMES), "ambient_c", 33),
        (lambda: phone_day(TIMES), "gap_c", 0.0),
        (lambda: layer_times(LAYERS, "net"), "device", "phone"),
        (lambda: layer_times(LAYERS, "net"), "precision", "INT8"),
        (heat, "device", "tablet"),
        (memory, "request", 5),
        (memory, "pin_a", True),
        (shards, "layers", 9),
    ],
)
def test_every_control_moves_the_picture(make, control, value):
    panel = make()
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description


def test_the_still_may_show_another_device():
    panel = front(MODELS, still={"device": "phone"})
    data, _ = panel._repr_mimebundle_()
    assert "On the phone" in data["text/plain"] and "On the watch" in panel.description
