"""Parity: one model, several files. Do they give the same answers, and what do they compute in integers?

    a float model       →  torch                                                        ─┐
    a quantized model   →  integers in numpy, or torch where something stays in float   ─┼─ compared row by row
    files               →  ONNX Runtime, ExecuTorch, LiteRT                             ─┘

Layer by layer, the network is exported once more with the value of every layer as an output. The first layer that is
not equal to the integers has inputs that are: its operator is what the runtime computes in a way of its own. It is
named for each file that differs from the integers.

Source    https://docs.pytorch.org/executorch/stable/model-inspector.html, "numerical discrepancies"
In production  ExecuTorch's Inspector; LiteRT's quantization debugger; ONNX Runtime's qdq_loss_debug
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.checked import check_path, check_several, checked
from edukit.copies import copied
from edukit.deployment.explain.executed import in_float, in_integers, operators
from edukit.deployment.files.export import export
from edukit.deployment.runtimes.session import as_tuple, load
from edukit.inputs import as_inputs
from edukit.quantization import QuantizedModel
from edukit.quantization.integer.network import all_codes, output_codes
from edukit.quantization.ptq.placement import ACTIVATIONS, operation_of
from edukit.table import Table

INTEGERS, SIMULATION, TORCH = "numpy's integers", "torch's simulation of the integers", "torch"


@dataclass(frozen=True)
class FileParity:
    """One file beside the model: differences in the units of the outputs, rows that are equal to the last bit.

    top1    share of the rows with the same largest entry; None where the first output is not (rows, classes)
    steps   the largest difference in steps of the output's grid; None beside anything but integers
    apart   the first layer that differs, with its operators; "" where all rows are equal, or where nobody looked
    """

    name: str
    runtime: str
    largest: float
    mean: float
    equal: int
    rows: int
    top1: float | None
    integers: Counter = field(default_factory=Counter)
    floats: Counter = field(default_factory=Counter)
    steps: float | None = None
    apart: str = ""


@dataclass(frozen=True)
class Parity:
    """What `parity` has found; a notebook shows it as a table.

    files     a FileParity each
    beside    what they are compared with: numpy's integers, torch's simulation of them, or torch
    layers    {layer: a FileParity for each file}; empty unless it was asked for
    reasons   {layer: why it is computed in float}, from the model's own report
    """

    files: list[FileParity]
    layers: dict[str, list[FileParity]]
    reasons: dict[str, str]
    beside: str = TORCH

    @property
    def table(self) -> Table:
        heads = "file", "runtime", "largest difference", "mean", "equal rows", "top-1", "integer operators", "in float"
        return Table(heads, [_cells(file) for file in self.files])

    @property
    def sentence(self) -> str:
        """Which files differ, by how many steps, and in which layer first; "" where no file was looked at."""
        return " ".join(_apart(file) for file in self.files if file.apart)

    def __repr__(self):
        return "\n".join([self.table.text(2), *filter(None, [self.sentence])])

    def _repr_html_(self) -> str:
        return f"{self.table.html()}<p>{self.sentence}</p>" if self.sentence else self.table.html()


@checked
def parity(model: nn.Module, paths, images, *, layers: bool = False) -> Parity:
    """Compare exported files of a model with the model itself, on images that it takes.

    paths    of one file or several, as `export` has written them
    images   a batch as torch or numpy, or a tuple of batches
    layers   whether to compare every layer as well; each file is exported once more for that. A file that differs from
             the integers is looked at in any case
    Raises what `load` and sessions raise.
    """
    paths = [paths] if isinstance(paths, str | Path) else paths
    check_several(paths, "paths")
    for path in paths:
        check_path(path, "paths")
    paths = [Path(path) for path in paths]
    if not paths:
        raise ValueError("paths must name at least one file, got none")
    arrays = [x.detach().numpy() for x in as_inputs(images)]
    if layers and not isinstance(model, QuantizedModel):
        raise ValueError("layers can be compared of a QuantizedModel alone: only its values are on grids")
    expected, grids, beside = _answers(model, arrays)
    files = []
    for path in paths:
        session = load(path)
        found = as_tuple(session(*arrays))
        row = _compared(path.name, session.runtime, expected, found, operators(path))
        files.append(replace(row, steps=_steps(expected, found, grids)))
    looked_at = [i for i, file in enumerate(files) if layers or (beside == INTEGERS and file.equal < file.rows)]
    each = _each_layer(model, [paths[i] for i in looked_at], arrays) if looked_at else {}
    for place, i in enumerate(looked_at):
        if files[i].equal < files[i].rows:
            files[i] = replace(files[i], apart=_first_apart(model, {name: rows[place] for name, rows in each.items()}))
    report = model.report if isinstance(model, QuantizedModel) else []
    reasons = {row.name: row.reason for row in report if row.reason}
    return Parity(files, each if layers else {}, reasons, beside)


def _answers(model, arrays) -> tuple[tuple[np.ndarray, ...], list, str]:
    """In integers where the model has them from end to end, with the grids of the outputs; else in torch."""
    if isinstance(model, QuantizedModel):
        try:
            codes = output_codes(model, *arrays)
            return tuple(code.values for code in codes), [code.grid for code in codes], INTEGERS
        except ValueError:  # it leaves something in float
            pass
    return as_tuple(load(model)(*arrays)), [], SIMULATION if isinstance(model, QuantizedModel) else TORCH


def _steps(expected, found, grids) -> float | None:
    triples = zip(expected, found, grids, strict=True) if grids else ()
    return max((round(float(_difference(a, b).max() / grid.scale), 3) for a, b, grid in triples), default=None)


def _compared(name, runtime, expected, found, counts) -> FileParity:
    differences = [_difference(ours, theirs) for ours, theirs in zip(expected, found, strict=True)]
    rows = len(expected[0])
    equal = np.logical_and.reduce([(difference.reshape(rows, -1) == 0).all(1) for difference in differences])
    flat = np.concatenate([difference.ravel() for difference in differences])
    classes = expected[0].ndim == 2
    return FileParity(
        name,
        runtime,
        float(flat.max()),
        float(flat.mean()),
        int(equal.sum()),
        rows,
        float((expected[0].argmax(1) == found[0].argmax(1)).mean()) if classes else None,
        in_integers(counts),
        in_float(counts),
    )


def _difference(ours, theirs) -> np.ndarray:
    if ours.shape != theirs.shape:
        raise ValueError(f"the file answers in the shape {theirs.shape}, the model in {ours.shape}")
    both = np.isnan(ours) & np.isnan(theirs) if ours.dtype.kind == "f" else False
    return np.where(both, 0, np.abs(ours.astype(np.float64) - theirs))


def _each_layer(model, paths, arrays) -> dict[str, list[FileParity]]:
    network, names = _with_all_values(model)
    whole = QuantizedModel(network, model.report, model.activation_bits)
    expected = _values(model, whole, names, arrays)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        example = tuple(torch.from_numpy(x) for x in arrays)
        for path in paths:
            session = load(export(whole, example, Path(folder) / f"layers{path.suffix}"))
            values = as_tuple(session(*arrays))
            for name, ours, theirs in zip(names, expected, values, strict=True):
                row = _compared(path.name, session.runtime, (ours,), (theirs,), Counter())
                found.setdefault(name, []).append(row)
    return found


def _values(model, whole, names, arrays) -> tuple[np.ndarray, ...]:
    """Of every layer: in integers where the model has them, else in torch."""
    try:
        codes = all_codes(model, *arrays)
    except ValueError:  # it leaves something in float
        return as_tuple(load(whole)(*arrays))
    return tuple(codes[name].values for name in names)


def _first_apart(model, rows: dict[str, FileParity]) -> str:
    """The first layer whose rows are not all equal, with the operators that make its value."""
    name = next((name for name, row in rows.items() if row.equal < row.rows), None)
    if name is None:
        return "no layer: a new export of the model is equal"
    node = next(node for node in model.network.graph.nodes if node.name == name)
    made_by = [node.args[0], node] if node.target in ACTIVATIONS else [node]
    words = ["quantize" if n.op == "placeholder" else operation_of(n) for n in made_by]
    return f"{name} ({' and '.join(words)})"


def _apart(file: FileParity) -> str:
    by = f" by {file.steps:g} step{'s' * (file.steps != 1)} at most" if file.steps is not None else ""
    return f"{file.name}: {file.rows - file.equal} of {file.rows} rows differ{by}, first in {file.apart}."


def _with_all_values(model):
    """The network, answering with everything that it puts on a grid."""
    network = copied(model.network)
    reals = [node for node in network.graph.nodes if node.target is torch.ops.edukit.dequantize.default]
    reals = [node for node in reals if node.args[0].target is torch.ops.edukit.quantize.default]
    network.graph.output_node().args = (tuple(reals),)
    network.graph.set_codegen(torch.fx.graph.CodeGen())
    network.recompile()
    return network, [node.args[0].args[0].name for node in reals]


def _cells(file: FileParity) -> tuple[str, ...]:
    top1 = "" if file.top1 is None else f"{file.top1:.1%}"
    floats = ", ".join(f"{count} {name}" for name, count in file.floats.items()) or "none"
    return (
        file.name,
        file.runtime,
        f"{file.largest:.3g}",
        f"{file.mean:.3g}",
        f"{file.equal} of {file.rows}",
        top1,
        str(sum(file.integers.values())),
        floats,
    )
