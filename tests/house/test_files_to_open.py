"""Whoever follows one technique from its call to the last formula opens few files.

A file is opened where a name that the call reaches is defined: names in a function lead to functions, classes and
values of the same file, or of the file that they are imported from; a class is read whole. The ground on which all
techniques stand (refusals, copies, graphs, tables) explains none of them and is not counted; for the formula of a grid
it is.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

import edukit

PACKAGE = Path(edukit.__file__).parent
GROUND = {"checked", "copies", "errors", "graph", "inputs", "refuse", "signatures", "table", "turns"}
CALLS = {
    "quantization.grid.affine:quantize": 1,
    "distillation.fit:distill": 5,
    "pruning.channels.shrink:shrink": 8,
    "quantization.ptq.static:quantize_model": 11,
}


@cache
def names_of(module: str) -> dict:
    """{name: its definition, or (module, name) of what is imported} of a file of the package; {} for what is none."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(path.read_text()) if path.is_file() else ast.Module([], [])
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("edukit"):
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {part.id: node for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return found


def home(module: str, name: str) -> tuple[str, str] | None:
    """The file that defines a name, however many others hand it on."""
    found = names_of(module).get(name)
    return home(*found) if isinstance(found, tuple) else (module, name) if found is not None else None


def used(node: ast.AST) -> set[str]:
    """The names that a definition uses when it runs, without those that only tell types."""
    types = [part.annotation for part in ast.walk(node) if isinstance(part, ast.arg | ast.AnnAssign)]
    types += [part.returns for part in ast.walk(node) if isinstance(part, ast.FunctionDef)]
    skipped = {id(part) for kind in types if kind is not None for part in ast.walk(kind)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in skipped}


def opened(call: str) -> set[str]:
    """The files that are opened, such as "quantization.grid.affine"."""
    module, _, name = call.partition(":")
    left, seen = [(f"edukit.{module}", name)], set()
    while left:
        place = home(*left.pop())
        if place and place not in seen:
            seen.add(place)
            left += [(place[0], name) for name in used(names_of(place[0])[place[1]])]
    return {module.removeprefix("edukit.") for module, _ in seen}


@pytest.mark.parametrize(("call", "most"), CALLS.items())
def test_few_files_are_opened(call, most):
    files = {file for file in opened(call) if file.partition(".")[0] not in GROUND}
    assert call.partition(":")[0] in files and len(files) <= most, sorted(files)


def test_the_formula_of_a_grid_is_read_in_two_files():
    assert opened("quantization.grid.affine:quantize") == {"quantization.grid.affine", "refuse"}


def test_what_is_called_is_followed_into_other_files():
    assert "quantization.ptq.placement" in opened("quantization.ptq.static:quantize_model")
    assert "pruning.channels.trace.rules" in opened("pruning.channels.shrink:shrink")
    assert "edukit.cli" not in opened("distillation.fit:distill")
