"""The pipeline: what has not happened yet is not said, and what a step changes stands out."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.deployment.pipeline import ROWS, PipelinePlot


@pytest.mark.parametrize("step", range(5))
def test_columns_appear_step_by_step(step):
    plot = PipelinePlot(Figure(figsize=(7, 2.8)))
    said = plot.update(step)
    for texts in plot.words:
        assert [text.get_visible() for text in texts] == [i <= step for i in range(5)]
    assert [box.patch.get_linewidth() > 1 for box in plot.boxes] == [i == step for i in range(5)]
    assert said.startswith("The teacher" if step == 0 else f"Step {step}, ")


def test_what_a_step_changes_is_bold():
    plot = PipelinePlot(Figure(figsize=(7, 2.8)))
    bold = {}
    for step in range(5):
        plot.update(step)
        row = zip(ROWS, plot.words, strict=True)
        bold[step] = [name for name, texts in row if any(text.get_weight() == "bold" for text in texts)]
    assert bold[0] == [] and bold[1] == bold[2] == ["numbers", "MACs"]
    assert bold[3] == ["bytes of each", "besides"] and bold[4] == ["besides"]


@pytest.mark.parametrize("step", [-1, 5, 1.5])
def test_steps_that_are_none_are_refused(step):
    with pytest.raises((ValueError, TypeError), match="step"):
        PipelinePlot(Figure()).update(step)
