"""Each control of the panel moves its picture and its description."""

import numpy as np
import pytest

from edukit.panels.quantization.equalize import equalization

random = np.random.default_rng(0)
FIRST, SECOND = (random.normal(0, 1, (8, 20)) * np.exp(random.normal(0, 2, (8, 1))) for _ in "12")


@pytest.mark.parametrize(("control", "value"), [("strength_percent", 100), ("bits", 2)])
def test_every_control_moves_the_picture(control, value):
    panel = equalization(FIRST, SECOND)
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description


def test_it_opens_as_trained():
    assert equalization(FIRST, SECOND).values == {"strength_percent": 0, "bits": 8}
