"""Whose results a lesson reports, and whether its sources name them with an address.

Author et al. 2019, (Author, 2019) ─> an entry with this author, this year and an address
the paper, reports, promises ───────> a title or an author of an entry, or an address, in the same paragraph
《title》 ───────────────────────────> the same title below Sources
"""

import re

from claims.prose import Lesson, Paragraph

ENTRY = re.compile(r".*?\]\(https?://[^)\s]+\)", re.DOTALL)
YEAR = r"(?:19|20)\d\d"
NO_AUTHOR = "January|February|March|April|May|June|July|August|September|October|November|December|In|Since|Until|ISSCC"
AUTHOR = rf"\b(?!(?:{NO_AUTHOR})\b)([A-Z][\w'-]+)(?:,? (?:&|and) [A-Z][\w'-]+)?"
PROPOSED = r"([A-Z]\w+) and [A-Z]\w+ (?:found|propose|show)\b"
CITED = re.compile(rf"{AUTHOR}(?: et al\.)?,? \(?({YEAR})\b|{AUTHOR} et al\.|{PROPOSED}")
SAID = [
    r"\b[Tt]he (?:paper|authors)\b",
    r"\b(?:[Tt]he|[Aa]n|[Oo]ne|first|second) (?:article|tutorial)\b(?! 《)",
    r"\breport(?:s|ed)\b",
    r"\bpromise[sd]? (?=\d)",
    r"\b[Pp]ublished (?:accurac|figure|number|result)",
]
REPORTS = re.compile("|".join(SAID))
TITLE = re.compile(r"《[^》]+》")


def entries(lesson: Lesson) -> list[str]:
    """The entries below Sources that have an address; what follows an address belongs to the next one."""
    return ENTRY.findall(lesson.sources)


def names(entry: str) -> list[str]:
    """What an entry can be called: authors, titles, and names in brackets; the text of a link that is no number."""
    head = entry.split("](")[0]
    people = re.findall(r"\b[A-Z][\w'-]+(?= et al\.|,|:| &)", head)
    titles = [name for title in re.findall(r"\*([^*]+)\*", head) for name in (title, title.partition(":")[0])]
    others = re.findall(r"\(([^()]+)\)|\[([A-Za-z][^]:]*)$", head)
    return [*people, *titles, *(name for pair in others for name in pair if name)]


def without_source(lesson: Lesson) -> list[str]:
    """What the lesson reports of others without a source: cell, whom, paragraph."""
    found = []
    for paragraph in lesson.paragraphs:
        if paragraph.heading != "To discuss":
            for whom in _missing(paragraph, lesson):
                found.append(f"{lesson.name}, cell {paragraph.cell}: {whom!r} in {paragraph.text!r}")
    return found


def _missing(paragraph: Paragraph, lesson: Lesson) -> list[str]:
    text = re.sub(r'"[^"]*"|“[^”]*”|\$[^$]*\$|`[^`]*`', " ", paragraph.text)
    titles = [title for title in TITLE.findall(text) if title not in lesson.sources]
    people = [cited[0] for cited in CITED.finditer(_without_links(text)) if not _is_listed(cited, lesson)]
    reports = [] if _names_a_source(text, lesson) else [said[0] for said in REPORTS.finditer(text)]
    return titles + people + reports


def _without_links(text: str) -> str:
    """The text without links: their address is a source of its own."""
    return re.sub(r"\[[^]]*\]\(https?:[^)]*\)", " ", text)


def _is_listed(cited: re.Match, lesson: Lesson) -> bool:
    author = cited[1] or cited[3] or cited[4]
    year = cited[2] or ""
    return any(re.search(rf"\b{author}\b", entry) and year in entry for entry in entries(lesson))


def _names_a_source(text: str, lesson: Lesson) -> bool:
    """Whether a text has an address, a title in 《》, or a name of an entry."""
    if re.search(r"\]\(https?:|《", text):
        return True
    called = {name for entry in entries(lesson) for name in names(entry)}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in called)
