"""Every kind of file that the kit writes, damaged in every way that disks and people know: who loads it all the same?

    write a file ─> flip a bit · cut · swap two parts · a run of zeros · put a byte in · another network's file · empty
                 └> read: refused by name · the same numbers as before (the damage was where nothing is) · OTHER numbers

What must never happen is the last: other weights, other times, other results without a word.

In production  checksums of downloads; file systems such as ZFS and Btrfs check every block that they read
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
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
from edukit.experiments.deployment.damaged_files import flipped
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
from edukit.table import Table

HEADS = "file", "tries", "refused by name", "same numbers", "OTHER numbers", "obscure error"


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


def damaged(content: bytes, other: bytes, tries: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many damaged copies, and what was done to each; the first are another network's file, an empty one, …

    >>> [how for how, _ in damaged(b"0123456789" * 9, b"other", 8)][:3]
    ['another file', 'empty', 'zeros alone']
    """
    draw = np.random.default_rng(seed)
    size = len(content)
    yield from (("another file", other), ("empty", b""), ("zeros alone", bytes(size)), ("twice", 2 * content))
    for number in range(tries - 4):
        place, end = sorted(int(at) for at in draw.integers(0, size, 2))
        length = min(int(draw.integers(1, 64)), size - end, end - place)
        if number % 8 == 0:
            yield "cut", content[:place]
        elif number % 8 == 1:
            yield "head lost", content[place + 1 :]
        elif number % 8 == 2:
            swapped = content[end : end + length] + content[place + length : end] + content[place : place + length]
            yield "swap", content[:place] + swapped + content[end + length :]
        elif number % 8 == 3:
            run = min(int(draw.integers(1, 64)), size - place)
            yield "zeros", content[:place] + bytes(run) + content[place + run :]
        elif number % 8 == 4:
            yield "a byte more", content[:place] + content[end : end + 1] + content[place:]
        elif number % 8 == 5:
            yield "spliced", content[:place] + other[place:]
        else:
            yield "a bit", flipped(content, int(draw.integers(8 * size)))


def outcomes(kind: Kind, folder: Path, tries: int, seed: int = 0) -> Counter:
    """{outcome: how often}, as in HEADS; the other file is refused, or read for what it is."""
    path = kind.write(folder / f"file{kind.suffix}", 0)
    good, content = kind.read(path), path.read_bytes()
    (folder / "other").mkdir(exist_ok=True)
    beside = kind.write(folder / "other" / f"file{kind.suffix}", 1)
    other = beside.read_bytes()
    try:
        others = kind.read(beside)
    except ValueError:  # it says itself that it is another one
        others = {}
    counts = Counter()
    for how, broken in damaged(content, other, tries, seed):
        path.unlink()
        if how == "another file":
            path.hardlink_to(beside)
        else:
            path.write_bytes(broken)
        counts[_outcome(kind.read, path, others if broken == other else good, broken == content)] += 1
    return counts


def table(found: dict[str, Counter]) -> Table:
    """A row for each kind, and the sums."""
    sums = sum(found.values(), Counter())
    rows = [(name, sum(c.values()), *(c[head] for head in HEADS[2:])) for name, c in (found | {"all": sums}).items()]
    return Table(HEADS, [tuple(map(str, row)) for row in rows])


def _outcome(read, path, good, untouched) -> str:
    try:
        found = read(path)
    except (ValueError, TypeError, OSError) as error:
        named = path.name in str(error) and len(str(error)) < 400
        return "obscure error" if untouched or not named else "refused by name"
    except Exception:
        return "obscure error"
    return "same numbers" if _same(found, good) else "OTHER numbers"


def _same(found, good) -> bool:
    """Whether both hold the same numbers; a journal may have lost lines, which are computed again."""
    known = good if isinstance(good, dict) and set(found) < set(good) else found
    shared = {name: good.get(name) for name in known if name in found}
    return set(found) <= set(good) and all(np.array_equal(found[name], value) for name, value in shared.items())


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


def main(tries: int = 120, seed: int = 0) -> None:
    """Damage each kind so often, and print what became of it."""
    found = {}
    for name, kind in (kinds() | exports()).items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = outcomes(kind, Path(folder), tries, seed)
    print(table(found).text())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
