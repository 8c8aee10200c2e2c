"""The panel of the lesson on the benchmark, and its tables."""

import re
from functools import partial
from html import escape

from edukit.panels.panel import Panel
from edukit.plots.benchmark import PAY_IN, ChoicePlot

HEADS = ("model", "parameters", "MACs", "file, kB", "accuracy", "median, µs", "p90, µs", "energy, µJ (estimate)")


class Table:
    """Rows where HTML is shown, one sentence everywhere else.

    heads   the words above the columns
    rows    tuples of strings, as long as heads, at least one; columns of numbers are aligned right
    says    what the table shows, in words that hold for every run

    >>> Table(("stage", "kB"), [("teacher", "4,912")], "The teacher is large.")
    The teacher is large.
    """

    def __init__(self, heads, rows, says: str):
        if not rows or any(len(row) != len(heads) for row in rows):
            raise ValueError(f"rows must be at least one, of {len(heads)} cells each, got {[len(row) for row in rows]}")
        self.heads, self.rows, self.says = tuple(heads), [tuple(row) for row in rows], says

    def __repr__(self):
        return self.says

    def _repr_html_(self) -> str:
        sides = ["right" if all(map(_is_number, column)) else "left" for column in zip(*self.rows, strict=True)]
        head = _row("th", self.heads, sides)
        body = "".join(_row("td", row, sides) for row in self.rows)
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def stages_table(stages, says: str) -> Table:
    """What each model weighs, knows and takes, a row for each, as `measure_stages` measured them."""
    return Table(HEADS, [_figures(stage) for stage in stages], says)


def choice(stages, images: int) -> Panel:
    """The cheapest model that loses little enough, in kB, µs or µJ.

    stages   as `measure_stages` measures them, the one to compare with first
    images   how many the accuracies were measured on
    """
    plot = partial(ChoicePlot, stages=stages, images=images)
    return Panel(plot, may_lose_points=(0.0, 6.0, 2.0), pay_in=list(PAY_IN), figsize=(7.5, 4.2))


def _figures(stage) -> tuple[str, ...]:
    return (
        stage.name,
        f"{stage.parameters:,}",
        f"{stage.macs:,}",
        f"{stage.size_bytes / 1e3:,.1f}",
        f"{stage.accuracy:.1%}",
        f"{1e6 * stage.latency.median_s:.1f}",
        f"{1e6 * stage.latency.p90_s:.1f}",
        f"{1e6 * stage.energy_j:.2f}",
    )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.,]+ ?%?", text) is not None


def _row(tag: str, texts, sides) -> str:
    cells = zip(texts, sides, strict=True)
    inside = "".join(f'<{tag} style="text-align:{side}">{escape(text)}</{tag}>' for text, side in cells)
    return f"<tr>{inside}</tr>"
