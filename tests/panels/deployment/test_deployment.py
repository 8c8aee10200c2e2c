"""Each control of each panel of lesson 13 moves its picture; the app's code is that of the file."""

from collections import Counter

import pytest
import torch
from pictures import assert_moves
from torch import nn

from edukit.deployment import export, snippet
from edukit.deployment.explain.explained import Explanation
from edukit.deployment.explain.fusion import Fused, Fusion, Node
from edukit.deployment.explain.profile import Call, Profile
from edukit.deployment.explain.roofline import Machine
from edukit.deployment.interfaces import INTERFACES
from edukit.experiments.deployment.runtimes_table import measured
from edukit.panels.deployment import AppCode, Interfaces, agreement, faster, fused, operator_times, roofline

MACHINE = Machine(bandwidth=10e9, float_macs_s=50e9, integer_macs_s=200e9, run_s=0, call_s=0)
FILES = {
    "FP32": Explanation(Profile([Call("a", "Conv", 6e-3, "float", macs=10**8, bytes=10**6)], 6e-3), MACHINE, []),
    "INT8": Explanation(
        Profile([Call("a", "QLinearConv", 2e-3, "integer", macs=10**8, bytes=10**5)], 2e-3), MACHINE, []
    ),
}
NODES = [Node(f"{i}", "Conv" if i < 9 else "Relu") for i in range(12)]
FUSION = Fusion(Counter(), Counter(), Counter(), [Fused(node, (node,)) for node in NODES], ())
PANELS = {
    ("fused", "first"): lambda: fused(FUSION),
    ("operator_times", "file"): lambda: operator_times(FILES),
    ("roofline", "file"): lambda: roofline(FILES),
}


@pytest.mark.parametrize(("name", "control"), PANELS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name, control]()
    assert set(panel.controls) == {control}
    assert_moves(panel, control)


def test_a_file_of_few_operators_has_a_panel_as_well():
    assert fused(Fusion(Counter(), Counter(), Counter(), [Fused(NODES[0], NODES[:2])], ())).controls["first"].max == 2


def test_the_picture_of_the_table_says_so():
    assert faster(measured()).description.startswith("INT8 is so many times as fast as FP32 in ONNX Runtime, ")


def test_the_table_of_equal_rows_says_how_far_the_others_are():
    table = agreement(measured())
    assert table.heads == ("equal rows", "ONNX Runtime", "ExecuTorch", "LiteRT", "torch")
    assert ("shapes, 309 k", *["64 of 64"] * 3, "62 of 64, 2 steps apart") in table.rows


def test_each_interface_of_2024_has_a_link_to_its_source():
    page = Interfaces()._repr_html_()
    assert page.count("<a href=") == len(INTERFACES) == page.count("<tr>") - 1
    assert all(f'<a href="{row.source}">{row.name}</a>' in page for row in INTERFACES)
    assert "2026" in repr(Interfaces())


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return export(nn.Sequential(nn.Conv2d(3, 4, 3)), torch.zeros(1, 3, 8, 8), tmp_path_factory.mktemp("app") / "a.onnx")


def test_the_code_is_that_of_the_file_and_its_words_hold_on_every_machine(path):
    code = AppCode(path)
    page = code._repr_html_()
    assert page.count("<details>") == 3 and snippet(path, "swift").splitlines()[0] in page and "&lt;" in page
    assert repr(code).startswith(f"Kotlin, for Android: {len(snippet(path, 'kotlin').splitlines())} lines; Swift")
    assert "SHA" not in repr(code)


def test_another_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="none at"):
        AppCode(tmp_path / "none.onnx")
