"""Marks lie at the speed-ups of the table, nothing is cut off, and one plot serves several files."""

from functools import partial

import pytest

from edukit.experiments.deployment.runtimes_table import measured
from edukit.plots import Picture
from edukit.plots.deployment.runtimes import LOOKS, FilesPlot, RuntimesPlot

ROWS = measured()


def test_a_mark_for_each_row_at_its_speedup():
    axes = Picture(partial(RuntimesPlot, rows=ROWS), figsize=(8.5, 3.4)).axes[0]
    marks = [line for line in axes.lines if line.get_marker() in {mark for _, _, mark in LOOKS.values()}]
    assert [line.get_xdata()[0] for line in marks] == [row.speedup for row in ROWS]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == list(dict.fromkeys(row.network for row in ROWS))


def test_the_sentence_names_every_network_and_runtime():
    said = Picture(partial(RuntimesPlot, rows=ROWS), figsize=(8.5, 3.4)).description
    assert all(row.network in said and LOOKS[row.runtime][0] in said for row in ROWS)
    one = Picture(partial(RuntimesPlot, rows=ROWS[:1]), figsize=(8.5, 3.4)).description
    assert one == f"INT8 is so many times as fast as FP32 in ONNX Runtime: digits, 78 k {ROWS[0].speedup:.2g}."


def test_nothing_is_cut_off():
    picture = Picture(partial(RuntimesPlot, rows=ROWS), figsize=(8.5, 3.4))
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()


class Named:
    """A plot that says what it was given."""

    def __init__(self, fig):
        fig.subplots()

    def update(self, words):
        return words


def test_one_plot_shows_the_file_that_is_chosen():
    files = partial(FilesPlot, plot=Named, values={"a": {"words": "first."}, "b": {"words": "second."}})
    picture = Picture(files, figsize=(3, 2), file="a")
    assert (picture.description, picture.move(file="b")) == ("a: first.", "b: second.")
    with pytest.raises(ValueError, match="file must be one of a, b, got 'c'"):
        picture.move(file="c")
