"""Write the order of `edukit/course.py` wherever it is named, and the glossary: `python tests/order.py`.

The tables of README, of lessons and of results of `edukit bench`, the map of the tour, and in each notebook its title,
and the line of links below it and at the end.
The terms of `edukit/glossary.py` become notebooks/GLOSSARY.md.
"""

import json
import re
from pathlib import Path

from edukit.course import Lesson, links, map_table, readme_table, written
from edukit.experiments.deployment.bench_runs import markdown
from edukit.glossary import page

ROOT = Path(__file__).parents[1]
LINKS = re.compile(r"(\[← [^]]*\]\(\S+\))?( · )?(\[[^]]* →\]\(\S+\))?")
TABLE = re.compile(r"(?:^\|.*\n?)+", re.MULTILINE)


def main() -> None:
    for path, text in texts().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{path}: written")


def texts() -> dict[Path, str]:
    """What README and each notebook have to be, given how they are."""
    readme = ROOT / "README.md"
    text = with_table(readme.read_text(encoding="utf-8"), "## The lessons", readme_table())
    found = {readme: with_table(text, "## Results", markdown())}
    found[ROOT / "notebooks" / "GLOSSARY.md"] = page()
    for lesson in written():
        path = ROOT / "notebooks" / lesson.file
        notebook = json.loads(path.read_text(encoding="utf-8"))
        in_order(notebook, lesson)
        found[path] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return found


def in_order(notebook: dict, lesson: Lesson) -> None:
    """Title and links in the first and the last cell; the map in the last cell of the tour."""
    first = notebook["cells"][0]
    last = notebook["cells"][-1]
    _title, _, rest = without_links(first).partition("\n")
    put(first, f"# {lesson.question}\n\n{links(lesson)}\n\n{rest.strip()}")
    end = without_links(last)
    if "### The map" in end:
        end = with_table(end, "### The map", map_table())
    put(last, f"{end}\n\n{links(lesson)}")


def without_links(cell: dict) -> str:
    """The text of a markdown cell without its lines of links."""
    lines = "".join(cell["source"]).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if not line or not LINKS.fullmatch(line))).strip()


def put(cell: dict, text: str) -> None:
    cell["source"] = text.splitlines(keepends=True)


def with_table(text: str, heading: str, table: str) -> str:
    """The text with another first table below that heading."""
    before, heading, after = text.partition(heading)
    return before + heading + TABLE.sub(lambda _: f"{table}\n", after, count=1)


if __name__ == "__main__":
    main()
