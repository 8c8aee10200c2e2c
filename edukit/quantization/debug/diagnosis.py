"""A diagnosis: the questions that were asked, what was measured, and what follows; made by `diagnose`.

step       question                       measured        verdict
─────────────────────────────────────────────────────────────────────
quantized  what does quantization cost?   0.955 → 0.420   0.535 lost

culprit: wild inputs
  → leave input 17 out of the calibration data: 0.955
"""

from dataclasses import dataclass, field
from html import escape

from edukit.quantization.debug.activation_use import Use


@dataclass(frozen=True)
class Step:
    """One question, and what was measured to answer it.

    >>> Step("weights only", "is it the weights?", "0.955", "no").measured
    '0.955'
    """

    step: str
    question: str
    measured: str
    verdict: str


@dataclass
class Diagnosis:
    """What `diagnose` found; shows itself as a table, the culprit and the advice.

    culprit     "nothing", "tracing", "calibration data", "wild inputs", "outliers", "unequal channels", "one layer"
                or "too few bits"
    steps       the questions, in the order in which they were asked
    advice      what to do, in words, the best first
    scores      {variant: what evaluate said of it}; "float" and "quantized" among them
    restored    {layer: what evaluate said with this layer alone back in float}
    calibrated, evaluated   {value: Use} of the calibration data, and of the evaluated data

    >>> Diagnosis("nothing", [Step("quantized", "what does it cost?", "0.9 → 0.9", "nothing")], ["nothing to repair"])
    step       question            measured   verdict
    ─────────────────────────────────────────────────
    quantized  what does it cost?  0.9 → 0.9  nothing
    <BLANKLINE>
    culprit: nothing
      → nothing to repair
    """

    culprit: str = ""
    steps: list[Step] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    restored: dict[str, float] = field(default_factory=dict)
    calibrated: dict[str, Use] = field(default_factory=dict)
    evaluated: dict[str, Use] = field(default_factory=dict)

    def _rows(self):
        return [("step", "question", "measured", "verdict")] + [
            (s.step, s.question, s.measured, s.verdict) for s in self.steps
        ]

    def __repr__(self):
        rows = self._rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        rule = "─" * max(map(len, lines))
        return "\n".join(
            [lines[0], rule, *lines[1:], "", f"culprit: {self.culprit}", *(f"  → {a}" for a in self.advice)]
        )

    def _repr_html_(self):
        head, *rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in self._rows())
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        advice = "".join(f"<li>{escape(line)}</li>" for line in self.advice)
        head = head.replace("<td>", '<th scope="col">').replace("</td>", "</th>")
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"{table}<p>culprit: <b>{escape(self.culprit)}</b></p><ul>{advice}</ul>"
