"""What a model manager costs and gains, timed on this machine: a call, a batch, a mapped file, shards.

    overhead   manager.predict - session(x), the two in turns
    batching   32 waiting requests: one call for each, against one call for all
    loading    first answer of a file of 100 MB: whole, mapped, in shards; the page cache dropped where that is allowed

`python -m edukit.experiments.deployment.manager_cost` prints all of it in about a minute.

Source    the article HarmonyOS开发:模型压缩与端侧部署优化 claims 1 to 2 s for 100 MB, and 70 % less with shards
In production  the same three figures, measured on the device, in the app
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edukit.data import digits
from edukit.deployment import export, load
from edukit.deployment.manager.batching import Batcher
from edukit.deployment.manager.loading import Mapped, Shards, save_mapped, save_shards
from edukit.deployment.manager.manager import ModelManager
from edukit.deployment.manager.measured import Measured
from edukit.deployment.pipeline import PLANS
from edukit.measure import latencies
from edukit.networks import MobileClassifier
from edukit.training import seeded

LAYERS, WIDTH = 25, 1024  # 25 layers of 4 MB


def overhead(session, x, repeats: int = 2000) -> dict[str, float]:
    """Seconds of a bare call and of the same call by a manager, medians in turns: {"bare": …, "managed": …}.

    session   anything that is called with x
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.onnx"
        path.write_bytes(b"opened by nobody")
        manager = ModelManager(
            Path(folder) / "models", 1000, opener=lambda path: session, measure=lambda path: Measured(100)
        )
        manager.register(path, "any")
        fns: dict[str, Callable] = {"bare": lambda: session(x), "managed": lambda: manager.predict("any", x)}
        return {name: found.median_s for name, found in latencies(fns, warmup=100, repeats=repeats).items()}


def batching(session, x, waiting: int = 32, rounds: int = 60, wait_s: float = 0.002) -> dict[str, float]:
    """Requests a second while so many of one row wait: by a loop of bare calls, and by servers of one and of all rows.

    Returns {"loop": …, "one by one": …, "batched": …}; medians over rounds, the ways in turns.
    """
    with Batcher(session, 1, 0) as single, Batcher(session, waiting, wait_s) as all_at_once:

        def served(server):
            return [future.result() for future in [server.submit(x) for _ in range(waiting)]]

        ways: dict[str, Callable] = {
            "loop": lambda: [session(x) for _ in range(waiting)],
            "one by one": lambda: served(single),
            "batched": lambda: served(all_at_once),
        }
        times = latencies(ways, warmup=5, repeats=rounds)
    return {name: waiting / time.median_s for name, time in times.items()}


def write_large(folder, layers: int = LAYERS, width: int = WIDTH) -> Path:
    """A network of so many square layers, written by hand; 105 MB by default."""
    drawn = np.random.default_rng(0)
    nodes, weights = [], []
    for i in range(layers):
        weights.append(numpy_helper.from_array(drawn.normal(0, 0.03, (width, width)).astype(np.float32), f"w{i}"))
        nodes.append(helper.make_node("MatMul", [f"r{i}" if i else "x", f"w{i}"], [f"c{i}"]))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i + 1}"]))
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", width]) for name in ("x", f"r{layers}")
    ]
    graph = helper.make_graph(nodes, "large", ends[:1], ends[1:], weights)
    path = Path(folder) / "large.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def loading(folder, repeats: int = 5, path: Path | None = None) -> list[dict]:
    """Seconds from a path to the first features and to the first answer, and bytes that the process grew by.

    Each try in a fresh process, ways in turns, medians; "dropped" where the system let the page cache be dropped.
    """
    files = {way: Path(file) for way, file in _fresh("write_all", folder, path or "").items()}
    rows = []
    for cold in (False, True):
        tries: dict[str, list[dict]] = {way: [] for way in files}
        for _ in range(repeats):
            for way, file in files.items():
                tries[way].append(_first_answer(way, file, cold))
        for way, found in tries.items():
            medians = {key: float(np.median([one[key] for one in found])) for key in found[0]}
            rows.append({"way": way, "pages": "dropped" if cold else "in memory", **medians})
    return rows


def drop_pages(folder) -> None:
    """Ask the system to forget the pages of a folder's files: the next read is from the disk."""
    for file in Path(folder).iterdir():
        if hasattr(os, "posix_fadvise"):
            number = os.open(file, os.O_RDONLY)
            os.fsync(number)
            os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(number)


def _first_answer(way, file, cold) -> dict:
    if cold:
        drop_pages(file.parent)
    return _fresh("tell", way, file)


def _fresh(function: str, *arguments) -> dict:
    """What a function of this file prints as JSON, in a fresh process: its memory is none of the caller's."""
    code = f"import sys; from edukit.experiments.deployment.manager_cost import {function}; {function}(*sys.argv[1:])"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def write_all(folder: str, file: str = "") -> None:
    """Write the large network in its three forms, or a given one, and print their paths as JSON."""
    path = Path(file) if file else write_large(folder)
    paths = {"whole": path, "mapped": save_mapped(path, folder)[0], "shards": save_shards(path, folder)[0]}
    print(json.dumps({way: str(path) for way, path in paths.items()}))


def tell(way: str, file: str) -> None:
    """Print the seconds as JSON; runs in the fresh process."""
    import psutil

    openers = {"whole": load, "mapped": Mapped, "shards": Shards}
    small = write_large(tempfile.mkdtemp(), layers=1, width=8)
    load(small)(np.zeros((1, 8), np.float32))  # the runtime itself is loaded before the clock starts
    process = psutil.Process()
    before = process.memory_info().rss
    start = time.perf_counter()
    session = openers[way](file)
    x = np.ones((1, session.inputs["x"][1]), np.float32)
    first = session.first(x) if way == "shards" else session(x)
    features_s = time.perf_counter() - start
    session(x)
    answer_s = time.perf_counter() - start
    start = time.perf_counter()
    session(x)
    warm_s = time.perf_counter() - start
    grown = process.memory_info().rss - before
    answer_s = features_s if way != "shards" else answer_s
    print(
        json.dumps({"features_s": features_s, "answer_s": answer_s, "warm_s": warm_s, "grown": grown, "n": first.size})
    )


def main() -> None:
    """Print everything, with the load of the machine."""
    print("load average", os.getloadavg())

    def nothing(x):
        return x

    def millisecond(x):
        end = time.perf_counter() + 1e-3
        while time.perf_counter() < end:
            pass

    for name, session in (("nothing", nothing), ("1 ms", millisecond)):
        found = overhead(session, np.zeros(1), repeats=400 if name == "1 ms" else 5000)
        print(f"overhead over {name}: {1e6 * (found['managed'] - found['bare']):.1f} µs a call, {found}")
    with tempfile.TemporaryDirectory() as folder:
        with seeded(0):
            model = MobileClassifier(10, 1, width=PLANS["digits"].student_width).eval()  # the student of the bench
        image = digits().test.x[:1]
        session = load(export(model, image, Path(folder) / "student.onnx"))
        found = batching(session, image)
        print({way: f"{rate:,.0f} a second, {rate / found['loop']:.2f}x" for way, rate in found.items()})
    with tempfile.TemporaryDirectory() as folder:
        for row in loading(folder):
            print(row)
    print("load average", os.getloadavg())


if __name__ == "__main__":
    main()
