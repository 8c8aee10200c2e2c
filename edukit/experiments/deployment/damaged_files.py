"""One bit of a model's file flipped, many times over: who notices, the runtime alone or the manager?

    file ─ one bit ─> bare session of ONNX Runtime: opens it?
                   └> manager: refuses it before a runtime sees it?

In production  checksums of downloads; file systems such as ZFS and Btrfs check every block that they read
"""

from collections.abc import Callable

import numpy as np
import onnxruntime

from edukit.deployment.manager.manager import ModelManager


def refusals(manager: ModelManager, name: str, x, flips: int = 60, seed: int = 0) -> dict[str, int]:
    """How many of so many damaged files each refuses: {"runtime": …, "manager": …}; the file is whole again afterwards.

    name, x   a registered model, an ONNX file, and what it is asked for
    """
    (entry,) = (entry for entry in manager.list() if entry.name == name)
    path = manager.registry.intact(entry)
    whole = path.read_bytes()
    counts = {"runtime": 0, "manager": 0}
    manager.unload(name)
    try:
        for place in np.random.default_rng(seed).integers(0, 8 * len(whole), flips):
            path.write_bytes(flipped(whole, int(place)))
            counts["runtime"] += _fails(lambda: _bare(path))
            counts["manager"] += _fails(lambda: manager.predict(name, x))
    finally:
        path.write_bytes(whole)
    return counts


def flipped(content: bytes, place: int) -> bytes:
    """The bytes with one bit changed, counted from the lowest of the first byte.

    >>> flipped(b"abc", 8)
    b'acc'
    """
    damaged = bytearray(content)
    damaged[place // 8] ^= 1 << place % 8
    return bytes(damaged)


def _bare(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # no messages
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _fails(call: Callable) -> bool:
    try:
        call()
    except Exception:  # each runtime has errors of its own
        return True
    return False
