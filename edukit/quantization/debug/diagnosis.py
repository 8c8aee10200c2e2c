"""A diagnosis: the questions that were asked, what was measured, and what follows; made by `diagnose`.

step       question                       measured        verdict
─────────────────────────────────────────────────────────────────────
quantized  what does quantization cost?   0.955 → 0.420   0.535 lost

cause: wild inputs
  → leave input 17 out of the calibration data: 0.955
"""

from dataclasses import astuple, dataclass, field
from html import escape

from edukit.quantization.debug.activation_use import Use
from edukit.table import Table


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
    """What `diagnose` found; shows itself as a table, the cause and the advice.

    cause     "nothing", "tracing", "calibration data", "wild inputs", "outliers", "unequal channels", "one layer"
                or "too few bits"
    steps       the questions, in the order in which they were asked
    advice      what to do, in words, the best first
    scores      {variant: what evaluate said of it}; "float" and "quantized" among them
    closeness   {variant: how close its answers are to the float network's}; of a quick diagnosis, as quick.py says
    restored    {layer: the score, or the closeness, with this layer alone back in float}
    calibrated, evaluated   {value: Use} of the calibration data, and of the evaluated data

    >>> Diagnosis("nothing", [Step("quantized", "what does it cost?", "0.9 → 0.9", "nothing")], ["nothing to repair"])
    step       question            measured   verdict
    ─────────────────────────────────────────────────
    quantized  what does it cost?  0.9 → 0.9  nothing
    <BLANKLINE>
    cause: nothing
      → nothing to repair
    """

    cause: str = ""
    steps: list[Step] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    closeness: dict[str, float] = field(default_factory=dict)
    restored: dict[str, float] = field(default_factory=dict)
    calibrated: dict[str, Use] = field(default_factory=dict)
    evaluated: dict[str, Use] = field(default_factory=dict)

    def _table(self) -> Table:
        return Table(("step", "question", "measured", "verdict"), [astuple(step) for step in self.steps])

    def __repr__(self):
        advice = [f"  → {line}" for line in self.advice]
        return "\n".join([self._table().text(left=4, solid=True), "", f"cause: {self.cause}", *advice])

    def _repr_html_(self):
        advice = "".join(f"<li>{escape(line)}</li>" for line in self.advice)
        return f"{self._table().html()}<p>cause: <b>{escape(self.cause)}</b></p><ul>{advice}</ul>"
