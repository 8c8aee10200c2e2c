"""Exercises on one bit: binarize(w) -> (α, b), and sign_gradient(x, gradient), which goes back through the sign.

Well-known mistakes  sign(0) = 0; one α for the whole tensor, or its largest weight; a sign without a gradient
"""

import numpy as np

from edukit.checks.alike import as_numbers, kind
from edukit.checks.verdict import Exercise, first_difference
from edukit.quantization.lowbit.binary import binarize, sign_gradient

f32 = np.float32
random = np.random.default_rng(0)


def agree_levels(_, expected, got) -> bool:
    """Whether both arrays are as they should be, in shape and in value."""
    pairs = [(a, as_numbers(b)) for a, b in zip(expected, got, strict=True)]
    return all(
        b is not None and kind(b) != "b" and a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=0)
        for a, b in pairs
    )


def show_levels(arguments, expected, got):
    """What differs first between (α, b) as they should be and as they came."""
    (w,) = arguments
    if not isinstance(got, tuple | list) or len(got) != 2:
        return "return two arrays, alpha and b"
    for name, right, yours in zip(("alpha", "b"), expected, got, strict=True):
        if np.shape(yours) != right.shape:
            return f"for w of shape {w.shape}, {name} must have the shape {right.shape}, yours has {np.shape(yours)}"
        if not np.allclose(right, yours, rtol=1e-5, atol=0):
            at = first_difference(right, yours)
            where = f"filter {at[0]}, {w[at[0]].ravel()[:4].round(2).tolist()} …" if name == "alpha" else f"{w[at]:.3g}"
            return f"{name} for {where} must be {right[at]:.4g}, yours is {yours[at]:.4g}"
    return "alpha and b are real numbers"


def filter_axes(w):
    """All axes of w but the first."""
    return tuple(range(1, w.ndim))


def _wrong_alpha(alpha):
    """A wrong binarize whose signs are right."""
    return lambda w: (np.asarray(alpha(w), w.dtype), np.where(w >= 0, 1, -1).astype(w.dtype))


def _binarize_by_hand(w):
    """(alpha, b): w is about alpha * b; b holds -1 and 1 alone, alpha has one size for each filter."""
    alpha = np.abs(w).mean(axis=tuple(range(1, w.ndim)), keepdims=True)
    return alpha, np.where(w >= 0, 1.0, -1.0)


BINARIZE = Exercise(
    binarize,
    [
        (f32([[0.5, -0.1, 0.2], [-3.0, 1.0, 2.0]]),),
        (f32([[0.5, -0.1, 0.0], [-3.0, 0.0, -0.0]]),),
        (f32([[-1, -2], [-3, -4], [5, 6]]),),
        (random.normal(0, 1, (4, 3, 3, 3)).astype(f32),),
        (random.normal(0, 1, (3, 3)).astype(f32),),
        (random.normal(0, 1, (4, 2, 5)).astype(f32),),
        (f32([[1e-20, -1e-20, 2.0], [1e-9, -1.0, 1.0]]),),
        (np.zeros((2, 5), f32),),
    ],
    {
        "sign of zero": (
            lambda w: (np.abs(w).mean(filter_axes(w), keepdims=True), np.sign(w)),
            "np.sign(0) is 0, a third value, for which one bit has no room: let 0 become +1",
        ),
        "whole tensor": (
            _wrong_alpha(lambda w: np.full((len(w), *[1] * (w.ndim - 1)), np.abs(w).mean())),
            "one alpha for the whole tensor: each filter, axis 0, gets its own",
        ),
        "one alpha": (_wrong_alpha(lambda w: np.abs(w).mean()), "one alpha for the whole tensor: each filter has one"),
        "largest": (
            _wrong_alpha(lambda w: np.abs(w).max(filter_axes(w), keepdims=True)),
            "that is the largest weight: the error of alpha b is smallest when alpha is the mean of |w|",
        ),
        "mean without abs": (
            _wrong_alpha(lambda w: w.mean(filter_axes(w), keepdims=True)),
            "weights of both signs cancel in this mean: take |w| first",
        ),
        "abs of the mean": (
            _wrong_alpha(lambda w: np.abs(w.mean(filter_axes(w), keepdims=True))),
            "weights of both signs cancel before the size is taken: |w| first, then the mean",
        ),
        "root of the mean square": (
            _wrong_alpha(lambda w: np.sqrt((w**2).mean(filter_axes(w), keepdims=True))),
            "the root of the mean square keeps |w|², but leaves a larger |w - alpha b|² than the mean of |w|",
        ),
        "median": (
            _wrong_alpha(lambda w: np.median(np.abs(w), filter_axes(w), keepdims=True)),
            "the middle value makes the sum of |w - alpha b| smallest; for squares it is the mean",
        ),
        "sum": (
            _wrong_alpha(lambda w: np.abs(w).sum(filter_axes(w), keepdims=True)),
            "the sum is not divided by the number of weights in a filter",
        ),
        "by input": (
            _wrong_alpha(lambda w: np.abs(w).mean((0, *filter_axes(w)[1:]), keepdims=True)),
            "that is a scale for each input (axis 1): a filter is a row of axis 0",
        ),
        "axes lost": (
            _wrong_alpha(lambda w: np.abs(w).mean(filter_axes(w))),
            "alpha does not broadcast against w: keep the averaged axes as 1, with keepdims=True",
        ),
        "only the second axis": (
            _wrong_alpha(lambda w: np.abs(w).mean(1, keepdims=True)),
            "a filter of a convolution has three axes, and the mean goes over all of them",
        ),
        "already scaled": (
            lambda w: (binarize(w)[0], binarize(w)[0] * binarize(w)[1]),
            "b holds signs alone, +1 and -1: alpha comes in when they are used",
        ),
        "bits": (
            lambda w: (binarize(w)[0], (w >= 0).astype(w.dtype)),
            "0 and 1 are the bits as they are stored; b is what they stand for, -1 and +1",
        ),
    },
    "one scale for each filter, the best there is for squares, and signs that fit into one bit",
    agree=agree_levels,
    show=show_levels,
    shown=_binarize_by_hand,
    hints=(
        "What is `np.sign(0)`, and is there a bit for it?",
        "Each filter has a size of its own: the mean of |w| over all axes but the first.",
        "`keepdims=True` keeps the averaged axes as 1: then `alpha * b` has the shape of w. And `np.where(w "
        ">= 0, …)` knows two values only.",
    ),
)


