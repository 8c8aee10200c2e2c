"""Lessons that are run once more, so that what moves without a kernel moves in their pages.

    notebook ─ run with EDUKIT_PAGES=1 ─> the same notebook, with HTML that a page can use

The notebook in its file stays as it is.
"""

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm.auto import tqdm

LONGEST_S = 600  # of one cell


def run(path: Path) -> dict:
    """The notebook as it is after a run, cell by cell under a bar.

    Raises ValueError that names the lesson and the error where a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    count = sum(cell.cell_type == "code" for cell in notebook.cells)
    with tqdm(total=count, desc=path.stem, unit="cell") as bar:
        client = NotebookClient(
            notebook,
            timeout=LONGEST_S,
            resources={"metadata": {"path": str(path.parent)}},
            store_widget_state=False,
            on_cell_complete=lambda **_: bar.update(),
        )
        try:
            client.execute(env={**os.environ, "EDUKIT_PAGES": "1"})
        except CellExecutionError as error:
            raise ValueError(f"{path.name} does not run: {error.ename}: {error.evalue}") from error
    return notebook
