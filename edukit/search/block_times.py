"""How long each block of a supernet takes on this machine: measured in seconds, good for every network of the space.

    time of a network ≈ call + stem + head + Σ blocks           each measured alone, less the call around it

26 small measurements stand for all 144 networks. A call is what a runtime needs to do nothing: one small layer.

Symbols   call the seconds around the work · block a place (stage, first or later) with a kernel and a width
Bound     a sum: it misses what fusion over the border of a block saves, and what the cache remembers between blocks
Source    Cai et al. 2019 (ProxylessNAS), https://arxiv.org/abs/1812.00332, section 3.3: a table of latencies by block
In production  once-for-all's latency tables, one for each phone; nn-Meter predicts them
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from edukit.deployment.runtimes.session import Session, load, session_of
from edukit.measure import latencies
from edukit.networks.blocks import InvertedResidual
from edukit.search.supernet import Supernet, of_stage
from edukit.search.written_network import written
from edukit.training import seeded

RUNTIMES = "onnxruntime", "torch"


@dataclass(frozen=True)
class BlockTimes:
    """Seconds of each part on one runtime and number of threads.

    >>> parts = {"call": 1.0, "stem": 2.0, "head": 2.0, (1, "first", 3, 2): 5.0}
    >>> BlockTimes(parts, "onnxruntime", 1).predict({"kernel1": 3, "width1": 2, "depth1": 1})
    7.0
    """

    parts_s: dict
    runtime: str
    threads: int

    def predict(self, choice: dict) -> float:
        """Seconds of a network, as the sum of its parts."""
        names = ["stem", "head"]
        for stage in range(1, len(choice) // 3 + 1):
            kernel, width, depth = of_stage(choice, stage)
            names += [(stage, "later" if block else "first", kernel, width) for block in range(depth)]
        call = self.parts_s["call"]
        return call + sum(max(0.0, self.parts_s[name] - call) for name in names)


def measure_blocks(
    supernet: Supernet, size: int = 32, *, runtime: str = "onnxruntime", threads: int = 1, repeats: int = 50
) -> BlockTimes:
    """Time every block that the supernet's networks are made of, on one image, in turns.

    size   height and width of the image
    Raises ValueError for a runtime that is neither "onnxruntime" nor "torch".
    """
    calls = {}
    with seeded(0):  # speed does not ask what the weights mean
        modules = parts(supernet, size)
    for name, (module, shape) in modules.items():
        x = np.random.default_rng(0).random((1, *shape), np.float32)
        calls[name] = partial(opened(module, shape, runtime, threads), x)
    found = latencies(calls, repeats=repeats)
    return BlockTimes({name: time.median_s for name, time in found.items()}, runtime, threads)


def measure_networks(
    supernet: Supernet, choices: list[dict], size: int = 32, *, runtime="onnxruntime", threads=1, repeats=50
) -> list[float]:
    """Seconds of whole networks, measured in turns: what the sum of the blocks is compared with."""
    shape = (supernet.sizes["in_channels"], size, size)
    x = np.random.default_rng(0).random((1, *shape), np.float32)
    sessions = [opened(supernet.cut(choice), shape, runtime, threads) for choice in choices]
    found = latencies({i: partial(session, x) for i, session in enumerate(sessions)}, repeats=repeats)
    return [time.median_s for time in found.values()]


def parts(supernet: Supernet, size: int) -> dict:
    """{name: (module, shape of its input)} of everything that any network of the supernet is made of.

    >>> len(parts(Supernet(), 32))  # call, stem, head, and 2 stages · 2 places · 2 kernels · 3 widths
    27
    """
    largest = supernet.largest
    channels = supernet.sizes["channels"]
    found = {"call": (nn.ReLU6(), (1, 1, 1)), "stem": (largest.stem, (supernet.sizes["in_channels"], size, size))}
    side = -(-size // supernet.sizes["stem_stride"])
    for stage in range(1, len(channels)):
        options = {choice.name: choice.options for choice in supernet.space.choices}
        M, N = channels[stage - 1 : stage + 1]
        half = -(-side // 2)
        for kernel in options[f"kernel{stage}"]:
            for width in options[f"width{stage}"]:
                first = InvertedResidual(M, N, 2, expansion=width, kernel=kernel)
                later = InvertedResidual(N, N, expansion=width, kernel=kernel)
                found[stage, "first", kernel, width] = first, (M, side, side)
                found[stage, "later", kernel, width] = later, (N, half, half)
        side = half
    found["head"] = _Head(largest.classifier), (channels[-1], side, side)
    return found


class _Head(nn.Sequential):
    """The mean over the image, and a linear layer."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self[0](x.mean((2, 3)))


def opened(module: nn.Module, shape: tuple, runtime: str, threads: int) -> Session:
    """A session that runs the module on one image, without an export."""
    if runtime not in RUNTIMES:
        raise ValueError(f"runtime must be {' or '.join(RUNTIMES)}, got {runtime!r}")
    if runtime == "torch":
        return load(module.eval(), threads=threads)
    return session_of(written(module, shape), runtime, threads)
