"""Tables: text that lines up, HTML that is escaped, Markdown that GitHub reads."""

from html.parser import HTMLParser

import pytest

from edukit.table import Table

HEADS = ("model", "file, kB", "accuracy")
ROWS = [("FP32 & <slow>", "4,912.4", "99.0%"), ("INT8", "64.2", "98.6%")]


def test_every_line_of_text_is_as_wide_as_the_widest_cells():
    lines = Table(HEADS, ROWS).text().splitlines()
    assert len(lines) == 4 and len(set(map(len, lines))) == 1
    assert [line.split("  ")[0] for line in lines] == ["model", "-------------", "FP32 & <slow>", "INT8"]
    assert all(line.endswith(row[-1]) for line, row in zip(lines[2:], ROWS, strict=True))


def test_columns_of_words_begin_at_the_left():
    lines = Table(("step", "verdict"), [("ranges", "no"), ("weights", "yes, far")]).text(left=2).splitlines()
    assert {line.index(word) for line, word in zip(lines, ("verdict", "-" * 8, "no", "yes"), strict=True)} == {9}


def test_a_solid_rule_is_as_long_as_the_lines():
    lines = Table(HEADS, ROWS).text(solid=True).splitlines()
    assert lines[1] == "─" * len(lines[0])


def test_html_holds_each_cell_as_it_was():
    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found = []

        def handle_data(self, data):
            self.found.append(data)

    parser = Cells()
    parser.feed(Table(HEADS, ROWS).html())
    assert parser.found == [*HEADS, *ROWS[0], *ROWS[1]]


def test_numbers_are_aligned_right_and_words_left():
    page = Table(HEADS, ROWS)._repr_html_()
    assert '<td style="text-align:left">FP32 &amp; &lt;slow&gt;</td>' in page
    assert '<td style="text-align:right">4,912.4</td>' in page and '<td style="text-align:right">99.0%</td>' in page
    assert page.count('<th scope="col" style="text-align:right">') == 2
    assert "right" not in Table(("here",), [("77 times",), ("4",)])._repr_html_()


def test_markdown_has_a_rule_of_as_many_columns():
    assert Table(HEADS, ROWS).markdown().splitlines()[1:3] == ["|---|--:|--:|", "| FP32 & <slow> | 4,912.4 | 99.0% |"]


def test_a_notebook_without_html_says_the_sentence_or_shows_the_text():
    assert repr(Table(HEADS, ROWS, "Two models.")) == "Two models."
    assert repr(Table(HEADS, ROWS)) == Table(HEADS, ROWS).text()


def test_without_rows_there_are_still_heads():
    table = Table(HEADS, [])
    assert table.text().splitlines()[0].split("  ") == list(HEADS) and table.html().count("<th ") == 3


def test_rows_of_another_length_are_refused():
    with pytest.raises(ValueError, match="rows must have 2 cells each, got .2, 1."):
        Table(("a", "b"), [("x", "y"), ("x",)])
