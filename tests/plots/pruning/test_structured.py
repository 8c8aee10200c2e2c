"""What the pictures of times say is what was measured."""

from functools import partial

import pytest
from pictures import assert_nothing_is_cut_off

from edukit.experiments.pruning.half_the_macs import Row, measured
from edukit.measure import Latency
from edukit.plots import Picture
from edukit.plots.pruning.structured import ChannelTimesPlot, HalfTheMacsPlot, SparsePlot


def took(microseconds):
    return Latency(1e-6 * microseconds, 1e-6 * microseconds, 0.0, 9)


SPARSE = partial(SparsePlot, times={"dense": took(10), "zeros 50%": took(10), "csr 50%": took(30),
                                    "zeros 99%": took(11), "csr 99%": took(1)})  # fmt: skip
CHANNELS = partial(ChannelTimesPlot, times={n: took(n * n + 300 * (n % 4 > 0)) for n in range(12, 33)})
TIMED = dict(network="ResNet-18", seed=0, macs_before=100, macs_after=50, low=1.0, high=2.0)
ROWS = [Row(multiple=m, speedup=1.0 + m / 10, **TIMED) for m in (1, 4, 8, 16)]
HALVED = partial(HalfTheMacsPlot, rows=ROWS)


def test_times_are_shares_of_the_dense_product():
    text = Picture(SPARSE).description
    assert (
        text == "Time as a multiple of the dense product: 50 % zeros 1.00, as CSR 3.00; 99 % zeros 1.10, as CSR 0.10."
    )


def test_the_ring_stands_on_the_chosen_number():
    picture = Picture(CHANNELS, channels=22)
    (x,), (y,) = picture._plot.mark.get_data()
    assert (x, round(y)) == (22, 784)
    assert picture.description == "22 channels: 0.47 of the MACs of 32 channels, and 0.77 of the time, 784 µs."
    assert "and 1.00 of the time" in picture.move(channels=99)


def test_the_halves_are_told_by_their_multiples():
    text = Picture(HALVED).description
    assert text.endswith(
        "ResNet-18 1.10 in multiples of 1, 1.40 in multiples of 4, 1.80 in multiples of 8, 2.60 in multiples of 16."
    )


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, SPARSE, figsize=(7, 3)),
        partial(Picture, CHANNELS, figsize=(8.5, 3.2), channels=22),
        partial(Picture, HALVED, figsize=(8.5, 4)),
        partial(Picture, partial(HalfTheMacsPlot, rows=measured()), figsize=(8.5, 4)),
    ],
    ids=["sparse", "channels", "halved", "halved, as measured"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_xlabel() for axes in picture.axes)
