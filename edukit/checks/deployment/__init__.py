"""The exercises of the lessons on deployment.

requantize.py  requantize: from the sum of a layer to the codes of its output
parity.py      parity: how far two files are apart
roofline.py    roofline: what a machine can reach, and what holds it back
lru.py         loaded_after: what is in memory under a budget of bytes
hysteresis.py  hysteresis: when the device saves
layer_time.py  layer_time: how long a layer takes at least
"""

from edukit.checks.deployment.hysteresis import HYSTERESIS as hysteresis
from edukit.checks.deployment.layer_time import LAYER_TIME as layer_time
from edukit.checks.deployment.lru import LOADED_AFTER as loaded_after
from edukit.checks.deployment.parity import PARITY as parity
from edukit.checks.deployment.requantize import REQUANTIZE as requantize
from edukit.checks.deployment.roofline import ROOFLINE as roofline

__all__ = [
    "hysteresis",
    "layer_time",
    "loaded_after",
    "parity",
    "requantize",
    "roofline",
]
