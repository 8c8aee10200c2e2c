"""What every technique refuses before any work is done, in words that name the argument.

    check_array(x)    a list, a string, complex numbers, truth values        TypeError
    check_real(x)     the same, but lists and plain numbers may pass         TypeError
    check_whole(n)    a fraction, a truth value, a number that is too small  ValueError
    check_number(x)   what is no single real number                          ValueError
    check_positive(x) the same; 0 and below, NaN and infinity                ValueError
    check_flag(x)     what is neither True nor False                         TypeError
    check_dense(x)    a sparse tensor, one without memory, a masked array    TypeError
    check_sizes(n=n)  several of them, of a layer; too large a number        ValueError
    check_model(m)    what is no torch.nn.Module                             TypeError
    check_weights(m)  the same; NaN, infinity, weights that are not float32  ValueError
    check_not_quantized(m)                           weights of whole numbers ValueError
    is_finite(x)      asks for NaN and infinity: who asks names them

Numpy's whole numbers are whole numbers: `for bits in np.arange(2, 9)` works. Importing this
file does not import torch, so that what needs numpy alone works where there is no torch.
"""

import math
import sys
from numbers import Integral, Number, Real
from typing import TYPE_CHECKING, Union

import numpy as np

if TYPE_CHECKING:
    import torch

Array = Union[np.ndarray, "torch.Tensor"]  # a name in quotes has no |
INT64 = 2**63 - 1


def is_tensor(x) -> bool:
    """Whether x is a torch tensor: if nobody has imported torch, it is none.

    >>> is_tensor(np.zeros(3))
    False
    """
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.Tensor)


def check_array(x, name: str = "x") -> None:
    """Raise a TypeError that names the argument unless it is a numpy array or a tensor of real numbers.

    >>> check_array([1.0, 2.0])
    Traceback (most recent call last):
    TypeError: x must be a numpy array or a torch tensor, got list
    """
    if not (isinstance(x, np.ndarray | np.generic) or is_tensor(x)):
        raise TypeError(f"{name} must be a numpy array or a torch tensor, got {type(x).__name__}")
    check_real(x, name)


def check_real(x, name: str = "x") -> None:
    """Raise a TypeError that names the argument unless it holds real numbers.

    >>> check_real([1, 2.5])
    >>> check_real("a")
    Traceback (most recent call last):
    TypeError: x must hold real numbers, got <U1
    """
    check_dense(x, name)
    if not (isinstance(x, str | bytes | list | tuple | range | Number) or hasattr(x, "__array__")):
        raise TypeError(f"{name} must hold real numbers, got {shown(x)}")
    if is_tensor(x):
        dtype = x.dtype
        real = not dtype.is_complex and str(dtype) != "torch.bool"
    else:
        try:
            dtype = np.asarray(x).dtype
        except (ValueError, TypeError, OverflowError):
            raise ValueError(f"{name} must be an array of real numbers, got rows of several lengths") from None
        real = dtype.kind in "iuf"
    if not real:
        raise TypeError(f"{name} must hold real numbers, got {dtype}")


def check_dense(x, name: str = "x") -> None:
    """Raise a TypeError that names the argument for numbers that do not all lie in memory, or of which some are hidden.

    >>> import torch
    >>> check_dense(torch.eye(2).to_sparse())
    Traceback (most recent call last):
    TypeError: x must be a dense tensor in memory, got torch.sparse_coo on cpu
    """
    if is_tensor(x) and (str(x.layout) not in ("torch.strided", "torch._mkldnn") or x.device.type == "meta"):
        raise TypeError(f"{name} must be a dense tensor in memory, got {x.layout} on {x.device.type}")
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name} must have no mask, got a masked array: use its filled()")


def as_array(x, name: str = "x") -> np.ndarray:
    """x as an array of numpy, without gradient; an error that names the argument where it cannot be one.

    >>> as_array([[1, 2]]).shape
    (1, 2)
    """
    check_dense(x, name)
    try:
        return x.detach().cpu().numpy() if is_tensor(x) else np.asarray(x)
    except (ValueError, TypeError, RuntimeError):
        raise ValueError(f"{name} must be an array, got rows of several lengths, or no numbers") from None


def is_finite(x) -> bool:
    """Whether x, an array or a tensor, holds neither NaN nor infinity.

    >>> import torch
    >>> is_finite(np.array([1, 2])), is_finite(torch.tensor([1.0, torch.nan]))
    (True, False)
    """
    if not is_tensor(x):
        return bool(np.isfinite(x).all())
    ends = x.detach().aminmax() if x.is_floating_point() and x.numel() else ()
    return all(math.isfinite(end) for end in ends)  # torch.isfinite takes ten times as long


