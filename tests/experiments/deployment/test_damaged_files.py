"""Damaged files: the manager refuses every one, the file is whole afterwards, and a bit is one bit."""

import numpy as np
import pytest

from edukit.deployment import ModelManager
from edukit.deployment.manager.measured import Measured
from edukit.experiments.deployment.damaged_files import flipped, refusals
from edukit.experiments.deployment.manager_cost import write_large


def test_the_manager_refuses_every_damaged_file_and_the_runtime_does_not(tmp_path):
    path = write_large(tmp_path, layers=3, width=32)
    manager = ModelManager(tmp_path / "models", 10**6, measure=lambda path: Measured(1000))
    manager.register(path, "net")
    x = np.ones((1, 32), np.float32)
    answer = manager.predict("net", x)
    counts = refusals(manager, "net", x, flips=30)
    assert counts["manager"] == 30 > counts["runtime"]
    assert (manager.predict("net", x) == answer).all()


@pytest.mark.parametrize("place", [0, 7, 8, 23])
def test_one_bit_differs_and_twice_is_none(place):
    content = bytes([0, 255, 17])
    damaged = flipped(content, place)
    assert sum((a ^ b).bit_count() for a, b in zip(content, damaged, strict=True)) == 1
    assert flipped(damaged, place) == content
