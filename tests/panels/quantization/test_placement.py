"""The panel moves through all steps, and what stays of it is the step with the grids."""

from edukit.panels.quantization import placement


def test_each_step_has_its_picture_and_its_sentence():
    panel = placement()
    seen = set()
    for step in range(4):
        panel.controls["step"].value = step
        seen.add((panel._png, panel.description))
    assert len(seen) == 4 and panel.drawn_once


def test_the_still_shows_the_grids():
    assert "with grids" in placement()._still_frame().sentence
