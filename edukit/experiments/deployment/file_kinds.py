"""Every kind of file that the kit writes: how a small one is written, and what is read from it."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from edukit.deployment.files.export import export
from edukit.deployment.manager.measured import Measured
from edukit.deployment.manager.registry import Registry
from edukit.deployment.runtimes.installed import WRITES, missing
from edukit.deployment.runtimes.session import load
from edukit.disk.journal import Journal
from edukit.disk.sealed import with_check, without_check, write_atomically
from edukit.pruning.weights.storage import FORMATS, load_sparse, save_sparse
from edukit.quantization import quantize_model
from edukit.quantization.lowbit.binary import BinaryLinear, binarize, ternarize
from edukit.quantization.lowbit.binary_network import load_binary, save_binary
from edukit.quantization.lowbit.blocks import MXFP4, Block
from edukit.quantization.lowbit.codebook import SharedWeights
from edukit.quantization.lowbit.deep_compression import load_compressed, save_compressed
from edukit.quantization.lowbit.formats import INT4
from edukit.quantization.lowbit.packing import load_blocks, save_blocks
from edukit.search.latency_table import LatencyTable, this_machine


class Kind(NamedTuple):
    """How a kind of file is written and read.

    write   (path, seed) -> the path; another seed, other numbers
    read    path -> {name: array or number}
    """

    write: Callable
    read: Callable
    suffix: str = ""


def kinds() -> dict[str, Kind]:
    """The kinds that cost milliseconds, by name."""
    found = {f"sparse, {format}": Kind(_sparse(format), load_sparse) for format in FORMATS}
    for block in (Block(INT4, 4), MXFP4):
        found[f"blocks, {'INT4' if block is not MXFP4 else 'MXFP4'}"] = _blocks(block)
    for name, levels in (("binary", binarize), ("ternary", ternarize)):
        found[name] = _binary(levels)
    found["deep compression"] = Kind(
        lambda path, seed: save_compressed(SharedWeights(network(seed), 2), path),
        lambda path: load_compressed(network(0), path).state_dict(),
    )
    found["journal of a search"] = Kind(_journal, lambda path: Journal(path, _about(0)).known)
    found["latency table"] = Kind(
        lambda path, seed: LatencyTable({"nothing": 1e-6, "stem": (2 + seed) * 1e-6}, this_machine()).save(path),
        lambda path: LatencyTable.load(path).seconds,
    )
    found["registry of models"] = Kind(_registry, _entries)
    found["results of a run"] = Kind(_results, _read_results)
    return found


def exports() -> dict[str, Kind]:
    """Exported files, of each format whose writer is installed; a second each."""
    found = {}
    for format, suffix in (("onnx", ".onnx"), ("executorch", ".pte"), ("litert", ".tflite")):
        if not missing(WRITES[format]):
            found[suffix] = Kind(_export(False), _answers, suffix)
            found[f"int8 {suffix}"] = Kind(_export(True), _answers, suffix)
    return found


def network(seed: int) -> nn.Module:
    """A small network, the same for the same seed."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 4)).eval()


def _sparse(format):
    def write(path, seed):
        w = np.random.default_rng(seed).normal(size=(8, 16)).astype(np.float32)
        w[:, [0, 1, 4, 5, 8, 9, 12, 13]] = 0
        return save_sparse({"w": w}, format, path)

    return write


def _blocks(block) -> Kind:
    def write(path, seed):
        return save_blocks({"w": np.random.default_rng(seed).normal(size=(4, 32))}, block, path)

    return Kind(write, lambda path: load_blocks(path, block))


def _binary(levels) -> Kind:
    def layer(seed):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return BinaryLinear(64, 4, levels=levels)

    return Kind(
        lambda path, seed: save_binary(layer(seed), path),
        lambda path: {"y": load_binary(layer(0), path)(torch.eye(64)).detach().numpy()},
    )


def _about(seed) -> str:
    return f"squares from {seed}"


def _journal(path, seed):
    path.unlink(missing_ok=True)
    Journal(path, _about(seed)).values({f"{n} squared": (n + seed,) for n in range(9)}, lambda n: n * n)
    return path


def _registry(path, seed):
    folder = Path(tempfile.mkdtemp(dir=path.parent))
    model = write_atomically(folder / f"net{seed}", bytes(20 + seed))
    registry = Registry(folder / "models")
    registry.register(model, "net", Measured(1000 + seed), accuracy=0.5 + seed / 100)
    registry.register(model, "again", Measured(2000 + seed), accuracy=0.7 + seed / 100)
    return write_atomically(path, (folder / "models" / "registry.json").read_bytes())


def _entries(path):
    registry = Registry(Path(tempfile.mkdtemp(dir=path.parent)))
    (registry.folder / "registry.json").write_bytes(path.read_bytes())
    try:
        return {name: asdict(entry) for name, entry in registry.entries().items()}
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _results(path, seed):
    results = {"data": "digits", "seed": seed, "stages": [{"name": "teacher", "accuracy": 0.99 - seed / 100}]}
    return write_atomically(path, json.dumps(with_check(results), indent=1).encode())


def _read_results(path):
    try:
        return without_check(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _export(quantized):
    def write(path, seed):
        x = torch.rand(16, 8, generator=torch.Generator().manual_seed(0))
        model = quantize_model(network(seed), x) if quantized else network(seed)
        return export(model, x, path)

    return write


def _answers(path):
    return {"y": load(path)(np.eye(8, dtype=np.float32))}
