"""ExecuTorch: the reader of .pte files, one row at a time, as on a phone.

Its threads belong to the whole process, and a program keeps the threads that were there when it was opened. So each
call asks for its own number, and opens the program again where another session has changed it.
"""

from pathlib import Path

import numpy as np
import torch

from edukit.deployment.files.signature import signature_of
from edukit.deployment.runtimes.opened import Opened
from edukit.errors import first_line

TYPES = {
    0: "uint8",
    1: "int8",
    2: "int16",
    3: "int32",
    4: "int64",
    5: "float16",
    6: "float32",
    7: "float64",
    11: "bool",
}


def opened(content: bytes, threads: int, path: Path) -> Opened:
    """A file of these bytes; ValueError where ExecuTorch refuses it."""
    program = _Program(content, threads, path)
    meta = program.method.metadata
    inputs = [meta.input_tensor_meta(i) for i in range(meta.num_inputs())]
    outputs = [meta.output_tensor_meta(i) for i in range(meta.num_outputs())]
    said = signature_of(content)
    return Opened(
        run=program.run,
        inputs=said.inputs if said else {f"input_{i}": tuple(x.sizes()) for i, x in enumerate(inputs)},
        outputs=said.outputs if said else {f"output_{i}": tuple(x.sizes()) for i, x in enumerate(outputs)},
        types=[np.dtype(TYPES[x.dtype()]) for x in inputs],
        row_by_row=said is not None,
        output_types=[np.dtype(TYPES[x.dtype()]) for x in outputs],
    )


class _Program:
    resets = 0  # of the process's threads, by any session

    def __init__(self, content, threads, path):
        self.content = content
        self.threads = threads
        self.path = path
        self._use_threads()

    def run(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        self._use_threads()
        results = self.method.execute([torch.from_numpy(np.ascontiguousarray(array)) for array in arrays])
        return [result.numpy() for result in results]

    def _use_threads(self):
        from executorch.extension.pybindings import portable_lib

        if portable_lib._threadpool_get_thread_count() != self.threads:
            portable_lib._unsafe_reset_threadpool(self.threads)
            _Program.resets += 1
        if getattr(self, "opened_after", None) != _Program.resets:
            self.method = self._method()
            self.opened_after = _Program.resets

    def _method(self):
        from executorch.runtime import Runtime

        try:
            self.program = Runtime.get().load_program(self.content)
            return self.program.load_method("forward")
        except Exception as error:
            raise ValueError(f"{self.path} is not a model that ExecuTorch can run: {first_line(error)}") from error
