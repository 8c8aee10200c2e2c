"""Is a function still the starter code of its lesson? A fingerprint tells, without a copy of that code.

    source ─> tree ─> without docstring, comments, layout and print(...); own names numbered ─> fingerprint

So a function in which only names or comments are new counts as untouched; one other operator, and it is a try.
"""

import ast
import hashlib
import inspect
import textwrap

LENGTH = 10  # hexadecimal digits: 40 bits, for some fifty exercises


def fingerprint(source: str) -> str:
    """The fingerprint of the first function in the source; empty where there is none.

    >>> one = fingerprint("def f(x):\\n    return x + 1  # one more")
    >>> one == fingerprint("def my_f(value):\\n    'Doc.'\\n    print(value)\\n    return value + 1")
    True
    >>> one == fingerprint("def f(x):\\n    return x - 1"), fingerprint("f = abs")
    (False, '')
    """
    try:
        tree = ast.parse(textwrap.dedent(source))
    except SyntaxError:  # the source of a lambda may be half a line
        return ""
    function = next((node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)), None)
    if function is None:
        return ""
    return hashlib.sha256(_told(_plain(function)).encode()).hexdigest()[:LENGTH]


def source_of(function) -> str:
    """The source of a function; empty where Python does not have it."""
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        return ""


def is_blank(function) -> bool:
    """Whether the body holds nothing but a docstring, `...` or `pass`.

    >>> is_blank(lambda x: None), is_blank(lambda x: x)
    (True, False)
    """
    code = getattr(function, "__code__", None)
    empty = (lambda: None).__code__
    if code is None:
        return False
    return set(code.co_code[::2]) <= set(empty.co_code[::2]) and set(code.co_consts) <= {None, function.__doc__}


def _plain(function: ast.FunctionDef) -> ast.FunctionDef:
    """The function without what says nothing about a try, and with numbers for its own names."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef):
            node.body = [line for i, line in enumerate(node.body) if not (_is_print(line) or i == 0 and _is_text(line))]
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    numbers = {name: f"name {i}" for i, name in enumerate(dict.fromkeys(_own_names(function)))}
    for node in ast.walk(function):
        for field in ("name", "arg", "id"):
            if getattr(node, field, None) in numbers:
                setattr(node, field, numbers[getattr(node, field)])
    return function


def _own_names(function):
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _is_text(line) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def _is_print(line) -> bool:
    called = line.value.func if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "print"


def _told(node) -> str:
    """The tree in words that are the same in every version of Python: fields that hold nothing are left out."""
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={_told(value)}" for name, value in ast.iter_fields(node) if value is not None and value != []
        ]
        return f"{type(node).__name__}({', '.join(fields)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_told, node))}]"
    return repr(node)
