"""edukit: learn and explore model compression and on-device deployment.

Rooms     data · training · measure · quantization · pruning · distillation · networks · deployment
Start     `edukit lab` opens the course, `edukit bench` runs the whole pipeline
"""

import importlib

__version__ = "0.1.0"

_ROOMS = ["data", "deployment", "distillation", "measure", "networks", "pruning", "quantization", "training"]


def __getattr__(name):
    """Open a room when it is first entered: importing torch takes a second, and `edukit --help` needs none of it."""
    if name in _ROOMS:
        return importlib.import_module(f"edukit.{name}")
    raise AttributeError(f"module 'edukit' has no attribute {name!r}")


def __dir__():
    return [*globals(), *_ROOMS]
