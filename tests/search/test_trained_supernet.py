"""The bundled supernet: what its card says, networks for four devices, and damage that is seen."""

import hashlib

import pytest
import torch
from damaged import damage

from edukit import bundled
from edukit.data import shapes
from edukit.deployment import devices, export, load
from edukit.experiments.search.supernet import measured
from edukit.measure import count_parameters
from edukit.search import Supernet, choose_for
from edukit.search.trained_supernet import NAME, SIZES, trained_supernet
from edukit.training import accuracy

ROWS = [row for row in measured() if row.bits1 == 32]
SUPERNET = trained_supernet()


def test_the_file_is_small_and_the_one_on_its_card():
    content = bundled.path(NAME).read_bytes()
    card = bundled.path("datasets/supernet.md").read_text()
    assert len(content) < 250_000 and f"{len(content):,}" in card
    assert hashlib.sha256(content).hexdigest() in card
    assert count_parameters(SUPERNET) == count_parameters(Supernet(**SIZES)) and not SUPERNET.training


@pytest.mark.parametrize("row", [ROWS[0], ROWS[70], ROWS[-1]], ids=["smallest", "middle", "largest"])
def test_accuracies_of_the_table_hold(row):
    # other processors sum in another order: an image on the edge may change sides
    assert accuracy(SUPERNET.sub(row.choice), shapes(train=1, test=1).validation) == pytest.approx(
        row.validation, abs=0.006
    )


def test_without_statistics_of_its_own_a_small_network_answers_badly():
    validation = shapes(train=1, test=1).validation
    choice = SUPERNET.smallest_choice
    assert accuracy(SUPERNET.cut(choice), validation) < accuracy(SUPERNET.sub(choice), validation) - 0.1


@pytest.mark.parametrize("device", ["watch", "phone", "tablet", "smart screen"])
def test_a_network_for_each_class_of_device_runs_in_onnx_runtime(device, tmp_path):
    """The most accurate network within 0.25 ms (an estimate); nothing is trained."""
    known = {tuple(row.choice.values()): row.validation for row in ROWS}
    (found,) = choose_for([devices[device]], SUPERNET, 2.5e-4, lambda choice: known[tuple(choice.values())])
    net = SUPERNET.sub(found.choice)
    images = torch.as_tensor(shapes(train=1, validation=1, calibration=1, test=100).test.x)
    session = load(export(net, images[:2], tmp_path / "net.onnx"))
    with torch.no_grad():
        assert (session(images.numpy()).argmax(1) == net(images).numpy().argmax(1)).mean() > 0.98


def test_a_damaged_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    damage(NAME, tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="damaged"):
        trained_supernet()
