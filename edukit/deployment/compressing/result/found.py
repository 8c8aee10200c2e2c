"""Found: what a search has found, as tables and sentences.

steps    original → student → fewer channels → trained → fewer bits: what each bought, on validation images
front    the candidates that no other is better than in bytes and in quality
floats   the layers that no integer operator computes, and why
notes    what the figures cannot tell
"""

import html
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.choice import Chosen
from edukit.deployment.compressing.search import Candidate
from edukit.deployment.files.parity import Parity
from edukit.deployment.protocol import Timing
from edukit.deployment.tradeoff import pareto_front
from edukit.quantization import QuantizedModel
from edukit.table import Table

LISTED = 12  # rows of the front


@dataclass(frozen=True)
class Look:
    """The one look at the test images: qualities of the original and of the file, on so many rows."""

    kind: str
    original: float
    quality: float
    rows: int

    @property
    def loss(self) -> float:
        """Points; negative where the file is better.

        >>> Look("accuracy", 0.98, 0.97, 100).loss
        1.0
        """
        return round(100 * (self.original - self.quality), 6)


@dataclass(frozen=True, eq=False)
class Compressed:
    """The smallest model that `compress` has found, its file, and how it was found; a notebook shows the report.

    model        the network of the file, a QuantizedModel where its weights are integers
    fits         whether its file keeps the budget on validation images; where it does not, `nearest` is the budget that
                 it keeps, and none nearer was found
    size_bytes, loss, latency   of the ONNX file, loss on validation images
    test         the one look at the test images
    files        {format: its path, or why there is none}; paths only where an output folder was given
    """

    model: nn.Module
    candidate: Candidate
    budget: Budget
    fits: bool
    nearest: Budget
    size_bytes: int
    loss: float
    latency: Timing
    original_bytes: int
    original_latency: Timing
    test: Look
    steps: Table
    front: Table
    parity: Parity | None
    notes: list[str]
    files: dict[str, Path | str] = field(default_factory=dict)
    output: Path | None = None

    @property
    def floats(self) -> Table:
        return float_table(self.model)

    @property
    def sentence(self) -> str:
        """What came out, in one or two sentences."""
        smaller = self.original_bytes / self.size_bytes
        figures = (
            f"{self.size_bytes / 1000:,.1f} kB instead of {self.original_bytes / 1000:,.1f} kB, {smaller:.1f} times "
            f"smaller; {points(self.loss)} on validation images, {points(self.test.loss)} on test images; "
            f"p90 {1e3 * self.latency.p90_s:.3g} ms instead of {1e3 * self.original_latency.p90_s:.3g} ms"
        )
        if self.fits:
            return f"Within {self.budget}: {self.candidate.name}. {figures}."
        nearest = f"the nearest keeps {self.nearest}: {self.candidate.name}"
        return f"Nothing found is within {self.budget}; {nearest}. {figures}."

    @property
    def sections(self) -> list[tuple[str, Table]]:
        """(heading, table) of the whole report."""
        found = [("What each step bought, on validation images", self.steps)]
        found += [("Candidates that no other is better than; their sizes are predicted", self.front)]
        found += [("What stays float, and why", self.floats)] if self.floats.rows else []
        return found + ([("Files beside the model", self.parity.table)] if self.parity else [])

    def text(self) -> str:
        """The report for a terminal."""
        tables = [f"{heading}\n{table.text()}" for heading, table in self.sections]
        return "\n\n".join([self.sentence, *tables, "\n".join(f"- {note}" for note in self.notes)])

    def __repr__(self):
        return f"Compressed({self.sentence})"

    def _repr_html_(self) -> str:
        tables = "".join(f"<h4>{html.escape(heading)}</h4>{table.html()}" for heading, table in self.sections)
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        return f"<p><b>{html.escape(self.sentence)}</b></p>{tables}<ul>{notes}</ul>"


def points(loss: float) -> str:
    """A loss in words.

    >>> points(0.5), points(-0.2), points(0.0)
    ('0.5 points lost', '0.2 points gained', '0 points lost')
    """
    size = f"{abs(round(loss, 2)):g}"
    return f"{size} point{'s' * (size != '1')} {'gained' if loss < 0 else 'lost'}"


def steps_table(chosen: Chosen, tried: dict, beside: dict, plain: int, original: float, kind: str) -> Table:
    """From the original to the file; sizes but the first and the last are predicted."""
    candidate = chosen.candidate
    rows = [("original", _kb(plain), _share(original))]

    def floats(share):
        size, quality = tried[candidate.start, share]["precisions"]["float32"]
        return size + beside[candidate.start]["float32"], quality

    if candidate.start != "model" and "precisions" in tried[candidate.start, 1.0]:
        size, quality = floats(1.0)
        rows.append((f"{candidate.start}, which has learnt from it", f"≈ {_kb(size)}", _share(quality)))
    if candidate.share < 1:
        row = tried[candidate.start, candidate.share]
        size = f"≈ {_kb(floats(candidate.share)[0])}"
        rows.append((f"{100 * candidate.share:.3g} % of the MACs", size, _share(row["untrained"])))
        if row["is_trained"]:
            rows.append(("trained again", size, _share(row["quality"])))
    last = "short names" if candidate.precision == "float32" else f"{candidate.precision} weights"
    rows.append((f"the file: {last}", _kb(chosen.size_bytes), _share(chosen.quality)))
    return Table(("step", "kB", kind), rows)


def front_table(found: list[Candidate], chosen: Candidate, kind: str) -> Table:
    """The Pareto front of the candidates, the smallest first; the chosen one is marked."""
    front = [found[i] for i in pareto_front([c.size_bytes for c in found], [c.quality for c in found])]
    shown = front if len(front) <= LISTED else front[:: -(-len(front) // LISTED)]
    shown = shown if chosen in shown else sorted([*shown, chosen], key=lambda c: c.size_bytes)
    rows = [
        (c.name, _kb(c.size_bytes), _share(c.quality), f"{c.loss:+.2f}", f"{c.macs:,}", "chosen" if c == chosen else "")
        for c in shown
    ]
    return Table(("candidate", "≈ kB", kind, "points lost", "MACs", ""), rows)


def float_table(model: nn.Module) -> Table:
    """The layers of a quantized model that stay float, each with the reason; of a float model, no rows."""
    report = model.report if isinstance(model, QuantizedModel) else []
    rows = [(row.name, row.operation, row.reason) for row in report if row.reason]
    return Table(("layer", "operation", "why"), rows)


def _kb(size: float) -> str:
    return f"{size / 1000:,.1f}"


def _share(quality: float) -> str:
    return f"{quality:.1%}"
