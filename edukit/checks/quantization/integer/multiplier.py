"""Well-known mistakes in M = S_x S_w / S_y, which turns steps of a sum into those of a code; two exercises ask it."""

from collections.abc import Callable

import numpy as np


def wrong_multipliers(with_rule: Callable) -> dict[str, tuple[Callable, str]]:
    """{mistake: (wrong answer, hint)}; with_rule makes a wrong answer of a rule (S_x, S_w, S_y) -> M."""
    return {
        "scale of the output forgotten": (
            with_rule(lambda x, w, y: x * w),
            "S_y is missing in M: the sum must move to the steps of the *output*",
        ),
        "multiplied by the scale of the output": (
            with_rule(lambda x, w, y: x * w * y),
            "S_y divides: a code counts how many steps of size S_y fit into the real sum",
        ),
        "one scale of the weights for all channels": (
            with_rule(lambda x, w, y: x * np.ravel(w)[0] / y),
            "each output channel has a scale of its own, so M is one number for each of them",
        ),
    }
