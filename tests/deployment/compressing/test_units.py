"""Units: what people type, and what they must not mean."""

import pytest

from edukit.deployment.compressing.units import as_bytes, as_points, as_seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [("100kB", 100_000), ("100KB", 100_000), ("64KiB", 65_536), ("1.5 MB", 1_500_000), ("4000", 4000), ("12b", 12)],
)
def test_sizes(text, size):
    assert as_bytes(text) == size


@pytest.mark.parametrize(("text", "seconds"), [("5ms", 0.005), ("800us", 0.0008), ("800µs", 0.0008), ("1.5 S", 1.5)])
def test_times(text, seconds):
    assert as_seconds(text) == pytest.approx(seconds)


def test_points():
    assert (as_points("1"), as_points("0.5 %"), as_points("0")) == (1, 0.5, 0)


@pytest.mark.parametrize("text", ["", "kB", "100 kilo", "-1kB", "1e3", "nan", "inf", "0", "0.2", "1kB2", "١٠kB", "5ms"])
def test_what_is_no_size_is_refused_by_name(text):
    with pytest.raises(ValueError, match="^max-bytes must"):
        as_bytes(text)


@pytest.mark.parametrize("text", ["5", "0ms", "-5ms", "5 minutes", "ms", "5kB"])
def test_what_is_no_time_is_refused_by_name(text):
    with pytest.raises(ValueError, match="^max-latency must"):
        as_seconds(text)


@pytest.mark.parametrize("text", ["", "-1", "101", "one", "1ms"])
def test_what_is_no_loss_is_refused_by_name(text):
    with pytest.raises(ValueError, match="^max-loss must"):
        as_points(text)
