"""The whole site, built from the lessons as they are committed: no dead link, no request, nothing left over."""

import json
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from edukit import bundled, cli
from edukit.course import written
from edukit.site.build import build
from edukit.site.template import page_name

PAGES = ["index.html", *map(page_name, written())]
EMPTY = {"meta", "img", "br", "hr", "input", "link"}
ASKS = {"src", "srcset", "poster", "data", "action", "background"}


class Read(HTMLParser):
    """What a page holds: anchors, links, requests, headings, pictures, and its words outside code and formulas."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.requests, self.headings, self.pictures = [], [], [], [], []
        self.words, self.open = "", []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag not in EMPTY:
            self.open.append(tag)
        if "id" in given:
            self.anchors.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given:
            self.requests.append(given["href"])
        self.requests += [value for name, value in attributes if name in ASKS]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.pictures.append(given)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data):
        if not {"pre", "code", "math", "style", "script"} & set(self.open):
            self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pages"
    build(folder)
    return folder


@pytest.fixture(scope="module")
def read(site):
    return {name: Read((site / name).read_text(encoding="utf-8")) for name in PAGES}


def test_there_is_a_page_for_each_lesson_and_nothing_else(site):
    assert sorted(path.name for path in site.iterdir()) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_no_link_inside_the_site_is_dead_and_others_are_addresses(name, read):
    assert read[name].links
    for link in read[name].links:
        address = urlsplit(link)
        if address.scheme:
            assert address.scheme in ("http", "https") and re.fullmatch(r"([\w-]+\.)+[a-z]+", address.netloc), link
            assert not re.search(r"\s", link), link
        else:
            file = address.path or name
            assert file in PAGES, link
            assert not address.fragment or address.fragment in read[file].anchors, link


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_from_anywhere(name, read, site):
    assert all(request.startswith("data:") for request in read[name].requests)
    text = (site / name).read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(|<script[^>]+src|<iframe|<link", text)


@pytest.mark.parametrize("name", PAGES)
def test_headings_follow_each_other_and_anchors_are_their_own(name, read):
    levels = read[name].headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False))
    assert len(set(read[name].anchors)) == len(read[name].anchors)


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_drawn_and_every_tag_is_closed(name, read):
    assert "$" not in read[name].words and "\\" not in read[name].words
    assert read[name].open == []


@pytest.mark.parametrize("name", PAGES[1:])
def test_every_picture_says_what_it_shows(name, read):
    assert read[name].pictures and all(len(picture["alt"]) > 20 for picture in read[name].pictures)


def test_no_page_shows_what_a_check_said(site):
    for lesson in written():
        text = (site / page_name(lesson)).read_text(encoding="utf-8")
        for cell in json.loads(bundled.path(f"notebooks/{lesson.file}").read_text(encoding="utf-8"))["cells"]:
            if re.search(r"\bcheck\.\w+", "".join(cell["source"])) and cell["cell_type"] == "code":
                said = ["".join(output["data"]["text/plain"]) for output in cell["outputs"] if "data" in output]
                assert not [line for line in said if line in text]


def test_it_can_be_built_again_and_what_else_lies_there_stays(site, tmp_path):
    folder = tmp_path / "again"
    shutil.copytree(site, folder)
    (folder / "index.html").write_text("old")
    (folder / "CNAME").write_text("mine")
    assert build(folder)[0] == folder / "index.html"
    assert (folder / "index.html").read_bytes() == (site / "index.html").read_bytes()
    assert (folder / "CNAME").read_text() == "mine"


def test_a_lesson_that_runs_gives_its_page_what_it_shows(tmp_path, monkeypatch):
    cells = [
        {"cell_type": "markdown", "source": "# How?"},
        {
            "cell_type": "code",
            "source": "f()",
            "outputs": [{"output_type": "display_data", "data": {"text/html": "<b>moves</b>"}}],
        },
    ]
    monkeypatch.setattr("edukit.site.run.run", lambda path: {"cells": cells})
    first = build(tmp_path, run=True)[1]
    assert "<b>moves</b>" in first.read_text(encoding="utf-8")


def test_the_command_says_what_it_wrote(tmp_path, capsys):
    assert cli.main(["site", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{len(PAGES)} pages written; open {tmp_path / 'out' / 'index.html'}\n"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert cli.main(["site", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.count("edukit: ") == 1
