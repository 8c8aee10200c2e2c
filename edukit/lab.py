"""`edukit lab`: the course in JupyterLab, opened on its first notebook.

The lessons are copied to ./edukit-notebooks, or to another folder, and a file that is already there, perhaps with a
learner's answers in it, stays as it is. Who asks for the folder of the lessons themselves edits these.

    lessons ─ copy what is missing ─> FOLDER/NN_….ipynb       FOLDER/.edukit.json: SHA-256 of each lesson when copied
"""

import hashlib
import json
import os
import signal
from pathlib import Path

from edukit import bundled
from edukit.disk.sealed import write_atomically

COPY = "edukit-notebooks"
RECORD = ".edukit.json"


def open_lab(folder: str | Path | None = None, browser: bool = True) -> int:
    """Start JupyterLab and wait until it ends; returns its exit status.

    folder    where the lessons are copied to; None: ./edukit-notebooks
    browser   open one; JUPYTER_PORT and JUPYTER_TOKEN choose the address

    The server is this process: who ends it (Ctrl-C, SIGTERM, a closed terminal) ends the server and its kernels.
    """
    home = prepare(folder)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's script starts what runs beside it without one
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # else it runs under nohup
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    _lab_app().launch_instance(options(home, browser))
    return 0


def options(home: Path, browser: bool = True) -> list[str]:
    """What JupyterLab is told, whatever a person's own settings of Jupyter say.

    >>> "--no-browser" in options(bundled.path("notebooks"), browser=False)
    True
    """
    first = min(home.glob("*.ipynb")).name
    told = [f"--ServerApp.root_dir={home}", f"--ServerApp.preferred_dir={home}", "--FileContentsManager.preferred_dir="]
    told += [f"--LabApp.default_url=/lab/tree/{first}", "--ServerApp.answer_yes=True"]
    told += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None"]  # offline
    told += [] if browser else ["--no-browser"]
    if getattr(os, "geteuid", lambda: None)() == 0:  # in a container everybody is root; it listens to this machine only
        told.append("--allow-root")
    return told


def _lab_app():
    """JupyterLab on a server that listens to this machine only: a person's settings have many names for the address."""
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp
    from traitlets import validate

    class Server(ServerApp):
        @validate("ip")
        def _validate_ip(self, proposal):
            return "127.0.0.1"

    class Lab(LabApp):
        serverapp_class = Server

    return Lab


def prepare(folder: str | Path | None = None) -> Path:
    """The folder with the lessons, copied there, each of them whole, if they are not in it yet; it tells of newer ones.

    >>> prepare(bundled.path("notebooks")).name
    'notebooks'
    """
    source = bundled.path("notebooks")
    home = Path(folder or COPY).resolve()
    if home == source.resolve():
        return home
    home.mkdir(parents=True, exist_ok=True)
    lessons = {path.name: path.read_bytes() for path in sorted(source.glob("*.ipynb"))}
    kept = [name for name in lessons if os.path.lexists(home / name)]
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in lessons.items()}
    record = _record(home)
    _tell(home, kept, [name for name in kept if record.get(name, digests[name]) != digests[name]], len(lessons))
    missing = {name: content for name, content in lessons.items() if name not in kept}
    if missing:
        record |= {name: digests[name] for name in missing}
        write_atomically(home / RECORD, json.dumps(record, indent=1).encode())
    for name, content in missing.items():
        write_atomically(home / name, content)
    glossary = home / "GLOSSARY.md"
    if not os.path.lexists(glossary):
        write_atomically(glossary, (source / glossary.name).read_bytes())
    return home


def _tell(home, kept, older, count) -> None:
    """What stays as it is, and which of it there is a newer lesson of."""
    if kept:
        print(f"{len(kept)} of {count} notebooks are in {home} already and stay as they are")
    if older:
        print(f"Newer lessons: {', '.join(older)}. To get one, rename yours and start again")


def _record(home) -> dict[str, str]:
    """{notebook: SHA-256 of the lesson that was copied}; empty where nobody knows."""
    try:
        found = json.loads((home / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
