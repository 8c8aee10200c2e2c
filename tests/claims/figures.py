"""Numbers with their units: in a sentence, in what a cell printed, in a table."""

import html
import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from claims.prose import Lesson, visible

NUMBER = r"[+−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?"
MANY = r" ?(?:MACs|parameters|weights|multipl\S+|numbers|FLOPs)?"
UNITS = {  # what a unit measures: how it is written, and its size
    "share": {"%|percent|points?": 1, r"(?:[a-z][a-z ]{0,20} )?(?:of|in) 100": 1, r"(?:of|in) 1,000": 0.1},
    "ratio": {"times(?! \\d)|×(?! ?[\\d×])|x(?! ?\\d)|-fold": 1},
    "bits": {"bits a weight|bits saved": 1},
    "bytes": {"GB": 1e9, "MB": 1e6, "kB": 1e3, "bytes": 1},
    "time": {"ms": 1e-3, "µs": 1e-6, "ns": 1e-9, "s|seconds?": 1},
    "energy": {"mJ": 1e-3, "µJ": 1e-6, "pJ": 1e-12, "J": 1},
    "power": {"mW": 1e-3, "W": 1},
    "warmth": {"°C": 1},
    "decibel": {"dB": 1},
    "count": {
        f"(?:billion|G){MANY}": 1e9,
        f"(?:million|M){MANY}": 1e6,
        f"(?:thousand|k){MANY}": 1e3,
        "MACs|parameters": 1,
    },
}
UNIT = "|".join(unit for units in UNITS.values() for unit in units)
JOIN = r" ?(?:,|,? (?:and|or|to|against|instead of|but)|–|→|…| of)(?: \+)? ?"
WITH_UNIT = re.compile(rf"(?<![\w.,^/·=])({NUMBER}(?:{JOIN}{NUMBER})*)[ -]?(?:more |fewer |less )?({UNIT})(?!\w)")
ALONE = rf"(?<!\w)({UNIT})(?!\w)"
EMPTY = """
about also been before does each from have here into less more most only other over same than that their them then
there they this what when where which while with your
"""
VERSION = re.compile(r"(?:Apache-|CC BY |edukit |onnxruntime |ONNX Runtime |PyTorch |torch )\d+(?:\.\d+)+")
CHOICES = re.compile(r"\[[^]]* · [^]]*\]$")  # what a prediction lets a learner choose
BARE = re.compile(rf"(?<![\w.,^/·=])({NUMBER})(?![\w])")


@dataclass(frozen=True)
class Figure:
    """A number as it is printed: what it measures, its value in that unit's base, and half a unit of its last digit."""

    text: str
    value: float
    measures: str = ""
    half: float = 0.0
    printed: float = 0.0

    @classmethod
    def of(cls, digits: str, unit: str = "") -> "Figure":
        """The number with the unit that was found beside it."""
        plain = digits.replace("−", "-").replace(",", "")
        measures, size = _unit(unit)
        decimals = len(plain.partition(".")[2])
        number = abs(float(plain))
        return cls(f"{digits} {unit}".strip(), number * size, measures, 0.5 * 10**-decimals * size, number)

    def rounds(self, value: float) -> bool:
        """Whether that value, rounded as this number is, prints as this number."""
        return abs(abs(value) - self.value) <= self.half * 1.0001

    def prints(self, number: float) -> bool:
        """Whether that number, in this one's own unit, is printed as this one."""
        return abs(abs(number) - self.printed) <= 0.5 * 10**-self.decimals * 1.0001

    @property
    def decimals(self) -> int:
        return len(self.text.partition(" ")[0].partition(".")[2])

    @property
    def digits(self) -> int:
        """How many digits were printed; the 0 before a point counts."""
        return len(re.findall(r"\d", self.text.partition(" ")[0]))


