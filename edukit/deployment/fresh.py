"""A fresh process: what a file costs once, before it is fast. `python -m edukit.deployment.fresh FILE INPUTS.npz`.

    load        reading the file, the runtime's optimization, its memory
    first run   caches are cold and buffers are asked for
    peak        what the process grows by in both, without the code of libraries

The libraries are imported before the clock starts: they belong to the app, not to the file.

In production  onnxruntime_perf_test; on Android, `am start -W` and dumpsys meminfo
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from edukit.deployment.runtimes.session import load, runtime_of
from edukit.measure import peak_memory

LIBRARIES = {  # that a session imports when it opens its first file
    "onnxruntime": ("onnxruntime",),
    "executorch": ("executorch.extension.pybindings.portable_lib", "executorch.runtime"),
    "litert": ("ai_edge_litert.interpreter",),
}


@dataclass(frozen=True)
class Start:
    """Seconds to load a file and to run it for the first time, and bytes by which the process grew at most."""

    load_s: float
    first_s: float
    peak_bytes: int


def start(path, arrays, *, threads: int = 1) -> Start:
    """Load and run a file in a process of its own.

    arrays   a tuple of numpy arrays, one for each input
    Raises ValueError with the last line of the process where it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs.npz"
        np.savez(inputs, *arrays)
        command = [sys.executable, "-m", __name__, str(Path(path).resolve()), str(inputs), str(threads)]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        found = subprocess.run(command, capture_output=True, text=True, env=env)
    if found.returncode:
        lines = found.stderr.strip().splitlines() or ["no message"]
        raise ValueError(f"{path} cannot be run in a process of its own: {lines[-1]}")
    return Start(**json.loads(found.stdout.splitlines()[-1]))


def measured(path, arrays, threads: int) -> Start:
    """The same in this process, which should be fresh."""
    times = []

    def once():
        begin = time.perf_counter()
        session = load(path, threads=threads)
        times.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        result = session(*arrays)
        times.append(time.perf_counter() - begin)
        return session, result

    grown = peak_memory(once)
    load_s, first_s = times
    return Start(load_s, first_s, grown)


if __name__ == "__main__":
    file, given, count = sys.argv[1:]
    with np.load(given) as stored:
        held = [stored[name] for name in stored.files]
    for library in LIBRARIES[runtime_of(file)]:
        import_module(library)
    print(json.dumps(asdict(measured(file, held, int(count)))))
