"""A lesson as a text, read without running it: paragraphs, sentences, code, sources."""

import ast
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property

from edukit import bundled
from edukit.course import written

NOTEBOOKS = bundled.path("notebooks")
HELD = [lesson.number for lesson in written()]
SOURCES = re.compile(r"^## Sources$", re.MULTILINE)
SENTENCE = re.compile(r"(?<!\bal)([.?!][*)\"”]*)\s+(?=[*_\[(\"“]*[A-ZÀ-Ý《\d])")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, an entry of a list, or a row of a table, below its heading; cells count from 0."""

    page: str
    cell: int
    heading: str
    text: str

    @property
    def sentences(self) -> list[str]:
        """Its sentences.

        >>> Paragraph("", 0, "", "So do Li et al. (2016): two points. *Why?* See.").sentences
        ['So do Li et al. (2016): two points.', '*Why?*', 'See.']
        """
        return SENTENCE.sub(r"\1\n", self.text).split("\n")


def paragraphs(text: str, page: str = "page", cell: int = 0) -> list[Paragraph]:
    """The text in its parts, without blocks of code and of formulas."""
    text = re.sub(r"^```.*?^```|\$\$.*?\$\$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"</?(?:details|summary)>", "\n\n", text)
    found = []
    heading = ""
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:- |\d+\. |\|))", text):
        if part.lstrip().startswith("#"):
            heading = part.strip("# \n")
        if part.strip():
            found.append(Paragraph(page, cell, heading, " ".join(part.split())))
    return found


def visible(text: str) -> str:
    """The text as it is read, without formulas, code, addresses and marks.

    >>> visible("Take $x = 2$ in **bold** from [here](https://x.org), `code`")
    'Take   in bold from here,  '
    """
    text = re.sub(r"\$[^$]*\$|`[^`]*`", " ", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"<[^>]+>|\*", "", text)


class Lesson:
    """A notebook: what it says, the code that it runs, and what it names as sources."""

    def __init__(self, name: str, cells: list[dict]):
        self.name = name
        self.cells = [{**cell, "source": "".join(cell["source"])} for cell in cells]

    @cached_property
    def code(self) -> str:
        return "\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "code")

    @cached_property
    def literals(self) -> set[float]:
        """The numbers that stand in its code: what it sets, and does not measure."""
        nodes = ast.walk(ast.parse(self.code))
        numbers = [node.value for node in nodes if isinstance(node, ast.Constant)]
        return {float(number) for number in numbers if type(number) in (int, float)}

    @cached_property
    def paragraphs(self) -> list[Paragraph]:
        """All of them, but for the entries below Sources."""
        found = []
        for number, cell in enumerate(self.cells):
            if cell["cell_type"] == "markdown":
                found += paragraphs(SOURCES.split(cell["source"])[0], self.name, number)
        return found

    @cached_property
    def markdown(self) -> str:
        """The text of all cells that are not code."""
        return "\n\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "markdown")

    @cached_property
    def sources(self) -> str:
        """The lines below its heading Sources."""
        return "".join(SOURCES.split(self.markdown)[1:])


@cache
def lesson(number: str) -> Lesson:
    """A lesson of the course, by its number."""
    (found,) = [one for one in written() if one.number == number]
    return Lesson(number, json.loads((NOTEBOOKS / found.file).read_text(encoding="utf-8"))["cells"])


@cache
def note(number: str) -> list[Paragraph]:
    """The note for teachers of a lesson."""
    text = (NOTEBOOKS / "teachers" / f"{number}.md").read_text(encoding="utf-8")
    return paragraphs(text, f"teachers/{number}")
