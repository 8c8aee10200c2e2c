"""Tables of words and figures, written as text, as HTML and as Markdown.

    Table(heads, rows)   .text()       columns as wide as their longest cell, for a terminal
                         .html()       for notebooks and pages; columns of numbers are aligned right
                         .markdown()   for READMEs and cards

In production  tabulate, great-tables, pandas
"""

import re
from html import escape


class Table:
    """Rows of strings under heads; a notebook shows it as HTML, and says a sentence where there is no HTML.

    heads   the words above the columns
    rows    tuples of strings, each as long as heads
    says    what the table shows, in words that hold for every run; the table as text where nothing is said

    Raises ValueError for rows of another length.

    >>> table = Table(("stage", "kB"), [("teacher", "4,912"), ("student", "292")])
    >>> table
    stage       kB
    -------  -----
    teacher  4,912
    student    292
    >>> print(table.markdown())
    | stage | kB |
    |---|--:|
    | teacher | 4,912 |
    | student | 292 |
    >>> Table(("stage", "kB"), [("teacher", "4,912")], "The teacher is large.")
    The teacher is large.
    """

    def __init__(self, heads, rows, says: str = ""):
        self.heads = tuple(heads)
        self.rows = [tuple(row) for row in rows]
        self.says = says
        lengths = [len(row) for row in self.rows]
        if any(length != len(self.heads) for length in lengths):
            raise ValueError(f"rows must have {len(self.heads)} cells each, got {lengths}")

    def __repr__(self):
        return self.says or self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def text(self, left: int = 1, *, solid: bool = False) -> str:
        """Lines for a terminal; the first `left` columns begin at the left, the others end at the right.

        solid   whether the rule under the heads is one line instead of a dash for each character of a column
        """
        widths = [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]
        aligns = ["<" if column < left else ">" for column in range(len(widths))]
        head, *body = (_line(row, widths, aligns) for row in (self.heads, *self.rows))
        rule = _line(["-" * width for width in widths], widths, aligns)
        return "\n".join([head, "─" * len(rule) if solid else rule, *body])

    def html(self) -> str:
        """A <table>; what the cells hold is escaped."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.heads)
        sides = ["right" if column and all(map(_is_number, column)) else "left" for column in columns]
        head = _html_row('th scope="col"', self.heads, sides)
        body = "".join(_html_row("td", row, sides) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"

    def markdown(self) -> str:
        """Lines that GitHub shows as a table; all columns but the first are aligned right."""
        rule = "|---|" + "--:|" * (len(self.heads) - 1)
        head, *body = ("| " + " | ".join(row) + " |" for row in (self.heads, *self.rows))
        return "\n".join([head, rule, *body])


def _line(row, widths, aligns) -> str:
    cells = (f"{cell:{align}{width}}" for cell, width, align in zip(row, widths, aligns, strict=True))
    return "  ".join(cells).rstrip()


def _html_row(tag: str, texts, sides) -> str:
    cells = zip(texts, sides, strict=True)
    close = tag.split()[0]
    inside = "".join(f'<{tag} style="text-align:{side}">{escape(text)}</{close}>' for text, side in cells)
    return f"<tr>{inside}</tr>"


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.,]+ ?%?", text) is not None
