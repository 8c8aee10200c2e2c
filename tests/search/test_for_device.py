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
    SUPERNET = Supernet().eval()


def by_macs(choice: dict) -> float:
    return count_macs(SUPERNET.cut(choice), (3, 32, 32)) / 1e7


def test_each_keeps_the_budget_and_none_that_keeps_it_is_better():
    slow, fast = choose_for([devices["watch"], devices["phone"]], SUPERNET, 3e-4, by_macs)
    assert slow.latency_s <= 3e-4 and fast.latency_s <= 3e-4 and slow.accuracy < fast.accuracy
    assert slow.latency_s == estimate(SUPERNET.cut(slow.choice), (3, 32, 32), devices["watch"]).latency_s
    for choice in SUPERNET.space.enumerate():
        if by_macs(choice) > slow.accuracy:
            assert estimate(SUPERNET.cut(choice), (3, 32, 32), devices["watch"]).latency_s > 3e-4


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
    times = [estimate(SUPERNET.cut(c), (3, 32, 32), devices["phone"]).latency_s for c in SUPERNET.space.enumerate()]
    assert found.latency_s == min(times)


@pytest.mark.parametrize(
    ("budget_s", "words"),
    [
        (0, "budget_s must be above 0"),
        (1e-9, "budget_s must be at least .* the estimate of the fastest network on the watch"),
    ],
)
def test_impossible_budgets_are_refused(budget_s, words):
    with pytest.raises(ValueError, match=words):
        choose_for([devices["watch"]], SUPERNET, budget_s, by_macs)