def _show_gradient(arguments, expected, got):
    x, gradient = arguments
    if np.shape(got) != x.shape:
        return f"x of shape {x.shape} has a gradient of that shape, yours has {np.shape(got)}"
    at = first_difference(expected, got)
    return f"x = {x[at]:.7g}, arriving {gradient[at]:.3g}: right is {expected[at]:.3g}, yours is {got[at]:.3g}"


def _sign_gradient_by_hand(x, gradient):
    """What passes back through the sign of x when `gradient` arrives: the same where |x| <= 1, else 0."""
    return gradient * (np.abs(x) <= 1)


SIGN_GRADIENT = Exercise(
    sign_gradient,
    [
        (f32([-0.5, 0.3, 0.9]), f32([2.0, -1.5, 0.25])),
        (f32([-2.0, -0.5, 0.3, 1.5]), f32([2.0, 3.0, -1.5, 4.0])),
        (f32([-1.0, 1.0, 0.0]), f32([2.0, 3.0, 5.0])),
        (f32([1.0 + 2**-20, -1.0 - 2**-20, 1.0 - 2**-20]), f32([2.0, 3.0, 5.0])),
        (random.normal(0, 1, (5, 7)).astype(f32), random.normal(0, 1, (5, 7)).astype(f32)),
    ],
    {
        "no gradient": (
            lambda x, gradient: np.zeros_like(x),
            "that is the true gradient of a step, 0 wherever it exists, and with it no weight ever moves",
        ),
        "straight through everywhere": (
            lambda x, gradient: gradient.copy(),
            "beyond -1 and 1 the gradient must stop: there a latent weight would grow without changing anything",
        ),
        "open ends": (
            lambda x, gradient: gradient * (np.abs(x) < 1),
            "at exactly -1 and 1 the gradient passes: latent weights are clipped to these values, and must get away",
        ),
        "outside": (
            lambda x, gradient: gradient * (np.abs(x) > 1),
            "the other way round: inside -1 to 1 the gradient passes, outside it stops",
        ),
        "one side": (
            lambda x, gradient: gradient * (x <= 1),
            "only one side is cut: what is below -1 gets no gradient either",
        ),
        "sign of the gradient": (
            lambda x, gradient: np.sign(gradient) * (np.abs(x) <= 1),
            "the gradient passes as it is; its size matters too",
        ),
        "times x": (
            lambda x, gradient: gradient * x * (np.abs(x) <= 1),
            "the slope of clip(x, -1, 1) is 1 inside, not x",
        ),
        "cut by the arriving gradient": (
            lambda x, gradient: gradient * (np.abs(gradient) <= 1),
            "it is x that must lie between -1 and 1, not the arriving gradient",
        ),
        "clipped gradient": (
            lambda x, gradient: np.clip(gradient, -1, 1),
            "that clips the gradient; the rule asks where x lies, and passes the gradient as it is",
        ),
        "derivative of tanh": (
            lambda x, gradient: gradient * (1 - np.tanh(x) ** 2),
            "a smooth surrogate works as well, but here it is the slope of clip(x, -1, 1)",
        ),
        "nothing arrives": (
            lambda x, gradient: (np.abs(x) <= 1).astype(x.dtype),
            "the chain rule is missing: multiply by the gradient that arrives",
        ),
    },
    "a gradient where there was none: the network sees the step, the training sees a slope",
    show=_show_gradient,
    shown=_sign_gradient_by_hand,
    hints=(
        "The true slope of a step is 0. Which function looks like the step from afar, and has a slope of 1 "
        "in the middle?",
        "It is clip(x, -1, 1): its slope is 1 between -1 and 1, both ends included, and 0 outside.",
        "Multiply the gradient that arrives by that slope.",
    ),
)
