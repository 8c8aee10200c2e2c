"""What stands around a lesson in its page: head, style, links to other lessons, the list of its parts.

Colours follow the reader's own choice of light or dark, and each pair of text and ground has a contrast of at least
4.5, which the tests compute. A line of text holds about 70 letters; code and pictures may be wider.
"""

from html import escape
from pathlib import Path
from string import Template

from edukit.course import LESSONS, Lesson, neighbours

COURSE = "Model compression, from scratch"
ABOUT = "Learn and explore model compression and on-device deployment: predict, drag, measure, and be checked."
NOTE = (
    "These pages show each lesson as it was run. To predict, drag and be checked, install the kit and run "
    "<code>edukit lab</code>: the same lessons open in Jupyter, without a network."
)


def lesson_page(lesson: Lesson, body: str, headings: list[tuple[int, str, str]]) -> str:
    """The whole page of a lesson, given its body and the headings in it."""
    parts = [f'<li><a href="#{name}">{text}</a></li>' for level, name, text in headings if level == 2]
    start, found, rest = body.partition("</h1>")
    contents = f"<details><summary>In this lesson</summary><ol>{''.join(parts)}</ol></details>"
    eyebrow = f'<p class="about">{" · ".join(_about(lesson))}</p>'
    main = f"{eyebrow}{start}{found}<nav class='contents' aria-label='Parts of this lesson'>{contents}</nav>{rest}"
    return _page(f"{lesson.question} · {lesson.title}", main, _ways(lesson))


def index_page() -> str:
    """The page that lists all lessons."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("", "lesson", "question", "time", "after"))
    rows = "".join(f"<tr>{''.join(_cells(lesson))}</tr>" for lesson in LESSONS)
    table = f"<table class='lessons'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    main = f"<h1>{COURSE}</h1><p>{ABOUT}</p><div class='scroll' tabindex='0'>{table}</div><p>{NOTE}</p>"
    return _page(f"{COURSE} · edukit", main)


def _page(title: str, main: str, ways: str = "") -> str:
    top = f"<header><nav aria-label='Lessons, at the top'>{HOME}{ways}</nav></header>" if ways else ""
    bottom = f"<footer><nav aria-label='Lessons, at the end'>{HOME}{ways}</nav></footer>" if ways else ""
    return PAGE.substitute(title=escape(title), style=STYLE, top=top, main=main, bottom=bottom)


def _ways(lesson: Lesson) -> str:
    before, after = neighbours(lesson)
    back = f'<a rel="prev" href="{page_name(before)}">← {escape(before.title)}</a>' if before else ""
    on = f'<a rel="next" href="{page_name(after)}">{escape(after.title)} →</a>' if after else ""
    return back + on


def _about(lesson: Lesson) -> list[str]:
    needs = lesson.needs.split(", ") if lesson.needs else []
    files = {other.number: page_name(other) for other in LESSONS}
    after = ", ".join(f'<a href="{files[number]}">{number}</a>' for number in needs)
    found = [f"Lesson {lesson.number}", f"{lesson.minutes} minutes"]
    return [*found, f"after lesson{'s' if len(needs) > 1 else ''} {after}"] if needs else found


def _cells(lesson: Lesson) -> list[str]:
    name = escape(lesson.name)
    linked = f'<a href="{page_name(lesson)}">{name}</a>' if lesson.minutes else name
    time = f"{lesson.minutes} min" if lesson.minutes else "planned"
    texts = [lesson.number, linked, escape(lesson.question), time, lesson.needs]
    return [f"<td>{text}</td>" for text in texts]


def page_name(lesson: Lesson) -> str:
    """The file of a lesson's page."""
    return lesson.file.replace(".ipynb", ".html")


STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
HOME = '<a href="index.html">All lessons</a>'
PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>$style</style>
</head>
<body>
$top
<main>
$main</main>
$bottom
</body>
</html>
""")
