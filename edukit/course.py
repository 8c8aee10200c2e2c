"""The order of the course: what each lesson is called and asks, how long it takes, and what it needs before it.

    LESSONS ─> the table of README, the map of the tour, the links in each notebook, the pages of the site

A new lesson is one line here; `python tests/order.py` then writes it wherever it is named.
"""

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Lesson:
    """One lesson; it is planned, and has no notebook yet, where `minutes` is None.

    number  two digits, and a letter where a lesson goes on with the one before
    needs   the numbers of the lessons that it builds on

    >>> Lesson("05b", "One bit", "Can a weight be a single bit?", 60, "05").file
    '05b_one_bit.ipynb'
    """

    number: str
    name: str
    question: str
    minutes: int | None = None
    needs: str = ""

    @property
    def file(self) -> str:
        """The name of its notebook."""
        return f"{self.number}_{self.name.lower().replace(' ', '_').replace('-', '_')}.ipynb"

    @property
    def title(self) -> str:
        """Number and name, as links to it say them."""
        return f"{self.number} {self.name}"


LESSONS = (
    Lesson("00", "Tour", "How small can a network become before it forgets?", 30),
    Lesson("01", "Linear quantization", "How few bits does a weight need?", 60),
    Lesson("02", "Calibration", "Which range should the codes cover?", 60, "01"),
    Lesson("03", "Post-training quantization", "Can a network compute with whole numbers only?", 60, "01, 02"),
    Lesson("03b", "Codes that fit", "It got worse when I quantized it. Must I train it again?", 75, "01, 03"),
    Lesson("04", "Quantization-aware training", "Can a network learn to live with two bits?", 60, "01, 03b"),
    Lesson("05", "Low bit", "I quantized to 4 bits, and the file grew. Why?", 75, "01"),
    Lesson("05b", "One bit", "Can a weight be a single bit?", 60, "05"),
    Lesson("06", "Pruning", "Half of the weights are nearly zero. May I throw them away?", 60),
    Lesson("06b", "What zeros weigh", "Nine of ten weights are zero. Why is the file not ten times smaller?", 50, "06"),
    Lesson("07", "Structured pruning", "I pruned 90 % of it, and it is not one millisecond faster. Why?", 60, "06"),
    Lesson("08", "Distillation", "What does a teacher know that labels do not say?", 60),
    Lesson("09", "Compact networks", "How can a network do with a ninth of the multiplications?", 60),
    Lesson("10", "Attention", "Why does attention cost four times the work for twice the text?", 60),
    Lesson("10b", "One word at a time", "Why does a model need more memory for every word that it writes?", 60, "10"),
    Lesson("11", "Architecture search", "Can a computer find the small network?", 60, "09"),
    Lesson("11b", "One supernet", "One training, and a network for every device?", 60, "09, 11"),
    Lesson("12", "Detection", "Not only what, but where?", 75, "01, 03, 07, 08"),
    Lesson("13", "Export and runtimes", "What does a phone do with the file?", 60, "01, 03"),
    Lesson("14", "On the device", "Can a watch run this?", 60, "09, 13"),
    Lesson("15", "Mobile benchmark", "Can a phone run this?", 60, "01, 07, 08, 13"),
)


def written(lessons=LESSONS) -> list[Lesson]:
    """The lessons that have a notebook, in their order."""
    return [lesson for lesson in lessons if lesson.minutes]


def neighbours(lesson: Lesson, lessons=LESSONS) -> tuple[Lesson | None, Lesson | None]:
    """The lessons before and after, of those that are written; None where there is none.

    >>> before, after = neighbours(LESSONS[1])
    >>> before.title, after.title
    ('00 Tour', '02 Calibration')
    """
    order = [None, *written(lessons), None]
    place = order.index(lesson)
    return order[place - 1], order[place + 1]


def links(lesson: Lesson, lessons=LESSONS) -> str:
    """The line of a notebook that leads to the lessons before and after.

    >>> links(LESSONS[0])
    '[01 Linear quantization →](01_linear_quantization.ipynb)'
    """
    before, after = neighbours(lesson, lessons)
    back = [f"[← {before.title}]({before.file})"] if before else []
    on = [f"[{after.title} →]({after.file})"] if after else []
    return " · ".join(back + on)


def map_table(lessons=LESSONS) -> str:
    """All lessons, as the tour's table: a line each, with links from a notebook to its neighbours."""
    rows = [
        f"| {lesson.number} | [{lesson.name}]({lesson.file}) | {_asks(lesson)} |"
        if lesson.minutes
        else f"| {lesson.number} | {lesson.name} | {lesson.question} | *planned* |  |"
        for lesson in lessons
    ]
    return "\n".join(["| | lesson | the question | | after |", "|---|---|---|---|---|", *rows])


def readme_table(lessons=LESSONS) -> str:
    """All lessons, as the table of README, where planned ones that follow each other share a line."""
    rows = []
    for planned, found in groupby(lessons, key=lambda lesson: lesson.minutes is None):
        group = list(found)
        rows += [_planned(group)] if planned else [_readme_row(lesson) for lesson in group]
    return "\n".join(["| lesson | question | | after |", "|---|---|---|---|", *rows])


def _readme_row(lesson: Lesson) -> str:
    return f"| [{lesson.file.removesuffix('.ipynb')}](notebooks/{lesson.file}) | {_asks(lesson)} |"


def _asks(lesson: Lesson) -> str:
    return f"{lesson.question} | {lesson.minutes} min | {lesson.needs}"


def _planned(lessons: list[Lesson]) -> str:
    first = lessons[0].number
    last = lessons[-1].number
    names = ", ".join(lesson.name.lower() for lesson in lessons)
    return f"| {first if first == last else f'{first} – {last}'} | {names} | planned |  |"
