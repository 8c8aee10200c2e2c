"""The exercises of the lessons on networks.

blocks      a shuffle · counting  the MACs of a separable convolution, the parameters of a Fire
attention   few numbers at a time, the causal mask · running  one step of a state · frugal  answers that hold little
"""

from edukit.checks.networks.attention import CAUSAL_ATTENTION as causal_attention
from edukit.checks.networks.attention import LINEAR_ATTENTION as linear_attention
from edukit.checks.networks.blocks import SHUFFLE as channel_shuffle
from edukit.checks.networks.counting import FIRE as fire_parameters
from edukit.checks.networks.counting import SEPARABLE as separable_macs
from edukit.checks.networks.running import STEP as step

__all__ = [
    "causal_attention",
    "channel_shuffle",
    "fire_parameters",
    "linear_attention",
    "separable_macs",
    "step",
]
