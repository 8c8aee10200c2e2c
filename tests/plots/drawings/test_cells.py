"""Cells: where they lie, which are empty, when numbers are written, and what a frame goes around."""

import numpy as np
import pytest

from edukit.plots.drawings.cells import Cells, filter_bank, level_rows
from edukit.plots.drawings.sheet import tints


def test_no_two_cells_of_a_bank_overlap():
    corners = filter_bank(3, 4, filters=3, channels=2, kernel=3, size=10, apart=6)
    assert corners.shape == (3, 2, 3, 3, 2)
    flat = corners.reshape(-1, 2)
    apart = np.abs(flat[:, None] - flat[None]).max(-1) + 10 * np.eye(len(flat))
    assert apart.min() == 10 and flat.min(0).tolist() == [3, 4]
    assert flat.max(0).tolist() == [3 + 2 * 36 + 20, 4 + 36 + 20]


def test_an_empty_cell_has_no_ground_and_a_full_one_its_tint(axes):
    cells = Cells(axes, level_rows(0, 0, 2, 2, 20), 20)
    cells.show([[0.5, np.nan], [0.0, 1.0]])
    faces = cells.squares.get_facecolor()
    assert faces[:, 3].tolist() == [1, 0, 1, 1]
    assert np.allclose(faces[[0, 2, 3], :3], tints([0.5, 0.0, 1.0]))


@pytest.mark.parametrize(("words", "written"), [(["1", "−7"], True), (["1", "−1,234"], False)])
def test_numbers_are_written_where_all_of_them_fit_and_lie_in_their_cells(axes, words, written):
    cells = Cells(axes, level_rows(100, 100, 1, 2, 24), 24)
    cells.show([[0.1, 0.9]], [words])
    shown = [text.get_text() for text in cells.numbers]
    assert shown == (words if written else [])
    for text, corner in zip(cells.numbers, cells.corners, strict=False):
        low, high = axes.transData.inverted().transform(text.get_window_extent())
        assert corner[0] < low[0] and high[0] < corner[0] + 24 and corner[1] < high[1] and low[1] < corner[1] + 24


def test_numbers_go_away_again(axes):
    cells = Cells(axes, level_rows(0, 0, 1, 1, 24), 24)
    cells.show([[0.1]], [["5"]])
    cells.show([[0.1]])
    assert [text.get_text() for text in cells.numbers] == [""]


def test_a_frame_goes_around_its_cells(axes):
    cells = Cells(axes, level_rows(10, 20, 3, 4, 5), 5)
    cells.frame([((0, 1), (1, 2)), ((2, 3), (2, 3))])
    first, second = (np.array(line) for line in cells.frames.get_segments())
    assert first.min(0).tolist() == [15, 20] and first.max(0).tolist() == [25, 30]
    assert second.min(0).tolist() == [25, 30] and second.max(0).tolist() == [30, 35]


def test_another_shape_is_refused(axes):
    cells = Cells(axes, level_rows(0, 0, 2, 3, 5), 5)
    with pytest.raises(ValueError, match=r"shares must have the shape of the cells, \(2, 3\), got \(3, 2\)"):
        cells.show(np.zeros((3, 2)))
