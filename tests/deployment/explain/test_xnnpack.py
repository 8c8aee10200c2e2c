"""The profile of a .pte file: every operator once, with its time and type; LiteRT says that it has none."""

import numpy as np
import pytest
from mobile_networks import IMAGES, network, quantized

from edukit.deployment import export, fusion
from edukit.deployment.explain import explained
from edukit.deployment.explain.explained import explain
from edukit.deployment.explain.roofline import Machine
from edukit.deployment.explain.xnnpack import FRAME, profile_executorch, role_of

MACHINE = Machine(bandwidth=1e12, float_macs_s=50e9, integer_macs_s=200e9, run_s=0, call_s=0)


def test_roles_are_read_from_the_names_of_kernels():
    names = ["Convolution (NHWC, QC8) DWConv", "Global Average Pooling (NWC, QS8)", "Clamp (NC, F32)", "add.out"]
    assert [role_of(name) for name in names] == ["integer", "integer", "float", "float"]
    assert FRAME.search("Method::execute") and FRAME.search("DELEGATE_CALL") and not FRAME.search("Convert (NC) #1")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    pytest.importorskip("executorch")
    folder = tmp_path_factory.mktemp("files")
    models = {"float": network("vgg"), "int8": quantized("vgg")}
    return {kind: export(model, IMAGES[:1], folder / f"{kind}.pte") for kind, model in models.items()}


def test_every_layer_is_a_call_in_its_type(files):
    for kind, role in (("float", "float"), ("int8", "integer")):
        found = profile_executorch(files[kind], IMAGES, runs=5)
        layers = [call for call in found.calls if call.kind.startswith(("Convolution", "Fully Connected"))]
        assert len(layers) == 3 and {call.role for call in layers} == {role}
        assert found.runtime == "executorch" and found.quantized == (kind == "int8")
        assert sum(call.time_s for call in found.calls) > 0 and found.run_s > 0


def test_explain_tells_times_and_no_macs(files, monkeypatch):
    monkeypatch.setattr(explained, "roofline", lambda threads: MACHINE)
    told = explain(files["int8"])
    assert told.integer_share > 0 and all(row[5:] == ("", "", "") for row in told.table.rows)
    assert "calls that outweigh the work" not in told.sentence  # a rule of ONNX Runtime's calls
    with pytest.raises(ValueError, match="inputs must be 1 arrays"):
        explain(files["int8"], (IMAGES, IMAGES))
    with pytest.raises(ValueError, match="must have the shape"):
        explain(files["int8"], np.zeros((2, 1, 16, 16), np.float32))


def test_litert_has_no_profiler_and_other_files_no_graph_after_fusion(tmp_path):
    with pytest.raises(ValueError, match="path must end in .onnx or .pte, .* litert gives Python no profiler"):
        explain(tmp_path / "model.tflite")
    with pytest.raises(ValueError, match="path must end in .onnx, .* executorch does not write down the graph"):
        fusion(tmp_path / "model.pte")
