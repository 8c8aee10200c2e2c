"""Fixes: single changes to the arguments of quantize_model that may bring the accuracy back.

    lost by the activations   other calibration data, or a calibrator that lets rare values saturate
    lost by the weights       a scale for each channel, better rounding
    lost by either            equalized channels

If a fix works, it has proved a cause. Which ones are worth trying depends on what is blamed: `diagnose` decides.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from edukit.inputs import has_batch
from edukit.quantization.grid.calibrate import mse, percentile
from edukit.quantization.ptq.equalize import equalize
from edukit.quantization.ptq.rounding import gptq

Inputs = tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Fix:
    """One change: the cause that it proves, the question it answers, what to advise, the arguments it replaces.

    >>> Fix("unequal channels", "one scale for all?", "per_channel=True", {"per_channel": True}).cause
    'unequal channels'
    """

    cause: str
    question: str
    advice: str
    changes: dict


def other_calibration(inputs: Inputs, evaluated: Inputs, outlying: list[int]) -> dict[str, Fix]:
    """Calibration without its outlying rows, and with rows of the evaluated data, where there are any.

    >>> list(other_calibration((torch.zeros(9, 2),), (), outlying=[3]))
    ['without wild inputs']
    """
    found = {}
    if outlying:
        kept = np.setdiff1d(np.arange(len(inputs[0])), outlying)
        advice = f"leave these inputs out of the calibration data: {first_three(outlying)}"
        data = {"calibration": tuple(x[kept] if has_batch(x, inputs) else x for x in inputs)}
        found["without wild inputs"] = Fix("wild inputs", "is it those wild inputs?", advice, data)
    if evaluated:
        advice = "draw the calibration data from the training data, and prepare it exactly as the evaluated data"
        data = {"calibration": evaluated}
        found["evaluated inputs"] = Fix("calibration data", "calibrated with evaluated inputs?", advice, data)
    return found


def other_calibrators(used=None) -> dict[str, Fix]:
    """The calibrators that let values saturate, but for the one that was used.

    >>> list(other_calibrators(used=mse))
    ['percentile']
    """
    return {
        calibrator.__name__: Fix(
            "outliers",
            "do rare values take the range?",
            f"let a few values saturate: calibrator={calibrator.__name__}",
            {"calibrator": calibrator},
        )
        for calibrator in (percentile, mse)
        if calibrator is not used
    }


def other_channels(model: nn.Module, example: Inputs, per_channel: bool) -> dict[str, Fix]:
    """A scale for each channel of the weights, if there was none, and channels made equal.

    >>> list(other_channels(nn.Linear(2, 2), (torch.zeros(3, 2),), per_channel=True))
    ['equalized']
    """
    question = "do unequal channels share a scale?"
    advice = "give each channel of a weight a scale of its own: per_channel=True"
    each = {} if per_channel else {"per channel": Fix("unequal channels", question, advice, {"per_channel": True})}
    advice = "make the channels equal first: quantize_model(equalize(model, x), …)"
    equal = {"model": equalize(model, example)}
    return each | {"equalized": Fix("unequal channels", "are channels unequal?", advice, equal)}


def better_rounding() -> dict[str, Fix]:
    """Codes that suit the layer's output.

    >>> better_rounding()["gptq"].changes["correct_bias"]
    True
    """
    advice = "round with the layer's output in mind: rounding=gptq, correct_bias=True"
    changes = {"rounding": gptq, "correct_bias": True}
    return {"gptq": Fix("too few bits", "does better rounding help?", advice, changes)}


def first_three(names) -> str:
    """The first three, and how many more there are.

    >>> first_three(["a", "b", "c", "d"])
    'a, b, c and 1 more'
    """
    return ", ".join(map(str, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
