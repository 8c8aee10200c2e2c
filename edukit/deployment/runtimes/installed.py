"""What must be installed to write and to run the files of each format, and the command that installs it.

onnx         comes with the kit
executorch   the extra `mobile`
litert       the extra `mobile`
"""

from importlib.util import find_spec

WRITES = {"onnx": (), "executorch": ("executorch", "torchao"), "litert": ("litert_torch", "executorch", "torchao")}
RUNS = {"onnxruntime": (), "torch": (), "executorch": ("executorch",), "litert": ("ai_edge_litert",)}
COMMAND = 'pip install -e ".[mobile]"'


def missing(modules) -> list[str]:
    """Those of the modules that are not installed; none of them is imported.

    >>> missing(["numpy", "no_such_module"])
    ['no_such_module']
    """
    return [name for name in modules if find_spec(name) is None]


def check_installed(modules, purpose: str) -> None:
    """Raise a ModuleNotFoundError that says what installs the modules, unless they are there.

    >>> check_installed(["no_such_module"], "to write LiteRT files")
    Traceback (most recent call last):
    ModuleNotFoundError: to write LiteRT files, no_such_module must be installed: pip install -e ".[mobile]"
    """
    if absent := missing(modules):
        raise ModuleNotFoundError(f"{purpose}, {', '.join(absent)} must be installed: {COMMAND}")
