"""Every committed notebook reads well before anyone runs it, and was run as it stands.

Whether its outputs still hold is the question of nbval, which runs over `notebooks/` in the same pytest call; it passes
silently over a notebook that was never run, so that is asked here.
"""

import ast
import importlib
import json
import linecache
import re
import runpy
from pathlib import Path

import pytest

from edukit import bundled
from edukit.checks.lessons import LESSONS
from edukit.checks.starter import fingerprint, is_blank

EXECUTE = runpy.run_path(str(Path(__file__).with_name("execute.py")))  # a script beside this file, not a module
EXERCISE = EXECUTE["EXERCISE"]
NOT_COMPARED = EXECUTE["NOT_COMPARED"]
PATHS = sorted(bundled.path("notebooks").glob("*.ipynb"))
SECTIONS = ["Predict", "Explore", "Measure", "Where it breaks", "Your turn", "Recap", "Sources"]
NEW = [
    "Predict",
    "The formula",
    "Explore",
    "By hand",
    "Your turn",
    "The same call from edukit",
    "Measure",
]
NEW += ["Where it breaks", "In production", "Recap", "Sources"]
# The learner writes, predicts and reads numbers; the other lessons follow these.
REWRITTEN = {
    "00_tour",
    "01_linear_quantization",
    "02_calibration",
    "03_post_training_quantization",
    "03b_codes_that_fit",
    "04_quantization_aware_training",
    "05_low_bit",
    "05b_one_bit",
    "06_pruning",
    "06b_what_zeros_weigh",
    "07_structured_pruning",
    "08_distillation",
    "09_compact_networks",
    "10_attention",
    "10b_one_word_at_a_time",
    "11_architecture_search",
    "11b_one_supernet",
    "12_detection",
    "13_export_and_runtimes",
    "14_on_the_device",
    "15_mobile_benchmark",
}
LESSON_SECTIONS = ["The formula", "By hand", "The same call from edukit", "In production"]  # the tour has none
MACHINE = re.compile(r"/(home|root|Users|tmp|mnt|opt)/|[A-Z]:\\|site-packages")
EXERCISES = [
    (path.stem, number)
    for path in PATHS
    for number, cell in enumerate(json.loads(path.read_text())["cells"])
    if cell["cell_type"] == "code" and EXERCISE.search("".join(cell["source"]))
]


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
    headings = [words.partition(":")[0] for words in re.findall(r"^#{1,3} (.+)$", text, re.MULTILINE)]
    assert cells(notebook, "markdown")[0].startswith("# ") and notebook["cells"][0]["cell_type"] == "markdown"
    places = [headings.index(section) for section in (NEW if path.stem in REWRITTEN else SECTIONS)]
    assert places == sorted(places)
    if not path.stem.startswith(("00", "15")):
        assert set(LESSON_SECTIONS) <= set(headings)


def test_it_has_a_prediction_two_to_five_exercises_and_says_how_long_it_takes(path, notebook):
    code, text = "\n".join(cells(notebook, "code")), "\n".join(cells(notebook, "markdown"))
    assert "Prediction(" in code and re.search(r"\.(answer|reveal)\(", code)
    assert re.search(r"\bminutes\b", cells(notebook, "markdown")[0])
    assert 2 <= len(set(EXERCISE.findall(code))) <= 5
    assert ".hint()" in text and re.search(r"\]\(https://", text)


@pytest.mark.parametrize("stem", sorted(REWRITTEN))
def test_a_rewritten_lesson_is_short_and_the_learner_acts(stem):
    """At most 40 cells and 2,000 words; an exercise in the first third; three predictions, one of them a number."""
    notebook = json.loads(bundled.path(f"notebooks/{stem}.ipynb").read_text())
    code = "\n".join(cells(notebook, "code"))
    assert len(notebook["cells"]) <= 40
    assert sum(len(text.split()) for text in cells(notebook, "markdown")) <= 2000
    assert min(number for name, number in EXERCISES if name == stem) <= len(notebook["cells"]) / 3
    revealed = code.count(".reveal(") + code.count("LiveBoard(")  # a live board hides its figures in the same way
    assert code.count("Prediction(") >= 3 and revealed >= 3 and re.search(r"low=\d", code)
    printed = [line for output in outputs(notebook) for line in "".join(output.get("text", "")).splitlines()]
    assert not [line for line in printed if re.search(r"\b(True|False)\b", line)]


