"""Imports point one way: maths <- plots <- panels, maths <- checks; held for every module, of today and tomorrow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import edukit

PACKAGE = Path(edukit.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
DOORS = {
    "cli",
    "gallery",
    "lab",
    "report",
    "__main__",
}  # what a person calls may use every room; no room may use a door
DRAWING, WIDGETS = {"matplotlib", "PIL"}, {"ipywidgets", "IPython", "ipykernel"}
NEVER = {"torch.ao", "torch.jit", "torchvision", "pickle", "joblib"}  # going away, not needed, or not safe
FORBIDDEN = {
    "maths": {"edukit.plots", "edukit.panels", "edukit.checks"} | DRAWING | WIDGETS,
    "checks": {"edukit.plots", "edukit.panels"} | DRAWING | WIDGETS,
    "plots": {"edukit.panels", "edukit.checks"} | WIDGETS,
    "panels": {"edukit.checks"},
    "door": set(),
}
FORBIDDEN = {room: names | NEVER | {f"edukit.{door}" for door in DOORS} for room, names in FORBIDDEN.items()}
FORBIDDEN["door"] = NEVER


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if first in DOORS:
        return "door"
    return first if first in FORBIDDEN else "maths"


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
    return {f for f in FORBIDDEN[room] for name in names if name == f or name.startswith(f"{f}.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_point_one_way(path):
    package = ".".join(path.relative_to(PACKAGE.parent).parent.parts)
    assert not broken(path.read_text(), room(path), package), room(path)


@pytest.mark.parametrize(
    ("source", "room", "culprit"),
    [
        ("import matplotlib.pyplot as plt", "maths", "matplotlib"),
        ("def f():\n    from edukit import plots", "maths", "edukit.plots"),
        ("from ..plots.style import house", "maths", "edukit.plots"),
        ("import ipywidgets", "plots", "ipywidgets"),
        ("from edukit.panels import Panel", "checks", "edukit.panels"),
        ("import torch\ntorch.jit.script", "maths", "torch.jit"),
        ("from edukit.cli import main", "panels", "edukit.cli"),
    ],
)
def test_a_forbidden_import_is_seen(source, room, culprit):
    assert broken(source, room, "edukit.topic") == {culprit}


def test_the_package_opens_its_rooms_only_when_they_are_entered():
    slow = "{'torch', 'matplotlib', 'ipywidgets', 'onnxruntime'}"
    code = f"import sys, edukit; assert not {slow} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
