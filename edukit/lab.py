"""`edukit lab`: the course in JupyterLab, opened on its first notebook.

From a checkout the notebooks open in place; from an installed wheel they are copied to ./edukit-notebooks first, and
a file that is already there, perhaps with a learner's answers in it, stays as it is.
"""

import os
import subprocess
import sys
from pathlib import Path

from edukit import bundled
from edukit.sealed import write_atomically

COPY = "edukit-notebooks"


def open_lab(folder: str | Path | None = None, browser: bool = True) -> int:
    """Start JupyterLab and wait until it ends; returns its exit status.

    folder    where the notebooks lie or are copied to; None: see above
    browser   open one; JUPYTER_PORT and JUPYTER_TOKEN choose the address
    """
    home = prepare(folder)
    first = min(home.glob("*.ipynb")).name
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={home}"]
    command.append("--ServerApp.ip=127.0.0.1")  # whatever a person's own settings of Jupyter say
    command += [f"--LabApp.default_url=/lab/tree/{first}", *([] if browser else ["--no-browser"])]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]  # offline
    if getattr(os, "geteuid", lambda: None)() == 0:  # in a container everybody is root; it listens to this machine only
        command.append("--allow-root")
    return subprocess.call(command)


def prepare(folder: str | Path | None = None) -> Path:
    """The folder with the notebooks, copied there, each of them whole, if they are not in it yet.

    >>> sorted(path.suffix for path in prepare().glob("*.ipynb"))[:1]
    ['.ipynb']
    """
    source = bundled.path("notebooks")
    if folder is None and not bundled.INSTALLED:
        return source
    home = Path(folder or COPY).resolve()
    home.mkdir(parents=True, exist_ok=True)
    notebooks = sorted(source.glob("*.ipynb"))
    kept = [notebook for notebook in notebooks if os.path.lexists(home / notebook.name)]
    if kept:
        print(f"{len(kept)} of {len(notebooks)} notebooks are in {home} already and stay as they are")
    for notebook in notebooks:
        if notebook not in kept:
            write_atomically(home / notebook.name, notebook.read_bytes())
    glossary = source / "GLOSSARY.md"
    if not os.path.lexists(home / glossary.name):
        write_atomically(home / glossary.name, glossary.read_bytes())
    return home
