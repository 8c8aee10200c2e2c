"""All pages of the course, written to a folder: `edukit site OUT`.

    LESSONS ─> notebook ─ cells ─> page      and index.html, the list of the lessons

Each page carries its style, its pictures and its formulas; it asks for nothing from anywhere.
"""

import json
from pathlib import Path

from tqdm.auto import tqdm

from edukit import bundled
from edukit.course import Lesson, links, written
from edukit.disk.sealed import write_atomically
from edukit.site.cells import cell_html
from edukit.site.template import index_page, lesson_page, page_name
from edukit.site.words import Page


def build(folder: str | Path, *, run: bool = False) -> list[Path]:
    """Write a page for each lesson, and index.html; returns their paths.

    run   run each lesson first, so that its panels move in the page; it takes minutes

    Raises ValueError for a lesson that does not run, OSError for a folder that cannot be written.
    """
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    pages = {"index.html": index_page()}
    for lesson in tqdm(written(), desc="pages", unit="lesson"):
        pages[page_name(lesson)] = page_of(lesson, _notebook(lesson, run))
    for name, text in pages.items():
        write_atomically(home / name, text.encode())
    return [home / name for name in pages]


def page_of(lesson: Lesson, notebook: dict) -> str:
    """The page of a lesson: its cells, without the notebook's own lines of links."""
    page = Page()
    own = links(lesson)
    parts = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell = {**cell, "source": "".join(cell["source"]).replace(own, "")}
        parts.append(cell_html(cell, page))
    return lesson_page(lesson, "".join(parts), page.headings)


def _notebook(lesson: Lesson, run: bool) -> dict:
    path = bundled.path(f"notebooks/{lesson.file}")
    if not run:
        return json.loads(path.read_text(encoding="utf-8"))
    from edukit.site.run import run as run_lesson

    return run_lesson(path)
