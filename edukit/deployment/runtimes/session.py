"""Runtimes: load an exported file and run it, one interface for all of them.

    session = load("model.onnx");  logits = session(x)

In production  onnxruntime-android, onnxruntime-objc and onnxruntime-web load the same file by the same names
"""

from pathlib import Path

import numpy as np

from edukit.deployment.files.seal import is_intact
from edukit.refuse import first_line

RUNTIMES = ("onnxruntime",)


class Session:
    """A loaded model: call it with numpy arrays, get numpy arrays.

    inputs, outputs   names -> shapes, as the file has them; a free axis is a string
    """

    def __init__(self, session):
        self._session = session
        self.inputs = {value.name: tuple(value.shape) for value in session.get_inputs()}
        self.outputs = {value.name: tuple(value.shape) for value in session.get_outputs()}

    def __call__(self, *arrays: np.ndarray):
        """Run once: one array for each input; returns the output, or a tuple where the model has several."""
        if len(arrays) != len(self.inputs):
            raise ValueError(f"the model takes {len(self.inputs)} inputs ({', '.join(self.inputs)}), got {len(arrays)}")
        feed = {}
        for (name, shape), array in zip(self.inputs.items(), arrays, strict=True):
            array = np.asarray(array)
            fits = len(shape) == array.ndim and all(
                isinstance(n, str) or n == m for n, m in zip(shape, array.shape, strict=True)
            )
            if not fits:
                raise ValueError(f"{name} must have the shape {shape}, got {array.shape}")
            feed[name] = array.astype(np.float32) if array.dtype == np.float64 else array
        results = self._session.run(None, feed)
        return results[0] if len(results) == 1 else tuple(results)


def load(path, runtime: str = "onnxruntime", threads: int = 1) -> Session:
    """A session that runs the file at `path`.

    Raises ValueError for an unknown runtime, fewer than one thread, a file that is missing or damaged.
    """
    if runtime not in RUNTIMES:
        raise ValueError(f"runtime must be one of {', '.join(RUNTIMES)}, got {runtime!r}")
    if not isinstance(threads, int) or threads < 1:
        raise ValueError(f"threads must be a whole number of at least 1, got {threads!r}")
    return Session(onnxruntime_session(Path(path), threads))


def onnxruntime_session(path: Path, threads: int, optimized: Path | None = None):
    """An onnxruntime.InferenceSession of an intact file; `optimized` is where it writes its own graph."""
    import onnxruntime

    content = _intact(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3  # errors only
    if optimized:
        options.optimized_model_filepath = str(optimized)
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"{path} is not a model that ONNX Runtime can run: {first_line(error)}") from error


def _intact(path: Path) -> bytes:
    """The file's bytes, checked against the SHA-256 that our export put behind them."""
    if not path.is_file():
        raise ValueError(f"path must be an exported file, found none at {path}")
    content = path.read_bytes()
    if not is_intact(content):
        raise ValueError(f"{path} is damaged, or another tool rewrote it: its checksum does not fit; export it again")
    return content
