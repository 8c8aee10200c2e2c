"""The exercises of the lessons on networks.

blocks.py     channel_shuffle
counting.py   separable_macs, fire_parameters
memory.py     peak_values: what a block holds at a time
fusing.py     one_kernel: three branches as one convolution
attention.py  linear_attention, causal_attention
online.py     online_softmax: block by block
cache.py      cached_step, cache_bytes
window.py     kept_tokens: the first and the recent ones
running.py    step: one step of a running state
frugal.py     exercises that also limit memory
"""

from edukit.checks.networks.attention import CAUSAL_ATTENTION as causal_attention
from edukit.checks.networks.attention import LINEAR_ATTENTION as linear_attention
from edukit.checks.networks.blocks import SHUFFLE as channel_shuffle
from edukit.checks.networks.cache import BYTES as cache_bytes
from edukit.checks.networks.cache import CACHED as cached_step
from edukit.checks.networks.counting import FIRE as fire_parameters
from edukit.checks.networks.counting import SEPARABLE as separable_macs
from edukit.checks.networks.fusing import FUSION as one_kernel
from edukit.checks.networks.memory import PEAK as peak_values
from edukit.checks.networks.online import ONLINE as online_softmax
from edukit.checks.networks.running import STEP as step
from edukit.checks.networks.window import KEPT as kept_tokens

__all__ = [
    "cache_bytes",
    "cached_step",
    "causal_attention",
    "channel_shuffle",
    "fire_parameters",
    "kept_tokens",
    "linear_attention",
    "one_kernel",
    "online_softmax",
    "peak_values",
    "separable_macs",
    "step",
]
