"""Exercise on the temperature: the softmax of logits over T, row by row, also where a power of e has no place.

Well-known mistakes  T after the softmax, or as a factor; powers that overflow; a sum over the batch
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.distillation.soft import soft_labels


def _by_hand(logits, temperature):
    """The softmax of logits (B, classes) over the temperature, row by row."""
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return powers / powers.sum(1, keepdims=True)


def _one_sum(z, T):
    powers = np.exp((z - z.max(1, keepdims=True)) / T)
    return powers / powers.sum()


def _across(z, T):
    powers = np.exp((z - z.max(0)) / T)
    return powers / powers.sum(0)


def _logarithms(z, T):
    shifted = (z - z.max(1, keepdims=True)) / T
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def _batch_shifted(z, T):
    powers = np.exp((z - z.max()) / T)
    return powers / powers.sum(1, keepdims=True)


def _overflowing(z, T):
    return np.exp(z / T) / np.exp(z / T).sum(1, keepdims=True)


def _question(B, classes, temperature, seed):
    return np.random.default_rng(seed).normal(0, 3, (B, classes)), temperature


def _show(arguments, expected, got):
    logits, temperature = arguments
    got = np.asarray(got)
    if got.shape != expected.shape:
        return f"a probability for each logit, {expected.shape}, yours is {got.shape}"
    row = int(np.argmax(~np.isclose(got, expected, rtol=1e-5, atol=1e-9).all(1)))
    numbers = [", ".join(f"{v:.3g}" for v in answer[row][:4]) for answer in (logits, expected, got)]
    return f"T = {temperature:g}, logits {numbers[0]}: {numbers[1]}, yours {numbers[2]}"


MISTAKES = {
    "cold": (
        lambda z, T: soft_labels(z, 1.0),
        "the temperature is missing: divide the logits by T before you take powers of e",
    ),
    "times T": (
        lambda z, T: soft_labels(z, 1 / T),
        "the logits were multiplied by T: then a higher temperature makes the answer harder, not softer",
    ),
    "after the softmax": (
        lambda z, T: soft_labels(z, 1.0) / T,
        "the probabilities were divided by T, and no longer sum to 1: the temperature belongs to the logits",
    ),
    "roots without a sum": (
        lambda z, T: soft_labels(z, 1.0) ** (1 / T),
        "those are the roots of the probabilities: now divide each row by its sum",
    ),
    "one sum": (
        _one_sum,
        "one sum for the whole batch: each row is an answer of its own, and sums to 1",
    ),
    "across": (
        _across,
        "the sum runs over the batch: each row sums to 1, over its classes",
    ),
    "logarithms": (
        _logarithms,
        "those are the logarithms of the probabilities: leave the last logarithm out",
    ),
    "overflow": (
        _overflowing,
        "a power of e has no place in a float from e^710 on: subtract the largest logit of the row first, which "
        "changes no ratio",
    ),
    "shifted by the batch": (
        _batch_shifted,
        "the largest logit of the batch was subtracted, and all powers of another row became 0: each row its own",
    ),
    "first class": (
        lambda z, T: np.eye(z.shape[1])[z.argmax(1)],
        "that is the first class alone: a soft answer keeps what the other classes say",
    ),
}
OVERFLOWING = {  # the same without the largest logit subtracted, as most people write it first
    "cold": lambda z, T: _overflowing(z, 1.0),
    "times T": lambda z, T: _overflowing(z, 1 / T),
    "after the softmax": lambda z, T: _overflowing(z, 1.0) / T,
    "one sum": lambda z, T: np.exp(z / T) / np.exp(z / T).sum(),
    "across": lambda z, T: np.exp(z / T) / np.exp(z / T).sum(0),
}


SOFT_LABELS = Exercise(
    soft_labels,
    [
        (np.log([[256.0, 16.0, 1.0, 1.0]]), 2.0),
        _question(3, 4, 4.0, 0),
        _question(4, 2, 0.5, 1),
        _question(2, 10, 1.0, 2),
        (np.array([[0.0, 0.0, 0.0], [-5.0, 5.0, 0.0]]), 20.0),
        (np.array([[4000.0, 3999.0, 0.0], [4000.0, 4000.0, 4000.0]]), 1.0),
        (np.array([[4000.0, 3998.0], [-4000.0, -4001.0]]), 2.0),
    ],
    MISTAKES
    | {
        f"{name}, overflow": (wrong, f"{MISTAKES[name][1]}; besides, powers of large logits overflow")
        for name, wrong in OVERFLOWING.items()
    },
    "the ratios are the T-th roots of what they were, and each row sums to 1",
    shown=_by_hand,
    show=_show,
    hints=(
        "Do it as on paper: powers of e of the divided logits, then each row over its sum.",
        "`sum(1, keepdims=True)` sums each row, and keeps the axis.",
        "Large logits: the largest one of a row may be subtracted from the row first. No ratio changes.",
    ),
)
