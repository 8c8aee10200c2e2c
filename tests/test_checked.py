"""What a signature says of an argument is checked before the function runs; what it does not say is not."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from edukit.checked import checked
from edukit.refuse import Array


@checked
def every(  # noqa: PLR0913 — one of each kind
    model: nn.Module,
    share: float = 0.5,
    flag: bool = False,
    *,
    fn: Callable = len,
    path: str | Path = "a",
    name: str | None = None,
    named: Mapping[str, int] | None = None,
    many: Iterable[int] = (),
    x: Array = 1.0,
    tensor: torch.Tensor | None = None,
    seed: int = 0,
    example=None,
    calibrator=len,
    anything=None,
):
    """The docstring."""
    return "ran"


NET = nn.Linear(1, 1)
BAD = [
    ("model", None, TypeError),
    ("model", nn.Linear, TypeError),
    ("share", "0.5", ValueError),
    ("share", None, ValueError),
    ("share", True, ValueError),
    ("share", 1j, ValueError),
    ("share", 10**400, ValueError),
    ("share", np.ones(2), ValueError),
    ("share", torch.tensor(0.5), ValueError),
    ("flag", "no", TypeError),
    ("flag", 1, TypeError),
    ("flag", None, TypeError),
    ("fn", "len", TypeError),
    ("path", 3, TypeError),
    ("path", "", ValueError),
    ("name", 3, TypeError),
    ("named", [1], TypeError),
    ("many", "abc", TypeError),
    ("many", 3, TypeError),
    ("many", torch.tensor(1), TypeError),
    ("x", torch.eye(2).to_sparse(), TypeError),
    ("x", torch.ones(2, device="meta"), TypeError),
    ("x", np.ma.masked_array([1.0, 2.0], [True, False]), TypeError),
    ("tensor", [1.0], TypeError),
    ("seed", -1, ValueError),
    ("seed", 2**64, ValueError),
    ("seed", None, ValueError),
    ("example", "abc", TypeError),
    ("example", 5, TypeError),
    ("example", np.array(["a"]), TypeError),
    ("calibrator", 3, TypeError),
]
GOOD = [
    ("share", np.float32(0.5)),
    ("share", 1),
    ("flag", np.bool_(True)),
    ("fn", print),
    ("path", Path("a")),
    ("name", None),
    ("named", {}),
    ("many", np.ones(2)),
    ("many", iter([1])),
    ("x", torch.ones(2)),
    ("x", [1, 2]),
    ("tensor", None),
    ("seed", np.int64(3)),
    ("example", torch.ones(2)),
    ("example", [torch.ones(2)]),
    ("example", {"a": torch.ones(2)}),
    ("anything", "at all"),
]


@pytest.mark.parametrize("name, value, kind", BAD)
def test_what_is_no_such_thing_is_refused_by_its_name(name, value, kind):
    with pytest.raises(kind, match=f"^{name} must ") as refused:
        every(**{"model": NET} | {name: value})
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name, value", GOOD)
def test_what_is_such_a_thing_passes(name, value):
    assert every(NET, **{name: value}) == "ran"


def test_arguments_by_place_are_checked_too():
    assert every(NET, 0.5, True) == "ran"
    with pytest.raises(TypeError, match="^flag must be True or False, got 3"):
        every(NET, 0.5, 3)


def test_the_signature_and_the_docstring_stay():
    assert list(inspect.signature(every).parameters)[:2] == ["model", "share"] and every.__doc__ == "The docstring."


def test_a_class_checks_its_own_arguments():
    class Kept:
        @checked
        def __init__(self, size: float):
            self.size = size

    assert Kept(2.0).size == 2.0
    with pytest.raises(ValueError, match="^size must be a number"):
        Kept("2")
