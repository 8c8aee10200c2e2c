"""Ways to load a file: mapped into memory, or in shards of which the first answers while the others load.

    whole    read → parse → copy the weights → ready
    mapped   graph | weights in a file of their own, which the system maps: pages are read when they are touched
    shards   layers 1…a | a+1…b | b+1…n: the first is loaded, the rest follows in the background

A network is cut where a single tensor passes from one layer to the next: the shards, one after the other, are the
network. The last layers need the last shard, so shards bring the first features forward, not the last answer.

Source    https://onnx.ai/onnx/repo-docs/ExternalData.html; onnx.utils.extract_model cuts between named tensors
In production  Core ML and LiteRT map their files; large language models are shipped in shards
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edukit.deployment.files.seal import sealed
from edukit.deployment.runtimes.session import load
from edukit.disk.sealed import write_atomically
from edukit.errors import first_line
from edukit.refuse import check_whole

SHARD = re.compile(r"(.+)\.(\d+)of(\d+)\.onnx")


def save_mapped(path, folder) -> list[Path]:
    """Write an ONNX file again as a graph and a file of weights that can be mapped; returns both, the graph first."""
    path = Path(path)
    graph = Path(folder) / f"{path.stem}.mapped.onnx"
    weights = f"{path.stem}.weights"
    (Path(folder) / weights).unlink(missing_ok=True)  # the writer would add to it
    onnx.save(_read(path), graph, save_as_external_data=True, location=weights, size_threshold=1024)
    return [graph, graph.with_name(weights)]


class Mapped:
    """A session of a file that `save_mapped` wrote: the weights stay in the file's pages, shared and not copied.

    inputs, outputs   names -> shapes. ValueError for a file that ONNX Runtime cannot run
    """

    def __init__(self, path, threads: int = 1):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = check_whole(threads, "threads")
        options.log_severity_level = 3  # errors only
        options.add_session_config_entry("session.disable_prepacking", "1")  # a rearranged copy would be no mapping
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ValueError(f"{path} is not a model that ONNX Runtime can run: {first_line(error)}") from error
        self.inputs = {value.name: tuple(value.shape) for value in self._session.get_inputs()}
        self.outputs = {value.name: tuple(value.shape) for value in self._session.get_outputs()}

    def __call__(self, *arrays: np.ndarray):
        """Run once; one array for each input; an array, or a tuple of several."""
        results = self._session.run(None, dict(zip(self.inputs, arrays, strict=True)))
        return results[0] if len(results) == 1 else tuple(results)


def save_shards(path, folder, shares=(0.1, 0.9)) -> list[Path]:
    """Cut an ONNX file in files whose weights have about these shares of the bytes; returns them in order.

    Raises ValueError for shares that do not sum to 1, and where no single tensor passes between two layers.
    """
    path = Path(path)
    if len(shares) < 2 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares must be two or more numbers above 0 whose sum is 1, got {shares}")
    model = _read(path)
    cuts = _cuts(model, np.cumsum(shares)[:-1])
    ends = [0, *(place for place, _ in cuts), len(model.graph.node)]
    names = [None, *(name for _, name in cuts), None]
    types = {value.name: value for value in onnx.shape_inference.infer_shapes(model).graph.value_info}
    written = []
    for i in range(len(shares)):
        part = _part(model, ends[i], ends[i + 1], names[i], names[i + 1], types)
        target = Path(folder) / f"{path.stem}.{i}of{len(shares)}.onnx"
        written.append(write_atomically(target, sealed(part.SerializeToString())))
    return written


class Shards:
    """A session of the files of `save_shards`: ready when the first is loaded; the others load in the background.

    paths   in order, or the first of them, beside which the others lie
    opener  makes a session of one file
    Raises ValueError where a file is missing; what the background raises is raised by the call that needs it.
    """

    def __init__(self, paths, opener: Callable = load):
        files = shard_files(paths) if isinstance(paths, str | Path) else [Path(path) for path in paths]
        self._sessions = [opener(files[0])]
        self.inputs = self._sessions[0].inputs
        self._error: Exception | None = None
        self._loader = threading.Thread(target=self._load, args=(files[1:], opener), daemon=True)
        self._loader.start()

    def first(self, *arrays: np.ndarray):
        """What comes out of the first shard, without waiting for the others."""
        return self._sessions[0](*arrays)

    def __call__(self, *arrays: np.ndarray):
        """The network's answer; waits for the shards that still load, after the first has run."""
        found = self.first(*arrays)
        self._wait()
        for session in self._sessions[1:]:
            found = session(found)
        return found

    @property
    def outputs(self) -> dict:
        """Names -> shapes; waits for the last shard."""
        self._wait()
        return self._sessions[-1].outputs

    def _load(self, files, opener) -> None:
        try:
            for path in files:
                self._sessions.append(opener(path))
        except Exception as error:  # told to the call that needs the shard
            self._error = error

    def _wait(self) -> None:
        self._loader.join()
        if self._error is not None:
            raise self._error


