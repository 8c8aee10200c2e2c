"""Profiles of four devices: what they hold, how fast they are, how warm they may get; each figure with a source.

    published   a maker or a reference says it            derived   computed from published figures, as said beside it
    assumed     a plausible value that nobody published   measured  on this machine, in this session

One device stands for each class; speeds are those of one thread on its fastest core. Peaks are upper bounds: no network
reaches them on every layer.

    multiply-accumulates per second = clock · lanes per cycle        bandwidth = transfers per second · bytes of the bus

Source    https://en.wikichip.org/wiki/flops (operations per cycle of Arm's cores; a multiply-accumulate is two)
In production  measure on the device itself: Android's benchmark_model, Xcode Instruments, a phone's browser
"""

from collections.abc import Mapping
from dataclasses import dataclass

from edukit.table import Table

KINDS = ("published", "derived", "assumed", "measured")
CYCLES = "https://en.wikichip.org/wiki/flops"
PIXEL_WATCH_3 = "https://en.wikipedia.org/wiki/Pixel_Watch_3"
SW5100 = "https://cnx-software.com/2022/07/20/qualcomm-snapdragon-w5-and-w5-wearables-platforms-promise-higher-efficiency-and-performance"
GALAXY_S23 = "https://en.wikipedia.org/wiki/Samsung_Galaxy_S23"
SM8550 = "https://www.notebookcheck.net/SD-8-Gen-2-vs-SD-865-Plus_14645_12716.247596.0.html"
SM8550_MEMORY = "https://wccftech.com/qualcomm-snapdragon-8-gen-2-goes-official/"
PIXEL_TABLET = "https://en.wikipedia.org/wiki/Pixel_Tablet"
TENSOR_G2 = "https://en.wikipedia.org/wiki/Google_Tensor"
S928X = "https://scensmart.com/general-description-of-soc/amlogic-s928x-8k-smart-tv-soc"
TOUCH = "https://www.mdpi.com/2504-3900/42/1/23"


@dataclass(frozen=True)
class Figure:
    """A number, of which kind it is, and where it comes from; ValueError for another kind, or no source."""

    value: float
    kind: str
    source: str

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if not self.source:
            raise ValueError("source must say where the number comes from, got nothing")


@dataclass(frozen=True)
class Device:
    """A class of devices; `device["memory_bytes"]` is a number, `device.figures["memory_bytes"]` says where it is from.

    name      the class; example names the one device that stands for it
    figures   FIGURES by name, or KeyError when an estimate needs one that is missing
    """

    name: str
    example: str
    figures: Mapping[str, Figure]

    def __getitem__(self, name: str) -> float:
        return self.figures[name].value

    def table(self) -> Table:
        """Every number, its kind and its source."""
        rows = [(name, f"{figure.value:.4g}", figure.kind, figure.source) for name, figure in self.figures.items()]
        return Table(("figure", "value", "kind", "source"), rows)


FIGURES = (
    "memory_bytes",
    "bandwidth_bytes_per_s",
    "float32_macs_per_s",
    "int8_macs_per_s",
    "call_s",
    "busy_w",
    "idle_w",
    "sustained_w",
    "limit_c",
    "time_constant_s",
    "battery_j",
    "budget_bytes",
    "budget_latency_s",
    "budget_energy_j",
)


def published(value, source):
    """A figure that a maker or a reference names.

    >>> published(8e9, "https://example.org").kind
    'published'
    """
    return Figure(value, "published", source)


def derived(value, source):
    """A figure computed from published ones.

    >>> derived(2 * 2.0, "two times two").kind
    'derived'
    """
    return Figure(value, "derived", source)


def assumed(value, why):
    """A figure that nobody published.

    >>> assumed(1.0, "a round number").kind
    'assumed'
    """
    return Figure(value, "assumed", why)


def _budgets(memory_bytes, latency_s, battery_j):
    return {
        "budget_bytes": assumed(memory_bytes / 100, "1 % of the memory: an app is one of many"),
        "budget_latency_s": assumed(latency_s, "100 ms feel immediate (Nielsen 1993); 33 ms is a video frame"),
        "budget_energy_j": assumed(battery_j / 1e6, "100,000 inferences may take a tenth of a charge"),
    }


