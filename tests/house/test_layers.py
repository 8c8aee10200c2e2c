"""Imports point one way: each room imports only from the floors below it, also inside functions."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edukit

PACKAGE = Path(edukit.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
FLOORS = [  # from the ground up; rooms on one floor import none of each other, but for those of HALLS
    {"checked", "copies", "course", "errors", "glossary", "graph", "inputs", "refuse", "signatures", "bundled", "disk"}
    | {"table", "turns"},
    {"data", "training", "measure"},
    {"networks", "quantization", "pruning", "distillation"},
    {"deployment"},
    {"search", "detection"},
    {"experiments", "checks"},
    {"plots"},
    {"panels"},
    {"cli", "lab", "report", "site", "__main__"},  # what a person calls; no room may use one
]
HALLS = FLOORS[0], FLOORS[-1]  # the ground leans on itself, and a command may call another
DRAWING, WIDGETS = {"matplotlib", "PIL"}, {"ipywidgets", "IPython", "ipykernel", "anywidget"}
NEVER = {"torch.ao", "torch.jit", "torchvision", "pickle", "joblib"}  # going away, not needed, or not safe


def room(path: Path) -> str:
    """The room of a module, such as "pruning"; a package's __main__ and the package itself are doors."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "__main__" if parts[-1] == "__main__" or parts == ("__init__",) else parts[0]


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def forbidden(room: str) -> set[str]:
    """The modules that a room must not import."""
    here = floor(room)
    above = set().union(*FLOORS[here + 1 :])
    beside = set() if FLOORS[here] in HALLS else FLOORS[here] - {room}
    libraries = set(NEVER)
    libraries |= DRAWING if here < floor("plots") else set()
    libraries |= WIDGETS if here < floor("panels") else set()
    return {f"edukit.{name}" for name in above | beside} | libraries


def imports(tree: ast.AST, package: str) -> set[str]:
    """Every module that is imported anywhere, also inside functions, and every dotted name such as torch.jit."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package.split(".")[: len(package.split(".")) - node.level + 1]] if node.level else [])
            module = ".".join(part for part in (base, node.module) if part)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(ast.unparse(node))
    return found


def broken(source: str, room: str, package: str = "edukit.room") -> set[str]:
    """The imports that the room must not have."""
    names = imports(ast.parse(source), package)
    return {f for f in forbidden(room) for name in names if name == f or name.startswith(f"{f}.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path):
    package = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    assert not broken(path.read_text(), room(path), package), room(path)


@pytest.mark.parametrize(
    ("source", "room", "culprit"),
    [
        ("import matplotlib.pyplot as plt", "pruning", "matplotlib"),
        ("def f():\n    from edukit import plots", "networks", "edukit.plots"),
        ("from ..plots.style import house", "quantization", "edukit.plots"),
        ("def f():\n    from edukit.deployment import export", "pruning", "edukit.deployment"),
        ("from edukit.networks import trained", "quantization", "edukit.networks"),
        ("from edukit.experiments import table", "deployment", "edukit.experiments"),
        ("from edukit.checks import pruning", "experiments", "edukit.checks"),
        ("from edukit.training import fit", "graph", "edukit.training"),
        ("import ipywidgets", "plots", "ipywidgets"),
        ("from edukit.panels import Panel", "checks", "edukit.panels"),
        ("import torch\ntorch.jit.script", "measure", "torch.jit"),
        ("from edukit.cli import main", "panels", "edukit.cli"),
    ],
)
def test_a_forbidden_import_is_seen(source, room, culprit):
    assert broken(source, room, "edukit.topic") == {culprit}


def test_no_import_goes_in_a_circle():
    """Neither between rooms of a floor nor between files of a room: every module has a place in one order."""
    left = {}
    for path in MODULES:
        names = imports(ast.parse(path.read_text()), ".".join(path.relative_to(PACKAGE.parent).parent.parts))
        left[module_name(path)] = names
    modules, uses = set(left), {}
    for name, names in left.items():
        found = {longest for used in names if (longest := known(used, modules))}
        uses[name] = found - {name}
    while free := {name for name, used in uses.items() if not used & uses.keys()}:
        uses = {name: used for name, used in uses.items() if name not in free}
    assert not uses


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def known(name: str, modules: set[str]) -> str:
    """The longest beginning of a dotted name that is a file of a room, or ""; a folder only hands on what is in it."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def test_the_package_opens_its_rooms_only_when_they_are_entered():
    slow = "{'torch', 'matplotlib', 'ipywidgets', 'onnxruntime'}"
    code = f"import sys, edukit; assert not {slow} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
