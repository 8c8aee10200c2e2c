"""Training: one loop for every experiment.

loop.py      fit: the only training loop, and its Recipe
augment.py   shift: images moved by a few pixels
evaluate.py  predict, accuracy
labelled.py  rows and labels in the forms in which people hold them
threads.py   one thread: the same sums everywhere, and no waiting for a busy neighbour
"""

from edukit.training.augment import shift
from edukit.training.evaluate import accuracy, evaluating, predict
from edukit.training.loop import Recipe, cross_entropy, fit, one_cycle, seeded
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