class Record(NamedTuple):
    """A number that a cell printed, and the words beside it."""

    figure: Figure
    words: frozenset[str]

    def says(self, claimed: Figure, sentence: str) -> bool:
        """Whether this is the claimed number: of the same unit, or of none; a short number needs a word in common."""
        if claimed.measures and self.figure.measures not in ("", claimed.measures):
            return False
        long = claimed.digits > 2
        is_part = claimed.measures == "share" and not self.figure.measures and 0 < self.figure.value <= 1
        alike = self.figure.measures == claimed.measures or (is_part and self.figure.digits > 2)
        if not long and not (alike and self.words & words(sentence)):
            return False
        if not claimed.measures:
            return claimed.prints(self.figure.printed)
        return claimed.rounds(self.figure.value) or (is_part and claimed.rounds(100 * self.figure.value))


@cache
def words(text: str) -> frozenset[str]:
    """The beginnings of the words of a text that carry a meaning.

    >>> sorted(words("Networks read 95 of 100 digits in INT8, and this is more than they did"))
    ['INT8', 'digit', 'netwo', 'read']
    """
    found = {word[:5].removesuffix("s") for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in EMPTY.split()}
    return frozenset(found | set(re.findall(r"[A-Z]+\d+", text)))


def _unit(text: str) -> tuple[str, float]:
    sizes = (
        (measures, size)
        for measures, units in UNITS.items()
        for unit, size in units.items()
        if re.fullmatch(unit, text)
    )
    return next(sizes, ("", 1))


def claimed(sentence: str) -> list[Figure]:
    """The numbers of a sentence that claim a measurement: those with a unit, with decimals, or above 1,000.

    >>> [one.text for one in claimed("From 5 to 12.5 ms, 3 times as fast; a score of 0.97 in 4 networks.")]
    ['5 ms', '12.5 ms', '3 times', '0.97']
    """
    text = VERSION.sub(" ", visible(sentence))
    bare = [Figure.of(digits) for digits in BARE.findall(WITH_UNIT.sub(" ", text)) if re.search("[.,]", digits)]
    return _with_unit(text) + bare


def _with_unit(text: str) -> list[Figure]:
    found = WITH_UNIT.findall(text)
    return [Figure.of(digits, unit) for group, unit in found for digits in re.findall(NUMBER, group)]


def printed(line: str) -> list[Figure]:
    """Every number of a line, with the unit that follows it, where one does."""
    line = line.replace("*", "")
    rest = WITH_UNIT.sub(" ", line)
    return _with_unit(line) + [Figure.of(digits) for digits in re.findall(rf"(?<![\w.,])({NUMBER})", rest)]


@cache
def recorded(lesson: Lesson) -> list[Record]:
    """The numbers of all outputs of a lesson: text, tables, the sentences that describe pictures."""
    found = []
    for output in (output for cell in lesson.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        page = "".join(data.get("text/html", ""))
        found += in_tables(page)
        texts = [output.get("text", ""), data.get("text/plain", ""), seen(page)]
        for line in (CHOICES.sub("", line) for text in texts for line in "".join(text).splitlines()):
            found += [Record(figure, words(line)) for figure in printed(line)]
    return found


def seen(page: str) -> str:
    """What HTML says: its text, and the descriptions of its pictures."""
    page = re.sub(r'<img alt="([^"]*)"[^>]*>', r" \1 ", page)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def in_tables(page: str) -> list[Record]:
    """The numbers in tables of HTML, with the unit that the head of their column or row names, and with their words.

    >>> in_tables("<table><tr><th>size, kB</th></tr><tr><td>64.2</td></tr></table>")[0].figure.value
    64200.0
    """
    found = []
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        heads = [seen(head) for head in re.findall(r"<th[ >].*?</th>", table, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
            cells = [seen(cell) for cell in re.findall(r"<td[ >].*?</td>", row, re.DOTALL)]
            for head, cell in zip(heads, cells, strict=False):
                unit = re.search(ALONE, head) or re.search(ALONE, cells[0])
                beside = words(" ".join([head, *cells]))
                found += [
                    Record(Figure.of(digits, unit[1] if unit else ""), beside) for digits in re.findall(NUMBER, cell)
                ]
    return found
