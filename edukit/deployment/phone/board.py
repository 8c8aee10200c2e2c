"""PhoneBoard: the learner's files on the phones of a class, and what the phones say of them.

    board = PhoneBoard({"FP32": "a.onnx", "INT8": "b.onnx"}, images, labels, lan=True)
    phone: photographs the QR code ─ page ─ runs both files ─> board.results.rows()

One board at a time runs in a process: a second one ends the first. It ends by itself after 45 minutes. Only this
computer reaches it unless `lan=True`; then whoever has the address does, so a board stands in a classroom's network,
not in that of a station. Where no phone reaches the notebook's server, there are hosted.py and `board.paste(code)`.

In production  Firebase Test Lab runs an app on real phones: https://firebase.google.com/docs/test-lab
"""

import contextlib
import json
import threading
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import numpy as np

from edukit.deployment.phone.address import address_of, as_html, as_text, is_here
from edukit.deployment.phone.described import checked_images, described
from edukit.deployment.phone.fetch import missing, runtime_folder
from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.hosted import read_code
from edukit.deployment.phone.packages import manifest
from edukit.deployment.phone.results import Results, Row
from edukit.deployment.phone.schema import posted
from edukit.deployment.phone.server import PhoneServer, Served, compressed, served
from edukit.deployment.runtimes.session import as_tuple, load

MINUTES, MOST_MINUTES = 45, 180
PAGE = Path(str(resources.files("edukit.deployment.phone"))) / "page"
_running: "PhoneBoard | None" = None
_one_at_a_time = threading.RLock()


class PhoneBoard:
    """A page for phones, which runs files in the browser and posts what it measured; a notebook shows its QR code.

    models   {name: an exported file, .tflite or .onnx}; one whose kind is float and one int8 are compared
    images   a batch of at most 64, which every phone classifies
    labels   their classes, for the accuracy, which is computed here; they are never sent
    lan      False: this computer alone; True: its local network; or the address of one of its interfaces
    names    of the classes · draw: whether a finger may draw an input, by default where images have one channel
    Raises ValueError for what `described` refuses, other numbers of labels, and where there is no local network.

    >>> import tempfile, torch
    >>> from edukit.deployment import export
    >>> images = torch.zeros(2, 1, 8, 8)
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = export(model, images, f"{folder}/a.onnx")
    ...     with PhoneBoard({"FP32": file}, images) as board:
    ...         print(board)
    A board for phones with FP32, for this computer alone.
    >>> board.running
    False
    """

    def __init__(
        self,
        models: Mapping[str, str | Path],
        images,
        labels=None,
        *,
        lan: bool | str = False,
        names=None,
        draw: bool | None = None,
        minutes: float = MINUTES,
        port: int = 0,
    ):
        document, contents = described(models, images, names=names, draw=draw)
        if not 0 < minutes <= MOST_MINUTES:
            raise ValueError(f"minutes must be above 0 and at most {MOST_MINUTES}, got {minutes!r}")
        self.models = document["models"]
        self._images = document["images"]["shape"][0]
        self.results = Results(_checked_labels(labels, self._images), _answers(models, checked_images(images)))
        self._runtimes = {model["name"]: model["runtime"] for model in self.models}
        files = {address: compressed(content) for address, content in contents.items()}
        files["models.json"] = compressed(json.dumps(document).encode(), "application/json")
        address = address_of(lan)
        with _one_at_a_time:
            _end_the_one_before()
            live = {"state.json": self._state}
            site = {**_page(), **_runtime_files(set(self._runtimes.values())), **files}
            ways = {"live": live, "ended": self.results.changed}
            self._server = PhoneServer(site, self._post, address=address, port=port, seconds=60 * minutes, **ways)
            _remember(self)

    @property
    def url(self) -> str:
        """The address of the page, with its token."""
        return self._server.url

    @property
    def running(self) -> bool:
        """Whether phones can reach it."""
        return self._server.running

    def paste(self, code: str) -> int:
        """Take the result code that a phone shows where it cannot post; how many phones there are now.

        Raises ValueError for a damaged code, or one of other models or images; TypeError for what is no text.
        """
        found = read_code(code)
        for result in found:
            if self._runtimes.get(result.model) != result.runtime or len(result.predictions) != self._images:
                raise ValueError(f"code must be of {', '.join(self._runtimes)} and these images, got {result.model}")
        try:
            return [self.results.add(result, "pasted") for result in found][-1]
        except Refused as error:
            raise ValueError(str(error)) from error

    def rows(self) -> list[Row]:
        """What phones posted, with the accuracy of each where there are labels."""
        return self.results.rows()

    def lock(self, locked: bool = True) -> None:
        """Take no more results, or take them again."""
        self.results.lock(locked)

    def remove(self, phone: str | int) -> None:
        """Take a phone off the board, by its name or its number there; ValueError where there is none."""
        self.results.remove(phone)

    def clear(self) -> None:
        """Take every phone off the board; they may post again."""
        self.results.clear()

    def close(self) -> None:
        """Stop the server; its port is closed when this returns. What was posted stays."""
        self._server.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __repr__(self):
        reach = "for this computer alone" if is_here(self.url) else "for the local network"
        return f"A board for phones with {', '.join(self._runtimes)}, {reach}."

    def _repr_html_(self) -> str:
        """The QR code and the address; nothing that a phone said."""
        return as_html(self.url) if self.running else "<p>This board is closed.</p>"

    def terminal(self) -> str:
        """The QR code and the address for a terminal."""
        return as_text(self.url)

    def _post(self, body: bytes, address: str) -> dict:
        return {"ok": True, "seen": self.results.add(posted(body, self._runtimes, self._images), address)}

    def _state(self) -> dict:
        return {"locked": self.results.locked, "phones": self.results.phones}


def _page() -> dict[str, Served]:
    """Every file of our own page by its address; the first of them stands at the end of the token as well."""
    files = {f"page/{path.name}": served(path) for path in sorted(PAGE.glob("*.*"))}
    return {**files, **({"": files["page/index.html"]} if "page/index.html" in files else {})}


def _runtime_files(runtimes: set[str]) -> dict[str, Served]:
    """The files of these runtimes that `edukit phone fetch` has brought, but for damaged ones."""
    packages = [package for package in manifest() if package.runtime in runtimes]
    names = {f"{package.name}/{file.name}" for package in packages for file in package.files}
    whole = names - set(missing(runtimes))
    return {f"runtime/{name}": served(runtime_folder() / name, kept=True) for name in sorted(whole)}


def _answers(models, images: np.ndarray) -> dict[str, np.ndarray]:
    """{model: the class that its file names for each image here}; without those whose runtime is not installed."""
    found = {}
    for name, path in models.items():
        with contextlib.suppress(ModuleNotFoundError):
            found[name] = as_tuple(load(path)(images))[0].reshape(len(images), -1).argmax(1)
    return found


def _checked_labels(labels, count: int):
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be {count} whole numbers, one an image; got {labels.dtype} {labels.shape}")
    return labels


def _end_the_one_before():
    if _running is not None:
        _running.close()


def _remember(board):
    global _running
    _running = board
