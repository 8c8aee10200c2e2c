"""An exercise on folding: fold_norm(w, b, gamma, beta, mean, variance, epsilon) -> (w, b) of one layer.

    γ (w·x + b - μ) / σ + β  =  (w γ/σ)·x + β + (b - μ) γ/σ        σ = sqrt(variance + ε)

Well-known mistakes  the variance for σ; ε forgotten; the layer's own bias left as it was; the factor along the inputs
"""

import numpy as np

from edukit.checks.verdict import Exercise, alike

random = np.random.default_rng(13)


def fold_norm(w, b, gamma, beta, mean, variance, epsilon):
    """The weights and the bias of one layer that does the work of a layer and of the batch norm behind it."""
    factor = gamma / np.sqrt(variance + epsilon)
    columns = factor.reshape(-1, *[1] * (w.ndim - 1))
    return w * columns, beta + (b - mean) * factor


def _wrong(factor=lambda g, v, e: g / np.sqrt(v + e), bias=lambda b, f, beta, mean: beta + (b - mean) * f):
    """A wrong fold_norm: another factor, or another bias."""

    def fold(w, b, gamma, beta, mean, variance, epsilon):
        f = factor(gamma, variance, epsilon)
        return w * f.reshape(-1, *[1] * (w.ndim - 1)), bias(b, f, beta, mean)

    return fold


def _along_inputs(w, b, gamma, beta, mean, variance, epsilon):
    f = gamma / np.sqrt(variance + epsilon)
    return w * f.reshape(1, -1, *[1] * (w.ndim - 2)), beta + (b - mean) * f


def _show(arguments, expected, got):
    for name, right, mine in zip(("the weights", "the bias"), expected, got, strict=True):
        if np.shape(right) != np.shape(mine):
            return f"{name} must have the shape {np.shape(right)}, yours have {np.shape(mine)}"
        if not alike(right, mine):
            at = tuple(int(i) for i in np.argwhere(~np.isclose(right, mine))[0])
            return f"{name}{list(at)}: right is {right[at]:.4g}, yours is {np.asarray(mine)[at]:.4g}"
    return f"for weights of shape {arguments[0].shape}"


def _question(*shape, epsilon=1e-5, small=1.0):
    out = shape[0]
    w, b, beta, mean = (random.normal(0, 1, size).round(3) for size in (shape, out, out, out))
    gamma = random.uniform(0.3, 2, out).round(3) * random.choice([-1, 1], out)
    return w, b, gamma, beta, mean, small * random.uniform(0.1, 4, out).round(3), epsilon


_HAND = [np.array(values) for values in ([[2.0]], [1.0], [6.0], [5.0], [4.0], [9.0])]

FOLD_NORM = Exercise(
    fold_norm,
    [
        (*_HAND, 0.0),
        _question(3, 3),
        _question(4, 2, 3, 3),
        _question(3, 3, 3, 3, epsilon=0.001),
        _question(5, 7, small=1e-4, epsilon=1e-3),
    ],
    {
        "variance": (
            _wrong(lambda g, v, e: g / (v + e)),
            "divided by the variance: σ is its square root",
        ),
        "no epsilon": (
            _wrong(lambda g, v, e: g / np.sqrt(v)),
            "ε is missing under the root: where the variance is small, it decides",
        ),
        "epsilon outside": (
            _wrong(lambda g, v, e: g / (np.sqrt(v) + e)),
            "ε was added to the root: it stands below it, sqrt(variance + ε)",
        ),
        "gamma forgotten": (
            _wrong(lambda g, v, e: 1 / np.sqrt(v + e)),
            "γ is missing in the factor",
        ),
        "bias left": (
            _wrong(bias=lambda b, f, beta, mean: b + beta - mean * f),
            "the layer's own bias goes through the norm as well: the factor multiplies b - μ",
        ),
        "mean left": (
            _wrong(bias=lambda b, f, beta, mean: beta + b * f - mean),
            "the mean is subtracted before the factor: (b - μ) γ/σ",
        ),
        "mean forgotten": (
            _wrong(bias=lambda b, f, beta, mean: beta + b * f),
            "μ is missing: the norm subtracts it from the layer's output",
        ),
        "mean added": (
            _wrong(bias=lambda b, f, beta, mean: beta + (b + mean) * f),
            "μ is subtracted, not added",
        ),
        "beta scaled": (
            _wrong(bias=lambda b, f, beta, mean: (b - mean + beta) * f),
            "β was multiplied too: the norm adds it last",
        ),
        "beta forgotten": (
            _wrong(bias=lambda b, f, beta, mean: (b - mean) * f),
            "β is missing: the norm adds it last",
        ),
        "along the inputs": (
            _along_inputs,
            "the factor ran along the inputs, axis 1: the norm has a factor for each output, axis 0",
        ),
    },
    "one layer that says what two said: no operation is left for the norm",
    show=_show,
    hints=(
        "The norm gets w·x + b. Write down what it makes of it, and collect all that is multiplied by x.",
        "The factor is γ/σ with σ = sqrt(variance + ε), one number for each output: give it the shape (out, 1, …).",
        "The new bias is what the norm makes of the output for x = 0.",
    ),
)