def _heat(busy, idle, sustained, limit, constant):
    return {
        "busy_w": assumed(busy, "one fast core at work; makers publish no figure"),
        "idle_w": assumed(idle, "screen off, radios on, a day or more on a charge"),
        "sustained_w": assumed(sustained, "what the case gives off at its limit, by its surface"),
        "limit_c": limit,
        "time_constant_s": assumed(constant, "minutes, growing with the mass of the case"),
    }


def _peaks(clock, float_lanes, float_why, int8_lanes, int8_why, source):
    return {
        "float32_macs_per_s": assumed(
            clock * float_lanes, f"{clock / 1e9:g} GHz ({source}) · {float_lanes}: {float_why}"
        ),
        "int8_macs_per_s": assumed(clock * int8_lanes, f"{clock / 1e9:g} GHz · {int8_lanes}: {int8_why}"),
        "call_s": assumed(5e-6, "some thousand instructions to start an operator"),
    }


SKIN = published(45.0, f"threshold of pain, {TOUCH}")
WORN = assumed(43.0, f"a little below the threshold of pain of 45 degrees ({TOUCH}), as it is worn for hours")
DOT = "a dot product instruction multiplies four bytes in the place of one float"
devices = {
    "watch": Device(
        "watch",
        "Google Pixel Watch 3, Snapdragon W5, one Cortex-A53",
        {
            "memory_bytes": published(2e9, PIXEL_WATCH_3),
            "bandwidth_bytes_per_s": derived(2 * 2133e6 * 2, f"2,133 MHz, both edges, 16 bits ({SW5100})"),
            **_peaks(
                1.7e9, 4, "one pipe of 128 bits", 4, "no dot product instruction, so no faster than floats", SW5100
            ),
            **_heat(0.6, 0.03, 0.5, WORN, 240.0),
            "battery_j": derived(0.420 * 3.85 * 3600, f"420 mAh ({PIXEL_WATCH_3}) at 3.85 V, assumed"),
            **_budgets(2e9, 0.1, 0.420 * 3.85 * 3600),
        },
    ),
    "phone": Device(
        "phone",
        "Samsung Galaxy S23, Snapdragon 8 Gen 2, one Cortex-X3",
        {
            "memory_bytes": published(8e9, GALAXY_S23),
            "bandwidth_bytes_per_s": derived(2 * 4200e6 * 8, f"4,200 MHz ({SM8550_MEMORY}), both edges, 64 bits"),
            **_peaks(3.2e9, 16, "four pipes of 128 bits", 64, DOT, SM8550),
            **_heat(3.5, 0.15, 3.0, SKIN, 600.0),
            "battery_j": derived(3.9 * 3.85 * 3600, f"3,900 mAh ({GALAXY_S23}) at 3.85 V, assumed"),
            **_budgets(8e9, 0.033, 3.9 * 3.85 * 3600),
        },
    ),
    "tablet": Device(
        "tablet",
        "Google Pixel Tablet, Tensor G2, one Cortex-X1",
        {
            "memory_bytes": published(8e9, PIXEL_TABLET),
            "bandwidth_bytes_per_s": assumed(2 * 3200e6 * 8, f"LPDDR5 ({PIXEL_TABLET}) at 3,200 MHz, 64 bits"),
            **_peaks(2.85e9, 16, "four pipes of 128 bits", 64, DOT, TENSOR_G2),
            **_heat(3.5, 0.3, 6.0, SKIN, 1200.0),
            "battery_j": derived(27 * 3600, f"27 Wh ({PIXEL_TABLET})"),
            **_budgets(8e9, 0.033, 27 * 3600),
        },
    ),
    "smart screen": Device(
        "smart screen",
        "a television with Amlogic S928X, one Cortex-A76",
        {
            "memory_bytes": assumed(4e9, f"usual beside this chip ({S928X})"),
            "bandwidth_bytes_per_s": assumed(2 * 1600e6 * 4, f"LPDDR4 at 1,600 MHz, 32 bits ({S928X} names no clock)"),
            **_peaks(2.0e9, 8, f"two pipes of 128 bits, {CYCLES}", 32, DOT, f"assumed; {S928X} names the core"),
            **_heat(2.0, 0.5, 5.0, SKIN, 1800.0),
            "battery_j": assumed(float("inf"), "it is plugged in"),
            **_budgets(4e9, 0.033, float("inf")),
        },
    ),
}
