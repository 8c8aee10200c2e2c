"""A panel in a page: every control, every state, each picture once, and nothing that has to be loaded."""

import json
from html.parser import HTMLParser

import pytest

from edukit.panels import Panel


class Flag:
    """Shows nothing of one of its controls, and says it."""

    def __init__(self, fig):
        self.line = fig.subplots().plot([0, 1], [0, 1])[0]

    def update(self, length, colour, seen, name):
        self.line.set(color=colour, alpha=1 if seen else 0, linewidth=length)
        return f"{name} </script><b> {length}"


class Read(HTMLParser):
    """The tags of a page with their attributes, and what its first script holds."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.data = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.tags[-1] == ("script", {"type": "application/json"}):
            self.data += data

    def fields(self, kind):
        return [attributes for tag, attributes in self.tags if tag == "input" and attributes["type"] == kind]


@pytest.fixture
def panel():
    controls = dict(length=(1, 5, 2), colour=["red", "blue"], seen=False, name=["<it>"])
    return Panel(Flag, figsize=(2, 1), still={"length": 4}, play="length", **controls)


def test_every_control_stands_where_the_panels_control_stands(panel):
    panel.controls["colour"].value = "blue"
    page = Read(panel.page())
    ends = {"min": "1", "max": "5", "step": "1", "value": "2"}
    assert page.fields("range") == [{"type": "range", "name": "length", **ends}]
    assert [field["name"] for field in page.fields("radio") if "checked" in field] == ["colour", "name"]
    assert "checked" in page.fields("radio")[1] and "checked" not in page.fields("checkbox")[0]
    assert "&lt;it&gt;</label>" in panel.page()


def test_the_page_holds_every_state_and_each_picture_once():
    panel = Panel(Flag, figsize=(2, 1), length=(1, 3), colour=["red", "blue"], seen=False, name=["a", "b"])
    data = json.loads(Read(panel.page()).data)
    assert data["counts"] == [3, 2, 2, 2] and len(data["states"]) == 24 and data["play"] is None
    assert len(data["pngs"]) == len(set(data["pngs"])) == 3 * 2 + 1  # what is not seen has neither colour nor width
    place, sentence = data["states"][2 * 8 + 1 * 4 + 1 * 2 + 1]
    panel.controls["colour"].value, panel.controls["seen"].value, panel.controls["name"].value = "blue", True, "b"
    assert sentence == panel.description and place < len(data["pngs"])


def test_nothing_is_loaded_and_many_fit_in_a_page(panel):
    page = Read(panel.page())
    sources = [attributes.get("src", attributes.get("href")) for _, attributes in page.tags]
    assert all(source.startswith("data:") for source in sources if source)
    assert not [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 2  # no sentence ends one of them


def test_a_panel_of_many_states_is_its_still():
    panel = Panel(Flag, figsize=(2, 1), still={"length": 3}, length=(1, 500), colour=["red"], seen=True, name=["a"])
    assert panel.page().startswith("<figure") and "&lt;b&gt; 3</figcaption>" in panel.page()


def test_a_notebook_shows_the_page_only_where_a_page_is_made(panel, monkeypatch):
    assert "text/html" not in panel._repr_mimebundle_()[0]
    monkeypatch.setenv("EDUKIT_PAGES", "1")
    bundle, _ = panel._repr_mimebundle_()
    assert bundle["text/html"] == panel.page() and {"image/png", "text/plain"} <= set(bundle)
    assert bundle["text/plain"].endswith(" 4")  # the still
