"""The table of models: units, what is unknown, and where each model is."""

from edukit.deployment.manager.entry import Entry
from edukit.deployment.manager.listing import HEADS, listing


def test_units_unknowns_and_states():
    known = dict(version="2", precision="int8", device_class="watch", accuracy=0.987, memory_bytes=3_100_000)
    entries = [
        Entry(name="a", folder="f", files={"g": [1000, ""], "w": [64_000, ""]}, latency_s=0.00042, **known),
        Entry(name="b", folder="f", files={}),
    ]
    table = listing(entries, {"a": "pinned"})
    assert table.heads == HEADS and all(unit in " ".join(HEADS) for unit in ("ms", "kB"))
    assert table.rows[0] == ("a", "2", "int8", "watch", "98.7%", "0.42", "65", "3,100", "pinned")
    assert table.rows[1] == ("b", "1", "", "", "", "", "0", "0", "on disk")
