"""Errors in one line: the first of many, cut where it is long, and what came first where one led to another."""

import pytest

from edukit.errors import cause, first_line


@pytest.mark.parametrize("said", ["", "one line", "  one line  ", "first\nsecond", "\nfirst\nsecond"])
def test_one_line_is_left_of_many(said):
    line = first_line(ValueError(said))
    assert line == f"ValueError: {said.strip().splitlines()[0] if said.strip() else ''}"


def test_a_long_line_is_cut_and_says_so():
    assert first_line(ValueError("x" * 228)) == f"ValueError: {'x' * 228}"
    cut = first_line(ValueError("x" * 229))
    assert len(cut) == 240 and cut.endswith("x…")


def test_what_came_first_is_told_without_colours():
    try:
        try:
            try:
                raise OSError("\x1b[31mno file\x1b[0m here")
            except OSError as first:
                raise KeyError("a") from first
        except KeyError as second:
            raise RuntimeError("cannot go on") from second
    except RuntimeError as last:
        assert cause(last) == "OSError: no file here"
