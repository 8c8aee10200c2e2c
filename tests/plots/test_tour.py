"""What the pictures say is what was measured; filters stay at their places; zeros never move the ring to the left."""

from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from pictures import assert_nothing_is_cut_off

from edukit.data import Split
from edukit.plots import Picture
from edukit.plots.style import GUESS, ORANGE
from edukit.plots.tour import (
    Choice,
    DigitsPlot,
    FewerBitsPlot,
    ForgettingPlot,
    in_place,
    mosaic,
    of_every_label,
    scaled,
)
from edukit.quantization import choose_qparams, fake_quantize, min_max

random = np.random.default_rng(0)
FILTERS = random.normal(0, 1, (16, 1, 7, 7)).astype(np.float32)
SPLIT = Split(random.random((40, 1, 32, 32), np.float32), np.arange(40) % 10)
# wrong are 16 of 40, and 3 of the 12 digits shown
WRONG = np.where(np.arange(40) % np.where(np.arange(40) < 15, 4, 2) == 0, (SPLIT.y + 1) % 10, SPLIT.y)
LANDSCAPE = {
    (channels, zeros, bits): Choice(FILTERS[: 16 * channels // 100], SPLIT.y if bits > 2 else WRONG, channels * bits)
    for channels in (100, 50)
    for zeros in (0, 40)
    for bits in (2, 3, 4)
}
FORGETTING = partial(ForgettingPlot, landscape=LANDSCAPE, trained=Choice(FILTERS, SPLIT.y, 3200.0), split=SPLIT)


def forgetting(bits=4, zeros_percent=0, channels_percent=100):
    return Picture(
        FORGETTING, figsize=(8.6, 3.2), bits=bits, zeros_percent=zeros_percent, channels_percent=channels_percent
    )


def test_the_ring_stands_where_the_choice_was_measured():
    picture = forgetting(bits=2, channels_percent=50)
    (size,), (known,) = picture._plot.ring.get_data()
    assert (size, known) == (0.1, 60)
    assert picture._plot.facts.get_text() == "32 times\nsmaller,\nreads 60 %"
    assert picture.description == (
        "2 bits, 0 % zeros, 50 % of the channels: the weights take 0.1 kB instead of 3.2, "
        "and the network reads 60.0 % of the digits."
    )


def test_zeros_never_move_the_ring_to_the_left():
    without, with_zeros = (forgetting(zeros_percent=zeros)._plot.ring.get_xdata() for zeros in (0, 40))
    assert without == with_zeros


def test_the_line_leads_through_all_numbers_of_bits():
    x, y = forgetting(bits=3, channels_percent=50)._plot.path.get_data()
    assert list(x) == [0.1, 0.15, 0.2] and list(y) == [60, 100, 100]


def test_what_is_misread_is_marked_by_a_sign_and_by_colour_and_says_what_it_is():
    plot = forgetting(bits=2)._plot
    words = [text.get_text() for text in plot.readings]
    assert words[:5] == ["✗ 1, is 0", "1", "2", "3", "✗ 5, is 4"] and sum("✗" in word for word in words) == 3
    width = plot.ink.shape[2] + 2
    paper = plot.digits.get_array()[40, 10], plot.digits.get_array()[40, 10 + width]  # the first digit, the second
    assert paper[1].min() == 1
    assert np.allclose(paper[0], 0.4 + 0.6 * np.array(to_rgb(ORANGE)))


def test_every_label_is_shown_the_first_time_that_it_comes():
    labels = np.array([9, 9, 4, 9, 0, 4])
    assert of_every_label(labels, 4).tolist() == [0, 1, 2, 4]
    assert of_every_label(labels, 12).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("guess", "size"), [(0, 3.2), (75, 0.8), (100, None)])
def test_a_guess_stands_at_the_bytes_that_it_leaves(guess, size):
    picture = forgetting()
    low = picture._plot.axes.get_xlim()[0]
    picture.mark(guess)
    (line,) = [line for line in picture._plot.axes.lines if line.get_gid() == GUESS]
    assert line.get_xdata()[0] == pytest.approx(size or low)
    assert picture.description.endswith(f"The dotted line is your guess, {guess}.")


def test_fewer_bits_are_the_same_picture_of_one_network():
    stored = {bits: Choice(FILTERS, SPLIT.y if bits > 2 else WRONG, 100.0 * bits) for bits in (32, 8, 2)}
    picture = Picture(partial(FewerBitsPlot, stored=stored, split=SPLIT), figsize=(8.6, 3.2), bits=2)
    assert picture.description == (
        "2 bits: the weights take 0.2 kB instead of 3.2, and the network reads 60.0 % of the digits."
    )
    picture.move(bits=32)
    assert picture._plot.facts.get_text() == "3 kB,\nreads 100 %"


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_filter_that_is_left_stays_at_its_place(bits):
    left = random.permutation(16)[:8]
    w = FILTERS[left] * random.uniform(0.1, 3, (8, 1, 1, 1)).astype(np.float32)  # trained on, and quantized
    w = scaled(fake_quantize(w, choose_qparams(*min_max(w, axis=0), bits, symmetric=True)))
    placed = in_place(w, scaled(FILTERS))
    assert np.array_equal(placed[left], w)
    assert np.isnan(np.delete(placed, left, axis=0)).all()


def test_no_two_filters_claim_one_place():
    twins = np.repeat(scaled(FILTERS[:1]), 4, axis=0)
    assert np.isfinite(in_place(twins, scaled(FILTERS))).all((1, 2)).sum() == 4


def test_likeness_is_of_form_not_of_size():
    spike, flat = np.zeros((7, 7), np.float32), np.ones((7, 7), np.float32)
    spike[3, 3] = 1
    placed = in_place(spike[None] + 0.1, np.stack([flat, spike]))
    assert np.isnan(placed[0]).all() and placed[1, 3, 3] == np.float32(1.1)


def test_a_filter_of_zeros_stays_white():
    assert not scaled(np.zeros((2, 1, 3, 3))).any()


@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_mosaic_holds_every_image_and_only_gaps_between_them(colours):
    images = random.random((8, 5, 4, *colours))
    picture = mosaic(images, rows=2, empty=-1.0)
    assert picture.shape == (2 * 7, 4 * 6, *colours)
    assert np.array_equal(picture[1:6, 7:11], images[1]) and np.array_equal(picture[8:13, 1:5], images[4])
    assert picture[picture >= 0].sum() == pytest.approx(images.sum())


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, DigitsPlot, figsize=(9, 1.4), images=SPLIT.x[:28, 0], labels=SPLIT.y[:28]),
        partial(forgetting, bits=2),
        partial(forgetting, channels_percent=50),
    ],
    ids=["digits", "forgetting", "half forgotten"],
)
def test_nothing_is_cut_off_and_the_picture_is_described(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert len(picture.description) > 40
