"""What a model would cost on a device, and whether the device can run it. ESTIMATES, from counts and profiles.

    counts of the layers → latency (roofline), energy (Horowitz), memory → each against the device's budget → reasons

Bound     latency: real devices are slower than the roofline; compare models, do not quote milliseconds
In production  the file itself, measured on the device: lesson 15
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from edukit.deployment.device.energy import energy
from edukit.deployment.device.profiles import Device
from edukit.deployment.device.roofline import BYTES, checked_precision, layer_times
from edukit.networks.costs import LayerCost, layer_costs


@dataclass(frozen=True)
class Estimate:
    """Estimated costs of one inference: seconds, joules, bytes of weights and of the widest layer's activations."""

    device: str
    precision: str
    latency_s: float
    energy_j: float
    memory_bytes: int


def estimate(model: nn.Module, input_shape: Sequence[int], device: Device, precision: str = "float32") -> Estimate:
    """What one inference would cost there; ValueError for an unknown precision, or a shape that the model refuses.

    >>> from edukit.deployment.device.profiles import devices
    >>> from edukit.networks import MobileClassifier
    >>> watch, phone = (estimate(MobileClassifier(), (3, 32, 32), devices[name]) for name in ("watch", "phone"))
    >>> watch.latency_s > phone.latency_s, watch.energy_j == phone.energy_j
    (True, True)
    """
    return estimate_of(layer_costs(model, input_shape), device, precision)


def estimate_of(costs: Sequence[LayerCost], device: Device, precision: str = "float32") -> Estimate:
    """The same, of layers that were counted before: one count serves every device."""
    width = BYTES[checked_precision(precision)]
    macs = sum(cost.macs for cost in costs)
    weights = width * sum(cost.weights for cost in costs)
    moved = [width * cost.bytes_moved // 4 - width * cost.weights for cost in costs]
    joules = energy(macs, weights, precision, activation_bytes=sum(moved)).total_j
    seconds = sum(time.total_s for time in layer_times(costs, device, precision))
    return Estimate(device.name, precision, seconds, joules, weights + max(moved))


def reasons_against(found: Estimate, device: Device) -> list[str]:
    """Why the device should not run it, a sentence for each budget that is exceeded; none means that it can.

    >>> from edukit.deployment.device.profiles import devices
    >>> reasons_against(Estimate("watch", "int8", 0.2, 0.001, 10**6), devices["watch"])
    ['200 ms an inference (estimate) where the watch has 100 ms']
    """
    budgets = (
        (found.memory_bytes, device["budget_bytes"], 1e-6, "MB of memory"),
        (found.latency_s, device["budget_latency_s"], 1e3, "ms an inference"),
        (found.energy_j, device["budget_energy_j"], 1e3, "mJ an inference"),
    )
    return [
        f"{scale * cost:.3g} {words} (estimate) where the {device.name} has {scale * budget:.3g} {words.split()[0]}"
        for cost, budget, scale, words in budgets
        if cost > budget
    ]


def best_for(device: Device, candidates: Mapping[str, tuple[float, Estimate]]) -> str | None:
    """The most accurate candidate that the device can run; of equal ones the fastest; None where none can.

    candidates   {name: (accuracy, estimate for this device)}; the precisions of one network, or several networks
    """
    fitting = {name: found for name, found in candidates.items() if not reasons_against(found[1], device)}
    return max(fitting, key=lambda name: (fitting[name][0], -fitting[name][1].latency_s), default=None)
