"""Every committed notebook reads well before anyone runs it, and was run as it stands.

Whether its outputs still hold is the question of nbval, which runs over `notebooks/` in the same pytest call; it passes
silently over a notebook that was never run, so that is asked here.
"""

import ast
import json
import re

import pytest

from edukit import bundled

PATHS = sorted(bundled.path("notebooks").glob("*.ipynb"))
SECTIONS = ["Predict", "Explore", "Measure", "Where it breaks", "Your turn", "Recap", "Sources"]
LESSON_SECTIONS = ["The formula", "By hand", "The same call from edukit", "In production"]  # the tour has none
MACHINE = re.compile(r"/(home|root|Users|tmp|mnt|opt)/|[A-Z]:\\|site-packages")
EXERCISE = re.compile(r"\bcheck\.\w+\(")


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return json.loads(path.read_text())


def cells(notebook, kind):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def outputs(notebook):
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def test_there_are_notebooks():
    assert PATHS


def test_it_was_run_from_top_to_bottom(notebook):
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_no_cell_failed_and_no_progress_bar_was_kept(notebook):
    assert not [output for output in outputs(notebook) if output["output_type"] == "error"]
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]


def test_no_widget_state_and_no_timestamps(notebook):
    assert "widgets" not in notebook["metadata"]
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])


def test_every_picture_says_in_words_what_it_shows(notebook):
    pictures = [output["data"] for output in outputs(notebook) if "image/png" in output.get("data", {})]
    assert pictures
    for data in pictures:
        assert len("".join(data["text/plain"])) > 20 and "<Figure" not in "".join(data["text/plain"])
        assert "text/html" not in data  # the same picture once more, for JupyterLab; execute.py takes it out


def test_it_is_smaller_than_a_megabyte(path):
    assert path.stat().st_size < 1_000_000


def test_no_cell_is_longer_than_twelve_lines(notebook):
    long = [source for source in cells(notebook, "code") if len(source.splitlines()) > 12]
    assert not long


def test_no_output_knows_the_machine(notebook):
    for output in outputs(notebook):
        texts = {kind: data for kind, data in output.get("data", {}).items() if not kind.startswith("image/")}
        assert not MACHINE.search(json.dumps([output.get("text", ""), texts]))


def test_at_most_two_short_functions_outside_exercises(notebook):
    functions = [
        node
        for source in cells(notebook, "code")
        if not EXERCISE.search(source)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert len(functions) <= 2, [function.name for function in functions]


def test_it_starts_with_a_heading_and_has_the_standard_sections_in_order(path, notebook):
    text = "\n".join(cells(notebook, "markdown"))
    headings = re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)
    assert cells(notebook, "markdown")[0].startswith("# ") and notebook["cells"][0]["cell_type"] == "markdown"
    places = [headings.index(section) for section in SECTIONS]
    assert places == sorted(places)
    if not path.stem.startswith(("00", "15")):
        assert set(LESSON_SECTIONS) <= set(headings)


def test_it_has_a_prediction_two_to_four_exercises_and_says_how_long_it_takes(path, notebook):
    code, text = "\n".join(cells(notebook, "code")), "\n".join(cells(notebook, "markdown"))
    assert "Prediction(" in code and ".answer(" in code
    assert re.search(r"\bminutes\b", cells(notebook, "markdown")[0])
    assert 2 <= len(set(EXERCISE.findall(code))) <= 4
    assert "solution()" in text and re.search(r"\]\(https://", text)