def shard_files(path) -> list[Path]:
    """All shards beside the first one, in order; ValueError where one is missing."""
    path = Path(path)
    found = SHARD.fullmatch(path.name)
    if not found or found[2] != "0":
        raise ValueError(f"paths must be the first shard, such as net.0of2.onnx, got {path}")
    files = [path.with_name(f"{found[1]}.{i}of{found[3]}.onnx") for i in range(int(found[3]))]
    for file in files:
        if not file.is_file():
            raise ValueError(f"a shard is missing: {file}")
    return files


def _read(path) -> onnx.ModelProto:
    load(path)  # refuses what is damaged, or not a model
    return onnx.load(path)


def _cuts(model, shares) -> list[tuple[int, str]]:
    """(number of nodes before it, tensor that passes) for each cut, the nearest to its share of the weights' bytes."""
    nodes = model.graph.node
    sizes = {w.name: numpy_helper.to_array(w).nbytes for w in model.graph.initializer}
    places = _bridges(model, set(sizes))
    before = np.cumsum([0] + [sum(sizes.pop(name, 0) for name in node.input) for node in nodes])
    chosen = []
    for share in shares:
        later = [place for place in places if not chosen or place[0] > chosen[-1][0]]
        if not later:
            raise ValueError("the network cannot be cut there: between two layers more than one tensor passes")
        chosen.append(min(later, key=lambda place: abs(before[place[0]] - share * before[-1])))
    return chosen


def _bridges(model, weights) -> list[tuple[int, str]]:
    """Where exactly one tensor is still wanted, and it is none of the network's inputs."""
    nodes = model.graph.node
    last_use = {name: i for i, node in enumerate(nodes) for name in node.input}
    ends = {value.name for value in model.graph.output}
    alive = {value.name for value in model.graph.input}
    inputs = set(alive)
    found = []
    for i, node in enumerate(nodes[:-1]):
        alive |= set(node.output)
        alive = {name for name in alive if name in ends or last_use.get(name, -1) > i}
        constants = {name for name in alive if name in weights}
        (passing, *others) = sorted(alive - constants) or [""]
        if passing and not others and passing not in inputs | ends:
            found.append((i + 1, passing))
    return found


def _part(model, start, end, first, last, types) -> onnx.ModelProto:
    """The nodes from start to end as a model; first and last name the tensors that pass, None at the ends."""
    graph = model.graph
    nodes = graph.node[start:end]
    wanted = {name for node in nodes for name in node.input}
    inputs = [types.get(first) or _any(first)] if first else list(graph.input)
    outputs = [types.get(last) or _any(last)] if last else list(graph.output)
    weights = [weight for weight in graph.initializer if weight.name in wanted]
    part = helper.make_graph(nodes, graph.name or "part", inputs, outputs, weights)
    return helper.make_model(part, opset_imports=model.opset_import, ir_version=model.ir_version)


def _any(name):
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
