"""The models of a manager as a table: what is known of each, and whether it is in memory."""

from collections.abc import Iterable, Mapping

from edukit.deployment.manager.entry import Entry
from edukit.table import Table

HEADS = ("model", "version", "precision", "device", "accuracy", "latency, ms", "file, kB", "memory, kB", "state")


def listing(entries: Iterable[Entry], states: Mapping[str, str]) -> Table:
    """A row for each entry; where there is no HTML, who is where.

    states   {name: "loaded" or "pinned"}; the others are on disk

    >>> table = listing([Entry(name="a", folder="f", files={"a.onnx": [2000, ""]}, accuracy=0.5)], {})
    >>> table.rows[0][0], table.rows[0][4], table.rows[0][6], table.rows[0][-1]
    ('a', '50.0%', '2', 'on disk')
    """
    found = {entry.name: (entry, states.get(entry.name, "on disk")) for entry in entries}
    said = ", ".join(f"{name} {state}" for name, (_, state) in found.items())
    return Table(HEADS, [_row(*one) for one in found.values()], f"{len(found)} models in a table: {said}.")


def _row(entry, state) -> tuple[str, ...]:
    return (
        entry.name,
        entry.version,
        entry.precision,
        entry.device_class,
        "" if entry.accuracy is None else f"{entry.accuracy:.1%}",
        "" if entry.latency_s is None else f"{1e3 * entry.latency_s:.3g}",
        f"{entry.size_bytes / 1e3:,.0f}",
        f"{entry.memory_bytes / 1e3:,.0f}",
        state,
    )
