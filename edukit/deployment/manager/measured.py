"""What a model takes when it is loaded, measured in a fresh process: bytes of memory, seconds of one input.

    fresh process:  load, run   the runtime takes its own memory, once
                    load, run   the process grows by what this model takes and keeps: that is counted
                    run, run …  the median is the latency

The growth of the resident set is what every system can tell, whatever the runtime. The size of the file cannot stand
for it: runtimes copy, rearrange and keep weights.

Bound     a page is 4 kB, and memory that the process freed is used again: small models are known to some 100 kB
In production  adb shell dumpsys meminfo; Xcode's memory report
"""

import ctypes
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

import edukit
from edukit.errors import first_line
from edukit.measure import Latency

RUNS = 30
TYPES = (np.float32, np.int64, np.int32, np.int8, np.uint8)


@dataclass(frozen=True)
class Measured:
    """Bytes that a process grows by, seconds of one input, and shapes, with a text for an axis of any length."""

    memory_bytes: int
    latency_s: float | None = None
    inputs: dict[str, list] = field(default_factory=dict)
    outputs: dict[str, list] = field(default_factory=dict)


def measure(path, opener: str = "edukit.deployment:load") -> Measured:
    """Load and run the file in a fresh process; takes some seconds, most of them to start Python.

    opener   "module:function" that makes a session of a path
    Raises ValueError, with the process's own words, where that fails.
    """
    code = "import sys; from edukit.deployment.manager.measured import report; report(*sys.argv[1:])"
    root = str(Path(edukit.__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", code, str(path), opener]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1]
        raise ValueError(f"{path} cannot be loaded and run: {said}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def report(path: str, opener: str) -> None:
    """Print what `measure` reads; runs in the fresh process."""
    from importlib import import_module

    module, _, name = opener.partition(":")
    try:
        print(json.dumps(vars(_measured(path, getattr(import_module(module), name)))))
    except Exception as error:  # whatever the runtime raises is told in one line
        sys.exit(first_line(error))


def _measured(path, open_file) -> Measured:
    first = open_file(path)
    arrays = fitting(first)
    return_freed_memory()
    before = psutil.Process().memory_info().rss
    session = open_file(path)
    session(*arrays)
    return_freed_memory()
    grown = psutil.Process().memory_info().rss - before
    times_s = [_seconds(session, arrays) for _ in range(RUNS)]
    shapes = [{name: list(shape or ()) for name, shape in part.items()} for part in (session.inputs, session.outputs)]
    return Measured(max(grown, Path(path).stat().st_size), Latency.of(times_s).median_s, *shapes)


def fitting(session) -> tuple[np.ndarray, ...]:
    """Zeros that the session takes, one for an axis of any length; ValueError where it takes none of the usual types.

    session   inputs {name: shape}, called with arrays
    """
    if None in session.inputs.values():
        raise ValueError("the model does not say which shapes it takes: measure it yourself, and hand the figures over")
    shapes = [[n if isinstance(n, int) else 1 for n in shape] for shape in session.inputs.values()]
    for kind in TYPES:
        arrays = tuple(np.zeros(shape, kind) for shape in shapes)
        try:
            session(*arrays)
        except Exception as error:  # of another type, each runtime with an error of its own
            last = error
        else:
            return arrays
    raise ValueError(f"the model does not run on zeros: {first_line(last)}")


def return_freed_memory() -> None:
    """Hand what was freed back to the system, where the C library can: glibc keeps it for the next one otherwise.

    >>> return_freed_memory()
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _seconds(session, arrays) -> float:
    start = time.perf_counter()
    session(*arrays)
    return time.perf_counter() - start
