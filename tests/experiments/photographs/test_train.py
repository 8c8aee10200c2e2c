"""The bundled network is that of its card, and can be trained again."""

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from edukit import bundled
from edukit.experiments.photographs import train
from edukit.experiments.photographs.train import bundled_network, trained
from edukit.experiments.photographs.what_holds import measured

FILE, CARD = "datasets/resnet20.safetensors", "datasets/resnet20.md"


def test_the_file_is_that_of_its_card_and_holds_half_precision():
    content = bundled.path(FILE).read_bytes()
    assert hashlib.sha256(content).hexdigest() in bundled.path(CARD).read_text()
    assert all(
        torch.equal(w, w.half().float()) for w in bundled_network().state_dict().values() if w.is_floating_point()
    )


def test_the_card_says_the_accuracy_of_the_table():
    percent = 100 * measured()[0].accuracy
    assert f"| {percent:.1f}% |" in bundled.path(CARD).read_text()


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    damaged = bytearray(bundled.path(FILE).read_bytes())
    damaged[5000] ^= 1
    (tmp_path / "datasets").mkdir()
    (tmp_path / FILE).write_bytes(damaged)
    (tmp_path / CARD).write_text(bundled.path(CARD).read_text())
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="resnet20.safetensors is damaged"):
        bundled_network()


def test_training_again_gives_the_same_weights(monkeypatch):
    monkeypatch.setattr(train, "RECIPE", {**train.RECIPE, "epochs": 1, "progress": None})
    random = np.random.default_rng(0)
    few = SimpleNamespace(x=random.random((24, 3, 32, 32), np.float32), y=np.arange(24) % 10)
    one, two = (trained(few).state_dict() for _ in range(2))
    assert all(torch.equal(weight, two[name]) for name, weight in one.items())
    assert not torch.equal(one["linear.weight"], bundled_network().linear.weight)
