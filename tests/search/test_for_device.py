"""A network for each device: within the budget, larger on faster devices, and it runs."""

import numpy as np
import pytest
import torch

from edukit.deployment import devices, export, load
from edukit.deployment.device.estimate import estimate
from edukit.measure import count_macs
from edukit.search import Supernet, choose_for
from edukit.training import seeded

with seeded(0):
    SUPERNET = Supernet(channels=(16, 24), widths=(2, 6)).eval()
SHAPE = 3, 32, 32
CHOICES = list(SUPERNET.space.enumerate())
MACS = {tuple(choice.values()): count_macs(SUPERNET.cut(choice), SHAPE) for choice in CHOICES}
TIMES = {
    name: {tuple(c.values()): estimate(SUPERNET.cut(c), SHAPE, devices[name]).latency_s for c in CHOICES}
    for name in ("watch", "phone")
}


def by_macs(choice: dict) -> float:
    return MACS[tuple(choice.values())] / 1e7


def test_each_keeps_the_budget_and_none_that_keeps_it_is_better():
    slow, fast = choose_for([devices["watch"], devices["phone"]], SUPERNET, 1e-4, by_macs)
    assert slow.accuracy < fast.accuracy
    for found, times in ((slow, TIMES["watch"]), (fast, TIMES["phone"])):
        assert found.latency_s == times[tuple(found.choice.values())] <= 1e-4
        assert all(times[c] > 1e-4 for c, macs in MACS.items() if macs / 1e7 > found.accuracy)


@pytest.mark.parametrize("device", devices)
def test_the_network_of_each_class_exports_and_runs(device, tmp_path):
    (found,) = choose_for([devices[device]], SUPERNET, 1e-3, by_macs)
    images = torch.rand(4, 3, 32, 32)
    net = SUPERNET.sub(found.choice, images)
    session = load(export(net, images, tmp_path / "net.onnx"))
    with torch.no_grad():
        assert np.allclose(session(images.numpy()), net(images).numpy(), atol=1e-3)


def test_of_equal_accuracies_the_fastest_is_chosen():
    (found,) = choose_for([devices["phone"]], SUPERNET, 1.0, lambda choice: 0.5)
    assert found.latency_s == min(TIMES["phone"].values())


@pytest.mark.parametrize(
    ("budget_s", "words"),
    [
        (0, "budget_s must be above 0"),
        (1e-9, "budget_s must be at least .* fastest network on the watch"),
    ],
)
def test_impossible_budgets_are_refused(budget_s, words):
    with pytest.raises(ValueError, match=words):
        choose_for([devices["watch"]], SUPERNET, budget_s, by_macs)
