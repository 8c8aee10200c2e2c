"""Tables with a link at each cell: the figures of four devices, and what three systems offer.

Profiles()   a row for each figure, its kind beside it; the kind links to the source, where that is a page
Systems()    a row for heat, memory and delivery; each cell links to the page that says so
"""

import math
import re
from html import escape

from edukit.deployment.device.profiles import KINDS, devices
from edukit.deployment.device.systems import READ_ON, SYSTEMS

ROWS = (
    ("memory, GB", "memory_bytes", 1e-9),
    ("bandwidth, GB/s", "bandwidth_bytes_per_s", 1e-9),
    ("FP32 peak, GMAC/s", "float32_macs_per_s", 1e-9),
    ("INT8 peak, GMAC/s", "int8_macs_per_s", 1e-9),
    ("start of a layer, µs", "call_s", 1e6),
    ("a busy core, W", "busy_w", 1),
    ("the case gives off, W", "sustained_w", 1),
    ("temperature limit, °C", "limit_c", 1),
    ("battery, Wh", "battery_j", 1 / 3600),
    ("budget: memory, MB", "budget_bytes", 1e-6),
    ("budget: time, ms", "budget_latency_s", 1e3),
    ("budget: energy, mJ", "budget_energy_j", 1e3),
)
LEFT = 'style="text-align:left"'  # JupyterLab would set them to the right


class Profiles:
    """The figures that the lesson uses, of all devices; what each stands for is a real device, named in the head."""

    def __repr__(self):
        kinds = [device.figures[name].kind for device in devices.values() for _, name, _ in ROWS]
        said = ", ".join(f"{kinds.count(kind)} {kind}" for kind in KINDS if kind in kinds)
        return f"{len(ROWS)} figures for each of {', '.join(devices)}: {said}; in a table, each with its source."

    def _repr_html_(self) -> str:
        heads = "".join(
            f"<th {LEFT}>{escape(d.name)}<br><small>{escape(d.example)}</small></th>" for d in devices.values()
        )
        rows = "".join(_row(words, name, scale) for words, name, scale in ROWS)
        return f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"


class Systems:
    """What Android, iOS and HarmonyOS tell an app, and how they deliver files to it."""

    def __repr__(self):
        names = ", ".join(SYSTEMS["heat"])
        return f"What {names} offer for {', '.join(SYSTEMS)}, read on {READ_ON}, in a table with sources."

    def _repr_html_(self) -> str:
        heads = "".join(f"<th {LEFT}>{escape(name)}</th>" for name in SYSTEMS["heat"])
        rows = "".join(
            f"<tr><td {LEFT}>{escape(topic)}</td>{''.join(_linked(o.words, o.source) for o in offers.values())}</tr>"
            for topic, offers in SYSTEMS.items()
        )
        return f"<table><thead><tr><th></th>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(words, name, scale) -> str:
    cells = "".join(_figure(device.figures[name], scale) for device in devices.values())
    return f'<tr><td style="text-align:left; white-space:nowrap">{escape(words)}</td>{cells}</tr>'


def _figure(figure, scale) -> str:
    """A cell: the number, and its kind, which shows the source when it is pointed at."""
    number = "none" if math.isinf(figure.value) else f"{scale * figure.value:.3g}"
    source = escape(figure.source)
    page = re.search(r"https://[^\s),;]+", figure.source)
    kind = f'<a href="{escape(page[0])}" title="{source}">{figure.kind}</a>' if page else ""
    kind = kind or f'<span title="{source}">{figure.kind}</span>'
    return f"<td {LEFT}>{number} <small>{kind}</small></td>"


def _linked(words, page) -> str:
    """A cell whose first words, up to the colon, lead to the page."""
    name, colon, rest = words.partition(":")
    return f'<td {LEFT}><a href="{escape(page)}">{escape(name)}</a>{escape(colon + rest)}</td>'
