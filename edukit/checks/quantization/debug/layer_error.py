"""Exercise on the error of each layer alone.

Well-known mistakes  errors "per layer" that compare the network's last outputs; errors that have accumulated; the
quantized network's inputs on both sides; errors that are not normalised, or by the wrong energy
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.quantization.grid.affine import choose_qparams, fake_quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.grid.error import normalized_mse

random = np.random.default_rng(4)


def local_errors(x, weights, stored):
    """The normalised error of each layer's output, from the float network's input; ReLU between the layers."""
    errors = []
    for w, w_hat in zip(weights, stored, strict=True):
        y = x @ w.T
        errors.append(normalized_mse(y, x @ w_hat.T))
        x = np.maximum(y, 0)
    return errors


def _chain(*widths, bits):
    """A batch, the weights of a chain of linear layers, and what they are stored as."""
    weights = [random.normal(0, inside**-0.5, (out, inside)) for inside, out in zip(widths, widths[1:], strict=False)]
    grids = [choose_qparams(*min_max(w, 0), b, symmetric=True) for w, b in zip(weights, bits, strict=True)]
    return random.random((8, widths[0])), weights, [*map(fake_quantize, weights, grids)]


def _run(x, weights):
    for w in weights[:-1]:
        x = np.maximum(x @ w.T, 0)
    return x @ weights[-1].T


def _one_at_a_time(x, weights, stored):
    changed = ([*weights[:i], stored[i], *weights[i + 1 :]] for i in range(len(weights)))
    return [normalized_mse(_run(x, weights), _run(x, ws)) for ws in changed]


def _wrong_errors(error=normalized_mse, go_on=lambda y, y_hat: y, relu=lambda y: np.maximum(y, 0)):
    """A wrong local_errors: another error, another input for the next layer, or no ReLU."""

    def errors(x, weights, stored):
        found = []
        for w, w_hat in zip(weights, stored, strict=True):
            y = x @ w.T
            y_hat = x @ w_hat.T
            found.append(error(y, y_hat))
            x = relu(go_on(y, y_hat))
        return found

    return errors


def _accumulated(x, weights, stored):
    n = range(1, len(weights) + 1)
    return [normalized_mse(_run(x, weights[:i]), _run(x, stored[:i])) for i in n]


def _show_errors(arguments, expected, got):
    rows = ", ".join(f"{e:.4g}" for e in expected)
    if len(np.atleast_1d(got)) != len(expected):
        return f"{len(expected)} layers have {len(expected)} errors, yours are {len(np.atleast_1d(got))}"
    return f"the errors are {rows}, yours are {', '.join(f'{e:.4g}' for e in got)}"


LAYER_ERRORS = Exercise(
    local_errors,
    [
        _chain(6, 5, 4, bits=(3, 3)),
        _chain(6, 5, 4, bits=(2, 8)),
        _chain(8, 6, 6, 3, bits=(8, 2, 8)),
        _chain(5, 4, bits=(2,)),
        _chain(9, 7, 5, 3, bits=(4, 3, 2)),
    ],
    {
        "last outputs": (
            _one_at_a_time,
            "that compares what comes out at the very end: the layers behind this one have their say in that error",
        ),
        "accumulated": (
            _accumulated,
            "both networks ran on their own: the error of all layers before is in it; start both from the float input",
        ),
        "quantized inputs": (
            _wrong_errors(go_on=lambda y, y_hat: y_hat),
            "both sides got the quantized network's input: the layer is asked about values that it should never see",
        ),
        "weights": (
            lambda x, weights, stored: [*map(normalized_mse, weights, stored)],
            "that is the error of the weights; ask what it does to the output on real inputs",
        ),
        "energy of the approximation": (
            _wrong_errors(lambda y, y_hat: normalized_mse(y_hat, y)),
            "divided by the energy of the wrong output: the float one is the yardstick",
        ),
        "not normalised": (
            _wrong_errors(lambda y, y_hat: float(np.mean((y - y_hat) ** 2))),
            "a mean squared error has the unit of the layer: divide by the energy of y, or layers cannot be compared",
        ),
        "not squared": (
            _wrong_errors(lambda y, y_hat: normalized_mse(y, y_hat) ** 0.5),
            "the root of it: the normalised error here is of squares",
        ),
        "behind the ReLU": (
            _wrong_errors(lambda y, y_hat: normalized_mse(np.maximum(y, 0), np.maximum(y_hat, 0))),
            "compared behind the ReLU: the layer's own output comes before it",
        ),
        "no ReLU": (
            _wrong_errors(relu=lambda y: y),
            "the ReLU between the layers is missing: the second layer sees what it will never see",
        ),
    },
    "each layer judged by its own output, on the input that it should have: now rows can be compared",
    show=_show_errors,
    hints=(
        "The inner loop runs through all layers before anything is compared. Which two outputs should be compared?",
        "One loop is enough: compare the outputs of one layer with its float and with its stored weights, "
        "for the same input.",
        "The next layer's input is the float output of this one, through the ReLU.",
    ),
)
