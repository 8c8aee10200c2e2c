"""Each control of each panel of lesson 08 moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.data import digits
from edukit.experiments.distillation.few_labels import measured
from edukit.panels.distillation import few_labels, peaks, soft, two_pulls

DATA, RANDOM = digits(), np.random.default_rng(0)
LOGITS = [RANDOM.normal(0, 3, (4, 10)) for _ in range(2)]
PANELS = {"soft": lambda: soft(DATA.train.x[:4], *LOGITS, DATA.classes), "alone": lambda: few_labels(measured())}
PANELS |= {"pulls": two_pulls, "peaks": peaks}
CONTROLS = [("soft", "temperature"), ("soft", "picture"), ("alone", "labels")]
CONTROLS += [("pulls", "temperature"), ("pulls", "alpha"), ("peaks", "distance"), ("peaks", "larger_percent")]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert {(name, control) for name, make in PANELS.items() for control in make().controls} == set(CONTROLS)
