"""Time by operator of an ExecuTorch file, from the profiler of XNNPACK, which its Python runtime has on board.

    file ─> runtime with its event tracer ─> events (name, ms in each run) ─> calls: time, role

    "Convolution (NHWC, QC8) IGEMM #2"     kind: all before the number; QC8, QS8, QU8 are codes
    "Convert (NC) #1"                      from floats to codes, or back
    "native_call_add.out"                  an operator of ExecuTorch's own portable library, in float

The events tell no shapes and no weights: MACs and bytes of such a call are unknown, and stay 0. They tell whole
microseconds: an operator that takes less may have 0.

Source    https://docs.pytorch.org/executorch/stable/model-inspector.html
In production  the same Inspector, on an ETDump that comes from the phone
"""

import re
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from edukit.deployment.explain.profile import Call, Profile, undisturbed, without_profiler
from edukit.deployment.runtimes.session import Session, intact_bytes, load
from edukit.inputs import as_inputs

CODES = re.compile(r"\bQ[CSUD]\d")
FRAME = re.compile(r"^(Method|Program)::|^(DELEGATE|OPERATOR)_CALL$")  # what stands around other events
LAYOUTS = "Transpose", "permute"
MOVES = "Copy", "Reshape", "Slice", "Concatenate", "Split", "Pad", "view", "clone", "expand"


def profile_executorch(path, inputs=None, *, threads: int = 1, runs: int = 30) -> Profile:
    """What every operator of a .pte file takes.

    inputs   one batch, or a tuple of batches, of which the first row is taken; drawn where it is None
    Raises what `load` and sessions raise.
    """
    session = load(path, "executorch", threads)
    arrays = _row(session, inputs)
    session(*arrays)
    run_s = undisturbed([_timed(session, arrays) for _ in range(runs)])
    events = _events(intact_bytes(path), arrays, runs)
    times_s = without_profiler([undisturbed(raw_ms) / 1e3 for _, raw_ms in events], run_s)
    calls = [_call(name, time_s) for (name, _), time_s in zip(events, times_s, strict=True)]
    has_codes = any(call.role == "integer" for call in calls)
    return Profile(calls, run_s, threads, has_codes, "executorch")


def role_of(name: str) -> str:
    """What a kernel of XNNPACK or of the portable library does with its time.

    >>> [role_of(name) for name in ("Fully Connected (NC, QS8, QC8W) GEMM", "Convolution (NHWC, F32) IGEMM")]
    ['integer', 'float']
    >>> [role_of(name) for name in ("Convert (NC)", "Transpose (ND, X32)", "Copy (NC)")]
    ['conversion', 'layout', 'move']
    """
    if name.startswith("Convert") or "quantize" in name:
        return "conversion"
    for role, words in (("layout", LAYOUTS), ("move", MOVES)):
        if any(word in name for word in words):
            return role
    return "integer" if CODES.search(name) else "float"


def _row(session: Session, inputs) -> list[np.ndarray]:
    """The first row of each input that has rows."""
    free = [shape[:1] == ("batch",) for shape in session.inputs.values()]
    if inputs is not None:
        given = [x.numpy() for x in as_inputs(inputs)]
        if len(given) != len(free):
            raise ValueError(f"inputs must be {len(free)} arrays ({', '.join(session.inputs)}), got {len(given)}")
        return [x[:1].astype(kind) if own else x for x, own, kind in zip(given, free, session.types, strict=True)]
    drawn = np.random.default_rng(0)
    shapes = [[1 if isinstance(n, str) else n for n in shape] for shape in session.inputs.values()]
    arrays = [drawn.random(shape) for shape in shapes]
    return [x.astype(kind) for x, kind in zip(arrays, session.types, strict=True)]


def _events(content: bytes, arrays, runs: int, warmup: int = 5) -> list[tuple[str, list[float]]]:
    """(name, ms in each run) of every operator in order, the warm-up left out."""
    import torch
    from executorch.devtools import Inspector
    from executorch.extension.pybindings import portable_lib

    program = portable_lib._load_for_executorch_from_buffer(content, enable_etdump=True)
    tensors = tuple(torch.from_numpy(np.ascontiguousarray(x)) for x in arrays)
    for _ in range(warmup + runs):
        program.run_method("forward", tensors)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses the values of inner tensors, which nobody asked for
        dump = str(Path(folder) / "events.etdump")
        program.write_etdump_result_to_file(dump, str(Path(folder) / "values.bin"))
        blocks = Inspector(etdump_path=dump).event_blocks
    events = next(block.events for block in blocks if block.name == "Execute")
    return [(e.name, e.perf_data.raw[-runs:]) for e in events if e.perf_data and not FRAME.search(e.name)]


def _call(name: str, time_s: float) -> Call:
    kind = re.sub(r" #\d+$", "", name).removeprefix("native_call_")
    role = role_of(kind)
    return Call(name, kind, time_s, role, "int8" if role == "integer" else "float")


def _timed(session, arrays) -> float:
    start = time.perf_counter()
    session(*arrays)
    return time.perf_counter() - start
