"""The exercises of the lesson on the device.

lru.py         loaded_after: what is in memory under a budget of bytes
hysteresis.py  hysteresis: when the device saves
roof.py        roofline: how long a layer takes at least
"""

from edukit.checks.deployment.hysteresis import HYSTERESIS as hysteresis
from edukit.checks.deployment.lru import LOADED_AFTER as loaded_after
from edukit.checks.deployment.roof import ROOFLINE as roofline

__all__ = ["hysteresis", "loaded_after", "roofline"]
