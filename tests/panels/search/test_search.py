"""Each control of each panel of lesson 11 moves its picture."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.experiments.search.search_table import SPACE, complete_table
from edukit.panels.search import front, latency, regret, space

TABLE = complete_table()
SCORES = {"random": np.linspace(0, 0.9, 30).reshape(3, 10), "evolution": np.linspace(0.5, 0.95, 30).reshape(3, 10)}
PANELS = {
    "regret": (lambda: regret(SCORES, 1.0), {"strategy"}),
    "front": (lambda: front(TABLE), {"limit"}),
    "space": (lambda: space(TABLE), {choice.name for choice in SPACE.choices}),
}
CONTROLS = [(name, control) for name, (_, controls) in PANELS.items() for control in sorted(controls)]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    make, controls = PANELS[name]
    panel = make()
    assert set(panel.controls) == controls
    assert_moves(panel, control)


def test_the_limit_goes_from_no_architecture_to_all():
    panel = front(TABLE)
    panel.controls["limit"].value = panel.controls["limit"].max
    assert panel.description.startswith("108 of 108")


def test_the_scatter_says_the_rank_correlation():
    assert "rank correlation 1.00" in latency([10, 20, 30], [11, 19, 30]).description
