"""Estimates: counts that add up, reasons that name a budget, and the best model that fits."""

import dataclasses

import pytest
from torch import nn

from edukit.deployment import energy
from edukit.deployment.device.estimate import Estimate, best_for, estimate, reasons_against
from edukit.deployment.device.profiles import devices
from edukit.networks import mobilenet_v1, resnet18

PHONE = devices["phone"]


def test_one_layer_by_hand():
    """A linear layer, 100 to 50: 5,000 MACs, 20,000 bytes of weights, 600 bytes of activations."""
    found = estimate(nn.Linear(100, 50, bias=False), (100,), PHONE)
    assert found.memory_bytes == 20_600
    assert found.energy_j == pytest.approx(energy(5000, 20_000, activation_bytes=600).total_j)
    slower = max(5000 / PHONE["float32_macs_per_s"], 20_600 / PHONE["bandwidth_bytes_per_s"])
    assert found.latency_s == pytest.approx(slower + PHONE["call_s"])
    assert estimate(nn.Linear(100, 50, bias=False), (100,), PHONE, "int8").memory_bytes == 5150


def test_can_a_watch_run_this():
    watch = devices["watch"]
    reasons = reasons_against(estimate(resnet18(), (3, 224, 224), watch), watch)
    assert any("MB of memory (estimate) where the watch has 20 MB" in reason for reason in reasons)
    assert any("ms an inference (estimate) where the watch has 100 ms" in reason for reason in reasons)
    assert reasons_against(estimate(mobilenet_v1(0.25), (3, 96, 96), watch, "int8"), watch) == []


def test_precision_adapts_to_the_device():
    """The same network in two precisions: the phone takes floats, the watch integers."""
    model = mobilenet_v1(0.5)
    chosen = {}
    for name in ("watch", "phone"):
        device = dataclasses.replace(devices[name])
        found = {
            precision: (accuracy, estimate(model, (3, 224, 224), device, precision))
            for precision, accuracy in (("float32", 0.635), ("int8", 0.630))
        }
        small = {p: (a, dataclasses.replace(e, memory_bytes=4 * e.memory_bytes)) for p, (a, e) in found.items()}
        chosen[name] = best_for(device, small)
    assert chosen == {"watch": "int8", "phone": "float32"}


def test_of_equals_the_fastest_and_none_where_none_fits():
    fast, slow = (Estimate("phone", "int8", seconds, 0.0, 1) for seconds in (0.001, 0.002))
    assert best_for(PHONE, {"slow": (0.9, slow), "fast": (0.9, fast)}) == "fast"
    assert best_for(PHONE, {"late": (0.9, Estimate("phone", "int8", 9.0, 0.0, 1))}) is None


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="precision must be one of"):
        estimate(nn.Linear(2, 2), (2,), PHONE, "float16")
    with pytest.raises(ValueError, match="input_shape"):
        estimate(nn.Linear(2, 2), (3,), PHONE)
