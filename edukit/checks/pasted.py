"""The text of a function that runs by itself in a fresh cell: its imports, what it calls, and its source.

function ─> the names that it reads ─┬─ a module ───────────────────────────────> import …
                                     ├─ a function beside it, or of the checks ─> its source, and what that reads
                                     ├─ a name of a package ────────────────────> from … import …
                                     └─ a constant ─────────────────────────────> its value
"""

import dis
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterator

CHECKS = "edukit.checks."  # no lesson imports their helpers


def runnable(function: Callable, name: str = "") -> str:
    """The source of the function, called `name`, behind all that it needs.

    >>> print(runnable(_source, "own"), end="")
    import inspect
    <BLANKLINE>
    <BLANKLINE>
    def own(function) -> str:
        return inspect.getsource(function)
    """
    imports = set()
    beside = []
    _gather(function, imports, beside)
    own = _source(function)
    own = re.sub(r"^def \w+", f"def {name}", own) if name else own
    parts = ["\n".join(sorted(imports, key=_own_last)), *map(_source, beside), own]
    return "\n\n\n".join(part.strip() for part in parts if part) + "\n"


def _gather(function, imports: set, beside: list) -> None:
    """Collect the imports and the neighbours of a function, and of its neighbours; the innermost come first."""
    for name in dict.fromkeys(_names(function.__code__)):
        value = function.__globals__.get(name)
        if isinstance(value, types.ModuleType):
            imports.add(_module_line(name, value))
        elif isinstance(value, types.FunctionType) and value.__module__.startswith((function.__module__, CHECKS)):
            if value is not function and value not in beside:
                _gather(value, imports, beside)
                beside.append(value)
        elif getattr(value, "__name__", None) == name:
            imports.add(f"from {public_home(value)} import {name}")
        elif name in function.__globals__:
            imports.add(f"{name} = {value!r}")


def _names(code: types.CodeType) -> Iterator[str]:
    """Every name that the code reads from outside, functions inside of it included."""
    yield from (step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)


def _module_line(name: str, module) -> str:
    if name == module.__name__:
        return f"import {name}"
    package, _, last = module.__name__.rpartition(".")
    return f"from {package} import {last}" + (f" as {name}" if last != name else "") if package else _as(module, name)


def _as(module, name: str) -> str:
    return f"import {module.__name__} as {name}"


def public_home(value) -> str:
    """The room from which lessons import it: the nearest to the top that has it under its own name.

    >>> public_home(runnable)
    'edukit.checks.pasted'
    """
    parts = value.__module__.split(".")
    homes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next(home for home in homes if getattr(sys.modules[home], value.__name__, None) is value)


def _own_last(line: str) -> tuple[bool, bool, bool, str]:
    return " = " in line, "edukit" in line, line.startswith("from"), line


def _source(function) -> str:
    return inspect.getsource(function)
