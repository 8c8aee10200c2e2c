"""The picture shows the boxes of the operators that it names, and counts those of the file."""

from functools import partial

import pytest
from matplotlib.colors import to_rgba

from edukit.deployment.explain.fusion import fusion
from edukit.experiments.deployment.written_files import conv_chain
from edukit.plots import Picture
from edukit.plots.deployment.fusion import ROWS, FusionPlot
from edukit.plots.style import ORANGE, QUANTIZED


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return fusion(conv_chain(tmp_path_factory.mktemp("files") / "chain.onnx", 16, 8, layers=10, kind="u8s8"))


def shown(boxes):
    return [box.text.get_text() for box in boxes if box.text.get_visible()]


def test_each_row_has_the_operators_that_became_one(found):
    picture = Picture(partial(FusionPlot, fusion=found), figsize=(8, 4), first=1)
    rows = [shown(row) for row in picture._plot.rows]
    assert rows[0] == ["Q"] and rows[1] == ["3 DQ", "Conv", "Relu", "Q"]
    assert shown(picture._plot.after) == ["Q"] + ["QLinearConv"] * (ROWS - 1)
    words = [text.get_text() for text in picture.axes[0].texts]
    assert f"in the file: {found.before.total()} operators" in words and f"fused: {found.after.total()}" in words
    assert f"{found.before.total()} operators of the file become {found.after.total()}" in picture.description
    assert picture._plot.after[1].patch.get_facecolor() == to_rgba(QUANTIZED)
    assert picture._plot.rows[0][-1].patch.get_facecolor() == to_rgba(ORANGE)


def test_the_window_ends_at_the_last_operator_and_moves_back(found):
    picture = Picture(partial(FusionPlot, fusion=found), figsize=(8, 4), first=1)
    first = picture.png()
    picture.move(first=999)
    assert shown(picture._plot.after)[-1] == "DQ" and picture.png() != first
    assert picture.description.endswith(f"to {len(found.fused)} of those after.")
    picture.move(first=1)
    assert picture.png() == first


def test_a_short_file_leaves_rows_empty(tmp_path):
    short = fusion(conv_chain(tmp_path / "chain.onnx", 16, 8, layers=1))
    picture = Picture(partial(FusionPlot, fusion=short), figsize=(8, 4), first=1)
    assert shown(picture._plot.after) == ["FusedConv"] and shown(picture._plot.rows[1]) == []
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= picture.get_figwidth()
