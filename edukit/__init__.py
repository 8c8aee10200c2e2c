"""edukit: learn and explore model compression and on-device deployment.

`edukit lab` opens the course, `edukit bench` runs the whole pipeline. Each room imports only from the rooms above it in
this list; each folder says what its files hold.

refuse.py      what is refused before any work is done, by name
errors.py      what went wrong, in one line
checked.py     arguments that are no such thing at all, by what a signature says
signatures.py  what a function passes on shows in its signature
copies.py      copies of a model, whatever its weights are made of
inputs.py      what a caller hands to a model, as a tuple of tensors
turns.py       what cannot run side by side in several threads waits
graph/         any model as a graph of named operations (torch.export)
table.py       a table as text, HTML and Markdown
disk/          files that are whole, and results as soon as they are known
course.py      the order of the lessons: question, minutes, what each needs
glossary.py    the terms of the course: Chinese name, meaning
bundled.py     where data sets and notebooks lie, in a checkout or a wheel
data/  training/
measure/       parameters, MACs, bytes, latency with spread, peak memory
networks/  quantization/  pruning/  distillation/   (the four techniques import none of each other)
deployment/
search/  detection/
experiments/  checks/
plots/
panels/
cli.py         the commands
lab.py         the course in JupyterLab
report.py      the benchmark's table, page and JSON
site/          the lessons as static pages
"""

import importlib

__version__ = "0.1.0"

_ROOMS = ["data", "deployment", "detection", "distillation", "measure", "networks", "pruning", "quantization"]
_ROOMS += ["search", "training"]


def __getattr__(name):
    """Open a room when it is first entered: importing torch takes a second, and `edukit --help` needs none of it."""
    if name in _ROOMS:
        return importlib.import_module(f"edukit.{name}")
    raise AttributeError(f"module 'edukit' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_ROOMS]
