"""Execute notebooks and clean them the way they are committed: `python tests/notebooks/execute.py notebooks/*.ipynb`.

What changes from run to run goes: timestamps, progress bars, widget state, the versions of the machine. Outputs stay,
but for those of exercises: what the check says about the starter code is for the learner who runs it.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"},
}
EXERCISE = re.compile(r"\bcheck\.\w+\(")  # the cell that hands a function to its check
NOT_COMPARED = "nbval-ignore-output"


def main(paths: list[str]) -> None:
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)
        folder = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, timeout=300, resources=folder, store_widget_state=False).execute()
        clean(notebook)
        nbformat.write(notebook, path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def clean(notebook) -> None:
    """Keep what a reader sees and nbval compares."""
    notebook.metadata = METADATA
    for number, cell in enumerate(notebook.cells):
        cell.id = f"c{number:02d}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        if cell.cell_type == "code":
            cell.outputs = _joined([output for output in cell.outputs if output.get("name") != "stderr"])
            for output in cell.outputs:
                _without_second_copy(output.get("data", {}))
        if cell.cell_type == "code" and EXERCISE.search(cell.source):
            cell.outputs = []
            cell.metadata = {"tags": sorted({NOT_COMPARED, *cell.metadata.get("tags", [])})}


def _without_second_copy(data):
    """A picture comes as PNG and in HTML, for JupyterLab; the PNG is the one that GitHub shows."""
    if "image/png" in data:
        data.pop("text/html", None)


def _joined(outputs):
    """Text that was printed in pieces, as one piece: how it was cut depends on timing."""
    joined = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].output_type == "stream":
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


if __name__ == "__main__":
    main(sys.argv[1:])
