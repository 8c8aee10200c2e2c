"""How a lesson knows each number that it claims.

    number ─┬─ an output of the same lesson prints it ─────────── recorded
            ├─ a line of arithmetic.py comes to it ────────────── follows
            ├─ an address, a title, (Author 2019) in the sentence  sourced
            └─ code or a formula of the lesson holds it ───────── set

Questions, instructions, quotes, the map of the course and *To discuss* claim nothing.
"""

import re
from functools import cache, cached_property
from typing import NamedTuple

from claims.arithmetic import rows, value_of
from claims.figures import Figure, Record, claimed, printed, recorded
from claims.prose import NOTEBOOKS, Lesson, Paragraph, lesson, note, paragraphs
from edukit.course import written
from edukit.experiments.deployment.bench_runs import markdown

VERBS = "Allow|Choose|Click|Count|Drag|Draw|Find|Give|Go|Homework|Leave|Make|Move|Play|Prune|Repeat|Set|Store|Stretch"
VERBS += "|Suppose|Take|Tick|Write"
NOTHING = {"To discuss", "The map"}  # sections that claim nothing
INSTRUCTION = re.compile(rf"\W*(?:\d\. )?(?:(?:{VERBS})\b|(?:Rubric|Points):)")
PEOPLE = r"[A-Z][\w'-]+(?:,? (?:&|and) [A-Z][\w'-]+)?(?: et al\.)?,? \(?(?:19|20)\d\d\b"
SOURCED = re.compile(rf"\]\(https?:|《|\([^()]*{PEOPLE}|{PEOPLE}\)")
LESSON = re.compile(r"\blessons? (\d\d[a-z]?)(?:,? and (\d\d[a-z]?))?")


class Claim(NamedTuple):
    """A number in its sentence."""

    paragraph: Paragraph
    at: int
    figure: Figure

    def __str__(self):
        page, cell = self.paragraph.page, self.paragraph.cell
        return f"{page}, cell {cell}: {self.figure.text!r} in {self.paragraph.sentences[self.at]!r}"


class Claims:
    """The claims of a lesson, or of another page whose numbers the lesson has recorded."""

    def __init__(self, lesson: Lesson, paragraphs: list[Paragraph] | None = None):
        self.lesson = lesson
        self.paragraphs = lesson.paragraphs if paragraphs is None else paragraphs

    @cached_property
    def all(self) -> list[Claim]:
        found = []
        for paragraph in self.paragraphs:
            if paragraph.heading not in NOTHING:
                for at, sentence in enumerate(paragraph.sentences):
                    found += [Claim(paragraph, at, figure) for figure in _claimed(sentence)]
        return found

    @cached_property
    def unexplained(self) -> list[Claim]:
        """Those of which the lesson does not say how it knows them."""
        return [claim for claim in self.all if not self.why(claim)]

    def why(self, claim: Claim) -> str:
        """How the lesson knows a number; empty where it does not say."""
        figure = claim.figure
        sentence = claim.paragraph.sentences[claim.at]
        if any(record.says(figure, sentence) for record in self.recorded + _recorded_in(LESSON.findall(sentence))):
            return "recorded"
        if any(figure.prints(value_of(how)) for how in self.arithmetic.get(figure.text, [])):
            return "follows"
        if self.is_sourced(claim) or figure.text in self.said_of_sources:
            return "sourced"
        return "set" if self.is_set(figure) else ""

    @cached_property
    def recorded(self) -> list[Record]:
        return recorded(self.lesson)

    @cached_property
    def arithmetic(self) -> dict[str, list[str]]:
        """The lines of the table for this lesson: {number as it is printed: expressions}."""
        found: dict[str, list[str]] = {}
        for name, number, how in rows():
            if name == self.lesson.name:
                found.setdefault(number, []).append(how)
        return found

    @cached_property
    def said_of_sources(self) -> set[str]:
        """Numbers with a source somewhere in the lesson; they may be said again."""
        own = {claim.figure.text for claim in self.all if self.is_sourced(claim)}
        whole = self.paragraphs == self.lesson.paragraphs
        return own if whole else own | Claims(self.lesson).said_of_sources

    def is_sourced(self, claim: Claim) -> bool:
        """Whether the sentence carries a source; a row of a table has that of the paragraph above the table."""
        said = [claim.paragraph.sentences[claim.at]]
        if claim.paragraph.text.startswith("|"):
            before = self.paragraphs[: self.paragraphs.index(claim.paragraph)]
            said += [part.text for part in before if not part.text.startswith("|")][-1:]
        return any(SOURCED.search(text) for text in said)

    def is_set(self, figure: Figure) -> bool:
        """Whether code, or a formula, holds the number: what was chosen is not measured."""
        literals = self.lesson.literals
        if figure.measures == "share":
            return any(abs(100 * literal - figure.value) < 1e-9 for literal in literals)
        unit = figure.text.partition(" ")[2]
        told = figure.digits > 1 or (unit and re.search(rf'"[^"]*\b{re.escape(unit)}\b[^"]*"', self.lesson.code))
        given = {number.value for number in self.in_formulas} if not figure.measures else set()
        return bool(told and {figure.printed, figure.value} & literals) or figure.value in given

    @cached_property
    def in_formulas(self) -> list[Figure]:
        formulas = re.findall(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`", self.lesson.markdown, re.DOTALL)
        return printed(" ".join(formulas))


@cache
def pages(name: str) -> list[Claims]:
    """A lesson and its note for teachers, or README, which has its own records."""
    if name != "README":
        return [Claims(lesson(name)), Claims(lesson(name), note(name))]
    text = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    said = [part for part in paragraphs(text, "README") if part.heading != "The lessons"]
    table = {"cell_type": "code", "source": "", "outputs": [{"text": markdown()}]}
    return [Claims(Lesson("README", [table, {"cell_type": "markdown", "source": text}]), said)]


def _recorded_in(numbers: list[tuple[str, str]]) -> list[Record]:
    """What the lessons recorded to which a sentence points."""
    there = [one for pair in numbers for one in pair if one in {lesson.number for lesson in written()}]
    return [record for number in there for record in recorded(lesson(number))]


def _claimed(sentence: str) -> list[Figure]:
    if re.search(r"\?[*_)\"”]*$", sentence) or INSTRUCTION.match(sentence):
        return []
    return claimed(re.sub(r'"[^"]*"|“[^”]*”', " ", sentence))
