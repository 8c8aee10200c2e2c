"""One supernet, a network for each class of device: the most accurate one that the device is estimated to run in time.

    layers of each network → roofline of the device (an ESTIMATE) → those within the budget → the most accurate of them

The device is not at hand here, so its time is estimated from counts; where it is at hand, `search_here` measures.

Cost      144 networks are counted once for all devices; nothing is trained and nothing timed
Bound     estimates rank networks on a device; their milliseconds are lower bounds
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791, section 3.4
In production  the same with a table of latencies measured on each phone
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edukit.deployment.device.estimate import estimate_of
from edukit.deployment.device.profiles import Device
from edukit.networks.costs import LayerCost, layer_costs
from edukit.refuse import check_positive
from edukit.search.supernet import Supernet


@dataclass(frozen=True)
class Chosen:
    """A choice for one device, with its estimated seconds and its accuracy on the images that chose it."""

    device: str
    choice: dict
    latency_s: float
    accuracy: float


def choose_for(
    devices: Iterable[Device],
    supernet: Supernet,
    budget_s: float,
    accuracy_of: Callable[[dict], float],
    *,
    size: int = 32,
) -> list[Chosen]:
    """The most accurate network for each device within a budget of seconds; of equal ones the fastest.

    accuracy_of   a function of a choice, such as a look into a table
    size          height and width of the image
    Raises ValueError for a budget that no network keeps, with the smallest estimate there is.

    >>> from edukit.deployment import devices
    >>> supernet = Supernet(channels=(16, 24))
    >>> found = choose_for([devices["watch"], devices["phone"]], supernet, 1e-3, lambda choice: choice["width1"])
    >>> [one.choice["width1"] for one in found]
    [6, 6]
    """
    check_positive(budget_s, "budget_s")
    shape = supernet.sizes["in_channels"], size, size
    counted = [(choice, layer_costs(supernet.cut(choice), shape)) for choice in supernet.space.enumerate()]
    return [_best(device, counted, budget_s, accuracy_of) for device in devices]


def _best(device: Device, counted: list[tuple[dict, list[LayerCost]]], budget_s, accuracy_of) -> Chosen:
    seconds = [estimate_of(costs, device).latency_s for _, costs in counted]
    if min(seconds) > budget_s:
        raise ValueError(
            f"budget_s must be at least {min(seconds):.3g}, the estimate of the fastest network on the {device.name}, "
            f"got {budget_s!r}"
        )
    fitting = [
        Chosen(device.name, choice, s, accuracy_of(choice))
        for (choice, _), s in zip(counted, seconds, strict=True)
        if s <= budget_s
    ]
    return max(fitting, key=lambda one: (one.accuracy, -one.latency_s))
