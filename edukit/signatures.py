"""Signatures: what a function passes on to another one is shown in its own signature (Shift-Tab in Jupyter).

    def distill(student, …, *, epochs, **training)   →   distill(student, …, *, epochs, seed=0, learning_rate=0.004, …)

The call stays as short as it was, and nothing is written twice: names, types and defaults are those of the function
that receives them in the end.

Source    https://docs.python.org/3/library/inspect.html#inspect.signature (`__signature__`)
"""

import inspect
from collections.abc import Callable

KEYWORD = inspect.Parameter.KEYWORD_ONLY


def passes_on(target: Callable, *, without: tuple[str, ...] = (), **defaults) -> Callable:
    """A decorator: in the signature, the last parameter, such as **training, gives way to the parameters of `target`.

    without    names that are not passed on, besides those that the function has itself
    defaults   values that the function passes on where its caller says nothing

    >>> def mean(values, *, axis=None, keepdims=False): ...
    >>> @passes_on(mean, without=("values",), axis=0)
    ... def mean_of_rows(rows, **how): ...
    >>> inspect.signature(mean_of_rows)
    <Signature (rows, *, axis=0, keepdims=False)>
    """

    def shown(function: Callable) -> Callable:
        signature = inspect.signature(function)
        *own, _ = signature.parameters.values()
        hidden = {*without, *(parameter.name for parameter in own)}
        passed = [
            parameter.replace(kind=KEYWORD, default=defaults.get(name, parameter.default))
            for name, parameter in inspect.signature(target).parameters.items()
            if name not in hidden
        ]
        function.__signature__ = signature.replace(parameters=[*own, *passed])  # type: ignore[attr-defined]
        return function

    return shown