def ends_of(x, default=1):
    """The smallest and the largest number, as floats; NaN where there is one; the default where there is no number."""
    x = x.detach() if is_tensor(x) else x
    if not np.shape(x):
        return float(x), float(x)
    if not math.prod(np.shape(x)):
        return default, default
    low, high = x.aminmax() if is_tensor(x) else (np.min(x), np.max(x))
    return float(low), float(high)


def check_whole(value, name: str, least: int = 1, most: int | None = None) -> int:
    """The value as an int; a ValueError that names the argument unless it is a whole number in the range.

    >>> check_whole(np.int64(3), "size")
    3
    """
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not least <= value <= (INT64 if most is None else most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number {allowed}, got {shown(value)}")
    return int(value)


def check_number(value, name: str) -> None:
    """Raise a ValueError that names the argument unless it is one real number, Python's or numpy's.

    NaN is for the caller to refuse, who knows what is allowed: no comparison with it holds.

    >>> check_number("0.5", "share")
    Traceback (most recent call last):
    ValueError: share must be a number, got '0.5'
    """
    huge = isinstance(value, int) and abs(value) >= 2**1000
    if not isinstance(value, Real) or isinstance(value, bool) or huge:
        raise ValueError(f"{name} must be a number, got {shown(value)}")


def check_positive(value, name: str) -> None:
    """Raise a ValueError that names the argument unless it is one finite number above 0.

    >>> check_positive(0, "temperature")
    Traceback (most recent call last):
    ValueError: temperature must be above 0 and finite, got 0
    """
    check_number(value, name)
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be above 0 and finite, got {value!r}")


def check_flag(value, name: str) -> None:
    """Raise a TypeError that names the argument unless it is True or False, numpy's too.

    >>> check_flag("no", "symmetric")
    Traceback (most recent call last):
    TypeError: symmetric must be True or False, got 'no'
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")


def shown(value) -> str:
    """The value as Python writes it, in at most 80 letters; what would be longer by its type alone.

    >>> shown(0.5), shown(10**500), shown(np.zeros((30, 30)))
    ('0.5', 'int', 'ndarray of the shape (30, 30)')
    """
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"{type(value).__name__} of the shape {tuple(shape)}"
    try:
        text = repr(value)
    except Exception:  # an int of more than 4,300 digits, and objects of any kind
        text = "\n"
    return text if len(text) <= 80 and "\n" not in text else type(value).__name__


def check_shape(shape, name: str) -> tuple[int, ...]:
    """The shape as a tuple of ints; a ValueError that names the argument unless it is sizes of at least 0.

    >>> check_shape([2, np.int64(3)], "shape"), check_shape(5, "shape")
    ((2, 3), (5,))
    """
    sizes = (shape,) if isinstance(shape, Integral) else shape
    if not isinstance(sizes, tuple | list):
        raise TypeError(f"{name} must be a tuple of sizes, got {shown(shape)}")
    return tuple(check_whole(size, name, 0, 2**40) for size in sizes)


def check_sizes(**sizes: int) -> None:
    """Raise a ValueError that names the size unless each is a whole number from 1 to 2^20: a layer is not larger.

    >>> check_sizes(channels=8, kernel=0)
    Traceback (most recent call last):
    ValueError: kernel must be a whole number from 1 to 1048576, got 0
    """
    for name, size in sizes.items():
        check_whole(size, name, 1, 2**20)


def check_model(model, name: str = "model") -> None:
    """Raise a TypeError that names the argument unless it is a torch.nn.Module.

    >>> check_model(np.zeros(3))
    Traceback (most recent call last):
    TypeError: model must be a torch.nn.Module, got ndarray
    """
    from torch import nn

    if not isinstance(model, nn.Module):
        raise TypeError(f"{name} must be a torch.nn.Module, got {type(model).__name__}")


def check_weights(model: "torch.nn.Module") -> None:
    """Raise a ValueError that names the weight which holds NaN, infinity or codes, or is no float32."""
    check_not_quantized(model)
    for name, weight in model.named_parameters():
        if weight.is_floating_point() and str(weight.dtype) != "torch.float32":
            raise ValueError(f"model holds {weight.dtype} in {name}; its weights must be float32: model.float()")
    for name, tensor in model.state_dict().items():
        if not is_finite(tensor):
            raise ValueError(f"model holds NaN or infinity in {name}; its weights must be finite")


def check_not_quantized(model: "torch.nn.Module") -> None:
    """Raise a ValueError that names a parameter of whole numbers: such a model is quantized already."""
    check_model(model)
    for name, weight in model.named_parameters():
        if not (weight.is_floating_point() or weight.is_complex()):
            raise ValueError(f"model is quantized already, it holds {weight.dtype} in {name}: give the float model")
