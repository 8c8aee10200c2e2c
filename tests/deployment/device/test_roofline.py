"""The roofline: the slower of arithmetic and memory, the ridge, and layers that wait."""

import numpy as np
import pytest

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.roofline import layer_times, roofline
from edukit.networks import mobilenet_v1
from edukit.networks.costs import layer_costs


@pytest.mark.parametrize("seed", range(10))
def test_never_faster_than_either_and_no_slower_than_both(seed):
    macs, moved, peak, bandwidth = 10 ** np.random.default_rng(seed).uniform(3, 9, 4)
    time = roofline(macs, moved, peak, bandwidth)
    assert time >= macs / peak and time >= moved / bandwidth and time <= macs / peak + moved / bandwidth
    ridge = peak / bandwidth
    assert (time == macs / peak) == (macs / moved >= ridge)


def test_the_sum_of_the_layers_of_a_published_network():
    """MobileNetV1 at 224: 568,740,352 MACs, so at least that many over the peak."""
    costs = layer_costs(mobilenet_v1(), (3, 224, 224))
    phone = devices["phone"]
    times = layer_times(costs, phone)
    assert sum(time.arithmetic_s for time in times) == pytest.approx(568_740_352 / phone["float32_macs_per_s"])
    assert sum(time.call_s for time in times) == pytest.approx(28 * phone["call_s"])
    integers = layer_times(costs, phone, "int8")
    assert all(a.memory_s == 4 * b.memory_s for a, b in zip(times, integers, strict=True))
    assert sum(t.total_s for t in integers) < sum(t.total_s for t in times)


@pytest.mark.parametrize(
    "figures, word",
    [
        ((-1, 1, 1, 1), "macs"),
        ((1, np.nan, 1, 1), "bytes_moved"),
        ((1, 1, 0, 1), "macs_per_s"),
        ((1, 1, 1, np.inf), "bytes_per_s"),
    ],
)
def test_bad_input_is_refused(figures, word):
    with pytest.raises(ValueError, match=word):
        roofline(*figures)
    with pytest.raises(ValueError, match="precision must be one of float32, int8"):
        layer_times([], devices["phone"], "int4")