def cell_of(stem, number):
    cells = json.loads(bundled.path(f"notebooks/{stem}.ipynb").read_text())["cells"]
    return cells[number], "".join(cells[number]["source"]), cells[:number]


def exercise_of(stem, source):
    """Its name, and the exercise itself."""
    name = EXERCISE.search(source)[0][len("check.") : -len("(")]
    (topic,) = {listed.partition(".")[0] for listed in LESSONS[stem]}
    return f"{topic}.{name}", getattr(importlib.import_module(f"edukit.checks.{topic}"), name)


def starter_of(source, name):
    """The function that the cell hands to its check, and its source, as a notebook's kernel keeps it."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    text = ast.get_source_segment(source, function) + "\n"
    file = f"<the starter code of {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = {}
    exec(compile(text, file, "exec"), {}, names)
    return names[function.name], text


@pytest.mark.parametrize(("stem", "number"), EXERCISES)
def test_an_exercise_is_committed_without_output_under_the_name_of_its_check(stem, number):
    cell, source, _ = cell_of(stem, number)
    assert cell["outputs"] == [] and cell["metadata"]["tags"] == [NOT_COMPARED]
    name, _ = exercise_of(stem, source)
    short = name.partition(".")[2]
    assert f"def my_{short}(" in source and f"check.{short}(my_{short})" in source


def test_the_table_of_lessons_has_every_exercise_with_the_fingerprint_of_its_starter_code():
    found = {path.stem: {} for path in PATHS}
    for stem, number in EXERCISES:
        _, source, _ = cell_of(stem, number)
        name, _ = exercise_of(stem, source)
        function, text = starter_of(source, name)
        own = "" if is_blank(function) else fingerprint(text)
        found[stem][name] = f"{found[stem].get(name, '')} {own}".strip()
    assert found == LESSONS  # pytest shows the lines of edukit/checks/lessons.py that must change


@pytest.mark.parametrize(("stem", "number"), EXERCISES)
def test_starter_code_that_was_not_changed_is_told_so_and_no_error_is_named(stem, number):
    _, source, _ = cell_of(stem, number)
    name, exercise = exercise_of(stem, source)
    function, _ = starter_of(source, name)
    told = (
        "not attempted yet"
        if is_blank(function)
        else "this is still the code you were given; change it and check again"
    )
    assert exercise(function).line == f"· {told}"


@pytest.mark.parametrize(("stem", "number"), EXERCISES)
def test_no_answer_stands_above_its_exercise(stem, number):
    _, source, above = cell_of(stem, number)
    name, exercise = exercise_of(stem, source)
    *_, answer = re.split(r"^(?=def )", exercise.solution().text, flags=re.MULTILINE)
    lines = [line.strip() for line in answer.splitlines()[2:]]
    telling = [line for line in lines if len(line) > 20 and line not in source]
    short = name.partition(".")[2]
    for cell in above:
        text = "".join(cell["source"])
        shown = text + json.dumps(cell.get("outputs", []), ensure_ascii=False)
        assert f"check.{short}.solution" not in text
        assert not re.search(rf"getsource\(.*\b{short}\b", text)
        assert not [line for line in telling if line in shown]
        functions = ast.walk(ast.parse(text)) if cell["cell_type"] == "code" else []
        bodies = [fingerprint(ast.unparse(node)) for node in functions if isinstance(node, ast.FunctionDef)]
        assert fingerprint(answer) not in bodies


def test_hints_come_only_when_they_are_asked_for(notebook):
    assert not re.search(r"<summary>Hint", "\n".join(cells(notebook, "markdown")))
