"""Where the terms of the glossary are used, and where they are defined: in bold, in the order of the course.

Read are the prose, the questions of predictions, the labels and sentences of panels, and the hints of checks. The
paragraph *In this lesson* announces what comes, and a sentence may point to the lesson that defines its term.
"""

import ast
import importlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import edukit
from claims.prose import SOURCES, Lesson
from edukit.checks.lessons import LESSONS
from edukit.glossary import TERMS

EVERYDAY = {  # words of every day, or of every programmer, which the glossary gives a narrower meaning as well
    "box", "budget", "code", "compressed", "energy", "estimate", "file", "float format", "head", "hint", "kernel",
    "level", "load", "mask", "measures", "neighbour", "peak", "power", "precision", "recall", "ridge", "round",
    "rounding", "rule", "score", "sign", "value", "weight", "width",
    "stored weight", "window",
}  # fmt: skip
OTHERS = ["geometric median", "ridge regression"]  # names in which a term is only a part
FORMULAS = r"\$\$[\s\S]*?\$\$|\$[^$\n]+\$|`[^`\n]+`|\]\([^)]*\)"
TITLES = r"\[[^]\n]*(?:←|→)[^]\n]*|^\|.*\.ipynb\).*"  # of lessons, in the lines of links and in the map
HIDDEN = re.compile(rf"{FORMULAS}|{TITLES}|^\*In this lesson\*.*", re.MULTILINE)
BOLD = re.compile(r"\*\*(.+?)\*\*")
POINTER = re.compile(r"\blessons? (\d\d[b-z]?)(?:(?:,| and|, and) (\d\d[b-z]?))*")


class Text(NamedTuple):
    """A piece of a lesson that a learner reads."""

    lesson: str
    cell: int
    kind: str
    text: str


class Use(NamedTuple):
    """A term in a piece of text, and where it stands there."""

    term: str
    where: Text
    at: int

    def __str__(self):
        around = self.where.text[max(0, self.at - 40) : self.at + 40].replace("\n", " ")
        return f"{self.where.lesson}, cell {self.where.cell}, {self.where.kind}: {self.term!r} in {around!r}"


def texts(lesson: Lesson) -> list[Text]:
    """All that a learner reads of a lesson, from the top to its sources."""
    found = []
    for number, cell in enumerate(lesson.cells):
        if cell["cell_type"] == "markdown":
            found.append(Text(lesson.name, number, "prose", SOURCES.split(cell["source"])[0]))
            continue
        tree = ast.parse(cell["source"])
        strings = [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        found += [Text(lesson.name, number, "question", text) for text in strings if " " in text]
        found += [Text(lesson.name, number, "label", text) for text in labels(cell["source"])]
        outputs = [output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
        found += [Text(lesson.name, number, "sentence", "".join(text)) for text in outputs]
        found += [Text(lesson.name, number, "hint", text) for text in hints(lesson.name, cell["source"])]
    return found


def hints(lesson: str, code: str) -> list[str]:
    """What the check in a cell of a lesson may answer."""
    own = [name for stem, names in LESSONS.items() if stem.startswith(f"{lesson}_") for name in names]
    found = []
    for topic, _, name in (name.partition(".") for name in own):
        if re.search(rf"\bcheck\.{name}\(", code):
            exercise = getattr(importlib.import_module(f"edukit.checks.{topic}"), name)
            found += [*exercise.hints, *(hint for _, hint in exercise.mistakes.values()), exercise.praise]
    return found


def labels(code: str) -> list[str]:
    """The names of the controls, and of their choices, of the panels in a cell."""
    found = []
    for name in re.findall(r"\bpanels\.(\w+)\(", code):
        for node in ast.walk(_panels().get(name, ast.parse(""))):
            is_panel = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Panel", "dict")
            found += [word.arg.replace("_", " ") for word in node.keywords if word.arg] if is_panel else []
    return [label for label in found if label not in ("figsize", "still")]


@cache
def _panels() -> dict[str, ast.FunctionDef]:
    files = (Path(edukit.__file__).parent / "panels").rglob("*.py")
    nodes = (node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body)
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def _any_of(names: list[str]) -> re.Pattern:
    """One of the names, in the plural too, in any case unless it has a capital; the longest come first."""
    parts = [re.escape(name) if re.search("[A-Z]", name) else f"(?i:{re.escape(name)})" for name in names]
    return re.compile(rf"(?<![\w-])({'|'.join(sorted(parts, key=len, reverse=True))})(?:s|es)?(?![\w-])")


TERM_OF = {name.lower(): term.names[0] for term in TERMS for name in term.names}
NAME = _any_of([*(name for term in TERMS for name in term.names), *OTHERS])


def defined(piece: Text) -> dict[str, int]:
    """The terms that stand in bold in a text: where."""
    found: dict[str, int] = {}
    for bold in BOLD.finditer(piece.text) if piece.kind == "prose" else ():
        name = NAME.fullmatch(re.sub(r"^(?:an?|the) ", "", bold[1], flags=re.IGNORECASE))
        if name and name[1].lower() in TERM_OF:
            found.setdefault(TERM_OF[name[1].lower()], bold.start())
    return found


def used(piece: Text) -> list[Use]:
    """The terms of a text that are no words of every day."""
    names = [(name[1].lower(), name.start()) for name in NAME.finditer(_without_announcements(piece.text))]
    terms = [(TERM_OF[name], at) for name, at in names if name in TERM_OF and len(name) > 2]
    return [Use(term, piece, at) for term, at in terms if term not in EVERYDAY]


def _without_announcements(text: str) -> str:
    """The text with dots for formulas, code, addresses, and for what only announces, so that places stay."""
    return HIDDEN.sub(lambda found: "·" * len(found[0]), text)


def too_early(lessons: list[Lesson], held: list[str]) -> list[Use]:
    """The uses of terms in the held lessons that stand before the term's definition in the order of all lessons."""
    pieces = [piece for lesson in lessons for piece in texts(lesson)]
    home: dict[str, str] = {}
    for piece in pieces:
        home = dict.fromkeys(defined(piece), piece.lesson) | home
    known: set[str] = set()
    found = []
    for piece in pieces:
        here = defined(piece)
        for use in used(piece) if piece.lesson in held else ():
            if use.term not in known and not _may_stand(use, here) and home.get(use.term) not in _pointed(use):
                found.append(use)
        known |= set(here)
    return found


def _may_stand(use: Use, here: dict[str, int]) -> bool:
    """Whether the term is in bold before its use in the same text, or right below the heading that names it."""
    if use.term not in here:
        return False
    start = use.where.text.rfind("\n", 0, use.at) + 1
    return use.at >= here[use.term] or use.where.text[start] == "#"


def _pointed(use: Use) -> list[str]:
    """The lessons to which the sentence points that uses a term."""
    text = use.where.text
    start = max(text.rfind(end, 0, use.at) for end in (". ", "? ", "\n"))
    stops = [place for place in (text.find(end, use.at) for end in (". ", "? ", "\n")) if place > 0]
    sentence = text[start + 1 : min(stops, default=len(text)) + 1]
    return re.findall(r"\d\d[b-z]?", " ".join(found[0] for found in POINTER.finditer(sentence)))
