"""Lessons that are run for their pages: they know it, their files stay, and a failure names the lesson."""

import nbformat
import pytest

from edukit.site.run import run


def notebook(folder, source):
    path = folder / "03_lesson.ipynb"
    cells = [nbformat.v4.new_code_cell(source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_lesson_knows_that_it_runs_for_a_page_and_its_file_stays(tmp_path):
    path = notebook(tmp_path, "import os; print(os.environ['EDUKIT_PAGES'], os.getcwd())")
    before = path.read_bytes()
    (cell,) = run(path)["cells"]
    assert cell["outputs"][0]["text"].split() == ["1", str(tmp_path)]
    assert path.read_bytes() == before


def test_the_bar_counts_cells_of_code_to_the_end(tmp_path, capsys):
    path = notebook(tmp_path, "1")
    lesson = nbformat.read(path, as_version=4)
    lesson.cells.insert(0, nbformat.v4.new_markdown_cell("words"))
    nbformat.write(lesson, path)
    run(path)
    assert "1/1" in capsys.readouterr().err


def test_a_lesson_that_fails_is_named(tmp_path):
    with pytest.raises(ValueError, match="03_lesson.ipynb does not run: ZeroDivisionError"):
        run(notebook(tmp_path, "1 / 0"))
