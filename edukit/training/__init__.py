"""Training: one loop for every experiment. Read in this order: evaluate → loop."""

from edukit.training.evaluate import accuracy, evaluating, predict
from edukit.training.loop import Recipe, cross_entropy, fit, one_cycle, seeded, shift
from edukit.training.threads import threads

__all__ = [
    "Recipe",
    "accuracy",
    "cross_entropy",
    "evaluating",
    "fit",
    "one_cycle",
    "predict",
    "seeded",
    "shift",
    "threads",
]
