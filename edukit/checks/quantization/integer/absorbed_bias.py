"""An exercise on what a zero point costs a layer: absorbed_bias -> bias codes.

    Σ (q_x - Z_x) q_w + b  =  Σ q_x q_w + (b - Z_x Σ q_w)

Well-known mistakes  the wrong sign; one sum for all outputs, or the sum over the outputs instead of the inputs; a sum
in the 8 bits of the codes
"""

import numpy as np

from edukit.checks.verdict import Exercise, first_difference

random = np.random.default_rng(7)


def absorbed_bias(q_w, bias, Z_x):
    """The bias of a layer that multiplies the codes q_x as they are: the term of the zero point is in it."""
    axes = tuple(range(1, q_w.ndim))
    return bias - Z_x * q_w.sum(axis=axes, dtype=np.int32)


def _wrong(rule):
    """A wrong absorbed_bias: rule(weights (out, inputs), bias, Z_x)."""
    return lambda q_w, bias, Z_x: rule(q_w.reshape(len(q_w), -1).astype(np.int32), bias, Z_x)


def _show(arguments, expected, got):
    q_w, bias, Z_x = arguments
    if np.shape(got) != expected.shape:
        return f"{len(q_w)} outputs need {len(q_w)} numbers, yours have the shape {np.shape(got)}"
    (at,) = first_difference(expected, got)
    total = q_w.reshape(len(q_w), -1)[at].sum(dtype=int)
    return f"weights that sum to {total}, bias {bias[at]}, Z_x = {Z_x}: right is {expected[at]}, yours is {got[at]}"


def _weights(*shape):
    bias = random.integers(-9000, 9000, shape[0]).astype(np.int32)
    return random.integers(-127, 128, shape).astype(np.int8), bias


ABSORBED_BIAS = Exercise(
    absorbed_bias,
    [
        (np.array([[2, -1, 3]], np.int8), np.array([4], np.int32), np.int32(10)),
        (*_weights(3, 5), np.int32(0)),
        *((*_weights(*shape), np.int32(Z)) for shape, Z in [((4, 4), 128), ((6, 9), 3), ((2, 300), 255)]),
        (np.full((2, 40), 127, np.int8), np.array([5, -5], np.int32), np.int32(200)),
        (*_weights(3, 4, 3, 3), np.int32(17)),
        (*_weights(3, 3, 3, 3), np.int32(117)),
        (np.full((2, 600), 127, np.int8), np.array([8, -9], np.int32), np.int32(255)),
    ],
    {
        "wrong sign": (
            _wrong(lambda w, b, Z_x: b + Z_x * w.sum(1)),
            "the wrong sign: Σ q_x q_w holds Z_x Σ q_w too much, so the bias takes it away",
        ),
        "bias forgotten": (
            _wrong(lambda w, b, Z_x: -Z_x * w.sum(1)),
            "the bias that was there is missing",
        ),
        "sum forgotten": (
            _wrong(lambda w, b, Z_x: b - Z_x * np.int32(w.shape[1])),
            "every input was counted once, whatever its weight: the term is Z_x Σ q_w",
        ),
        "zero point forgotten": (
            _wrong(lambda w, b, Z_x: b - w.sum(1)),
            "Z_x is missing in front of the sum",
        ),
        "one for all": (
            _wrong(lambda w, b, Z_x: b - Z_x * w.sum()),
            "one sum for all outputs: each output has weights of its own",
        ),
        "over the outputs": (
            lambda w, b, Z_x: b - Z_x * w.reshape(len(w), -1).sum(0, dtype=np.int32)[: len(b)],
            "summed along axis 0: that runs over the outputs, and the inputs of each output are wanted",
        ),
        "mean": (
            _wrong(lambda w, b, Z_x: b - np.round(Z_x * w.mean(1)).astype(np.int32)),
            "a mean instead of the sum over the inputs",
        ),
        "sizes": (
            _wrong(lambda w, b, Z_x: b - Z_x * np.abs(w).sum(1)),
            "the signs of the weights were dropped",
        ),
        "sum in 8 bits": (
            lambda w, b, Z_x: b - Z_x * w.reshape(len(w), -1).sum(1, dtype=np.int8),
            "the sum of the weights wrapped: 8 bits end at 127, so sum in int32",
        ),
    },
    "known before the first image comes: the zero point of the inputs costs nothing on the phone",
    show=_show,
    hints=(
        "Write Σ (q_x - Z_x) q_w as two sums. Which of them does not know the input?",
        "Z_x Σ q_w is one whole number for each output: sum the weights over all axes but the first.",
        "The new bias is the old one minus Z_x times that sum.",
    ),
)
