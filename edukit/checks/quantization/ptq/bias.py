"""An exercise on bias correction: the mean error of each output goes back into its bias.

Well-known mistakes  a mean over inputs that the quantized network never sees; one number for all outputs
"""

import numpy as np

from edukit.checks.quantization.ptq.rounding import inputs
from edukit.checks.verdict import Exercise, first_difference

random = np.random.default_rng(3)


def bias_shift(w, stored, x, x_hat):
    """What to add to each bias, so that each output of the quantized layer has the mean that it had in float."""
    return w @ x.mean(0) - stored @ x_hat.mean(0)


def _layer(rows, n, out, *, bits=2):
    """Weights, what is stored of them, and inputs before and after the layers in front were quantized."""
    w = random.normal(0, 1, (out, n)).round(3)
    x = inputs(rows, n, 3)
    scale = np.abs(w).max(1, keepdims=True) / (2 ** (bits - 1) - 0.5)
    x_hat = (0.9 * x + 0.2 * random.random((rows, n))).round(3)
    return w, (scale * np.round(w / scale)).round(3), x, x_hat


def _show_shift(arguments, expected, got):
    w, _, x, _ = arguments
    if np.shape(got) != expected.shape:
        return f"{len(w)} outputs need {len(w)} numbers, yours have the shape {np.shape(got)}"
    (at,) = first_difference(expected, got)
    return f"{len(x)} rows of {x.shape[1]} inputs: output {at} needs {expected[at]:.4g}, yours is {got[at]:.4g}"


BIAS_SHIFT = Exercise(
    bias_shift,
    [
        (np.array([[1.0, 1.0]]), np.array([[1.5, 1.0]]), np.array([[2.0, 1.0]]), np.array([[2.0, 1.5]])),
        *(_layer(*shape) for shape in ((5, 3, 2), (4, 4, 4), (64, 9, 5), (1, 6, 3))),
    ],
    {
        "wrong sign": (
            lambda w, s, x, h: s @ h.mean(0) - w @ x.mean(0),
            "the wrong sign: what the layer says too much must be taken away, float minus quantized",
        ),
        "clean inputs for both": (
            lambda w, s, x, h: (w - s) @ x.mean(0),
            "x̂ is missing: the stored weights will never see the float network's inputs",
        ),
        "quantized inputs for both": (
            lambda w, s, x, h: (w - s) @ h.mean(0),
            "x is missing: the mean to come back to is that of the float layer on the float network's inputs",
        ),
        "sum": (
            lambda w, s, x, h: w @ x.sum(0) - s @ h.sum(0),
            "a sum over the rows instead of their mean: more images would mean a larger correction",
        ),
        "one for all": (
            lambda w, s, x, h: np.full(len(w), (w @ x.mean(0) - s @ h.mean(0)).mean()),
            "one number for all outputs: each has a bias of its own",
        ),
        "weights alone": (
            lambda w, s, x, h: (w - s).sum(1),
            "only the weights are compared, as if every input were 1",
        ),
        "size": (
            lambda w, s, x, h: np.abs(w @ x.mean(0) - s @ h.mean(0)),
            "the sign was dropped: some outputs say too little, others too much",
        ),
        "every row": (
            lambda w, s, x, h: x @ w.T - h @ s.T,
            "that is the error of each row: a bias is the same for all of them, so take the mean over the rows",
        ),
    },
    "each output has its mean back, errors of the layers before included",
    show=_show_shift,
    hints=(
        "Which inputs will the stored weights meet on the phone?",
        "Write down the mean output of the float layer, and that of the quantized one, each with its own inputs.",
        "The shift is the mean as it should be, minus the mean as it is.",
    ),
)
