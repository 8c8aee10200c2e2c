"""Files are drawn as ratios to the first one, beside what was promised for them."""

from edukit.plots import Picture
from edukit.plots.ways import Way, WaysPlot

WAYS = [
    Way("as trained", 1000, 0.98, 20e-6),
    Way("8 bits", 250, 0.975, 40e-6, (2, 4), (2, 4)),
    Way("half zeros", 1000, 0.9, 20e-6, (2, 10), (1.5, 3)),
]


def test_ways_are_drawn_as_ratios_to_the_first():
    picture = Picture(WaysPlot, figsize=(9, 4), ways=WAYS)
    ends = [[line.get_xdata()[1] for line in axes.lines[:3]] for axes in (picture._plot.size, picture._plot.speed)]
    assert ends == [[1, 4, 1], [1, 0.5, 1]]
    assert "8 bits 4.0 times smaller, 0.5 times faster, reads 97.5%; half zeros 1.0 times" in picture.description
    words = [text.get_text().strip() for text in picture._plot.speed.texts]
    assert words == ["1.0×, 20 µs", "0.5×, 40 µs", "1.0×, 20 µs"]


def test_promises_are_drawn_where_they_were_made():
    plot = Picture(WaysPlot, figsize=(9, 4), ways=WAYS)._plot
    bands = [band.get_paths()[0].get_extents() for band in plot.speed.collections if band.get_paths()]
    assert [(band.x0, band.x1) for band in bands if band.height > 0] == [(2, 4), (1.5, 3)]


def test_nothing_is_cut_off():
    picture = Picture(WaysPlot, figsize=(9, 4), ways=WAYS)
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
