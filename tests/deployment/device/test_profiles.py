"""Profiles: each number has a kind and a source, and what is derived is derived."""

import math

import pytest

from edukit.deployment.device.profiles import FIGURES, Figure, devices


def test_every_device_has_every_figure_with_kind_and_source():
    assert list(devices) == ["watch", "phone", "tablet", "smart screen"]
    for device in devices.values():
        assert set(device.figures) == set(FIGURES)
        assert all(figure.kind in ("published", "derived", "assumed") for figure in device.figures.values())
        assert all(device[name] > 0 for name in FIGURES)
        published = [figure for figure in device.figures.values() if figure.kind == "published"]
        assert published and all("https://" in figure.source for figure in published)


def test_bandwidths_are_transfers_times_bytes():
    """Two transfers a clock: 2,133 MHz on 16 bits is 8.5 GB/s, 4,200 MHz on 64 bits 67.2 GB/s."""
    assert devices["watch"]["bandwidth_bytes_per_s"] == pytest.approx(8.532e9)
    assert devices["phone"]["bandwidth_bytes_per_s"] == pytest.approx(67.2e9)


def test_a_watch_has_less_of_everything_than_a_phone():
    less = (
        "memory_bytes",
        "bandwidth_bytes_per_s",
        "float32_macs_per_s",
        "int8_macs_per_s",
        "battery_j",
        "sustained_w",
    )
    assert all(devices["watch"][name] < devices["phone"][name] for name in less)


def test_a_table_shows_kinds_and_sources():
    table = devices["smart screen"].table()
    assert len(table.rows) == len(FIGURES) and table.heads[2:] == ("kind", "source")
    assert math.isinf(devices["smart screen"]["battery_j"])


def test_a_figure_without_kind_or_source_is_refused():
    with pytest.raises(ValueError, match="kind must be one of"):
        Figure(1.0, "guessed", "me")
    with pytest.raises(ValueError, match="source must say"):
        Figure(1.0, "assumed", "")
