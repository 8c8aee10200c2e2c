"""Objectives: what an architecture costs, by name. Counted or estimated; the measured latency is the latency table's.

    macs            multiply-accumulates for one input                                       counted
    size_bytes      parameters and buffers                                                   counted
    peak_bytes      the most that the values of one input take at a time, without weights    counted, as live_memory
    {device}_latency_s   seconds on a watch, a phone, a tablet, a smart screen               ESTIMATED, by a roofline

Source    Lin et al. 2020, MCUNet, https://arxiv.org/abs/2007.10319: peak memory is what a microcontroller lacks
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from torch import nn

from edukit.deployment.device.estimate import estimate_of
from edukit.deployment.device.profiles import devices
from edukit.measure import count_macs, size_bytes
from edukit.networks.costs import layer_costs
from edukit.networks.live_memory import peak_bytes
from edukit.search.space import SearchSpace


def costs(model: nn.Module, input_shape: Sequence[int], names: Iterable[str] | None = None) -> dict[str, float]:
    """The objectives of a model, by name.

    input_shape   without batch, such as (3, 32, 32)
    names         those that are asked for; all of OBJECTIVES by default
    Raises ValueError for an unknown name, a model that does not take the shape, or one that cannot be traced.

    >>> costs(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), (1, 8, 8), ["macs", "size_bytes", "peak_bytes"])
    {'macs': 640, 'size_bytes': 2600, 'peak_bytes': 296}
    """
    names = _checked(OBJECTIVES if names is None else names)
    return {name: OBJECTIVES[name](model, tuple(input_shape)) for name in names}


def cost_of(
    space: SearchSpace, input_shape: Sequence[int], *names: str, **more: Callable[[dict], float]
) -> Callable[[dict], dict]:
    """A function of an architecture that builds its network and returns these costs, for a LimitedSpace.

    names   some of OBJECTIVES
    more    further costs by name, each a function of an architecture, such as latency_s=table.predict

    >>> from edukit.search import LayerChoice
    >>> linear = SearchSpace([LayerChoice("classes", (2, 10))], lambda chosen: nn.Linear(8, chosen["classes"]))
    >>> cost_of(linear, (8,), "macs", price=lambda chosen: 3.0)({"classes": 2})
    {'macs': 16, 'price': 3.0}
    """
    names = _checked(names)

    def cost(architecture: dict) -> dict:
        counted = costs(space.build(architecture), input_shape, names) if names else {}
        return counted | {name: function(architecture) for name, function in more.items()}

    return cost


def _latency(device, model, input_shape) -> float:
    return estimate_of(layer_costs(model, input_shape), device).latency_s


def _checked(names) -> list[str]:
    names = list(names)
    if unknown := [name for name in names if name not in OBJECTIVES]:
        raise ValueError(f"objectives must be among {', '.join(OBJECTIVES)}, got {', '.join(map(str, unknown))}")
    return names


OBJECTIVES: dict[str, Callable] = {
    "macs": count_macs,
    "size_bytes": lambda model, input_shape: size_bytes(model),
    "peak_bytes": peak_bytes,
    **{f"{name.replace(' ', '_')}_latency_s": partial(_latency, device) for name, device in devices.items()},
}
