"""The parts that a supernet's networks are made of: measured once, they tell how long each network takes.

    network = stem + blocks (stage, first or later, kernel, width) + head        26 parts for 144 networks

Symbols   k kernel · w width, a multiple of the channels that go in
Bound     a sum: it misses what fusion over the border of a block saves, and what the cache remembers between blocks
Source    Cai et al. 2019 (ProxylessNAS), https://arxiv.org/abs/1812.00332, section 3.3: a table of latencies by block
In production  once-for-all's latency tables, one for each phone; nn-Meter predicts them
"""

from collections.abc import Sequence

import torch
from torch import nn

from edukit.deployment.runtimes.session import Session, load, session_of
from edukit.networks.blocks import InvertedResidual
from edukit.search.latency_table import LatencyTable, Part, measured_s
from edukit.search.supernet import Supernet, of_stage
from edukit.search.written_network import written
from edukit.training import seeded

RUNTIMES = "onnxruntime", "torch"


def measure_parts(
    supernet: Supernet, size: int = 32, *, runtime: str = "onnxruntime", threads: int = 1, repeats: int = 50
) -> LatencyTable:
    """Time every part on one image of size x size, in turns.

    Raises ValueError for a runtime that is neither "onnxruntime" nor "torch".
    """
    with seeded(0):  # speed does not ask what the weights mean
        modules = parts(supernet, size)
    return LatencyTable.measure(modules, runtime=runtime, threads=threads, repeats=repeats, opened=opened)


def measure_networks(
    supernet: Supernet, choices: list[dict], size: int = 32, *, runtime="onnxruntime", threads=1, repeats=50
) -> list[float]:
    """Seconds of whole networks, measured in turns: what the sum of the parts is compared with."""
    shape = (supernet.sizes["in_channels"], size, size)
    networks = {str(place): (supernet.cut(choice), shape) for place, choice in enumerate(choices)}
    return [*measured_s(networks, runtime=runtime, threads=threads, repeats=repeats, opened=opened).values()]


def part_names(choice: dict) -> list[str]:
    """The parts of one network.

    >>> part_names({"kernel1": 3, "width1": 2, "depth1": 2})
    ['stem', '1 first k3 w2', '1 later k3 w2', 'head']
    """
    names = ["stem"]
    for stage in range(1, len(choice) // 3 + 1):
        kernel, width, depth = of_stage(choice, stage)
        names += [block_name(stage, "later" if block else "first", kernel, width) for block in range(depth)]
    return [*names, "head"]


def block_name(stage: int, place: str, kernel: int, width: int) -> str:
    """How a block is called in the table; place: "first" of its stage, which halves the image, or "later"."""
    return f"{stage} {place} k{kernel} w{width}"


def parts(supernet: Supernet, size: int) -> dict[str, Part]:
    """{name: (module, shape of its input)} of everything that any network of the supernet is made of.

    >>> len(parts(Supernet(), 32))  # stem, head, and 2 stages · 2 places · 2 kernels · 3 widths
    26
    """
    largest = supernet.largest
    channels = supernet.sizes["channels"]
    found: dict[str, Part] = {"stem": (largest.stem, (supernet.sizes["in_channels"], size, size))}
    side = -(-size // supernet.sizes["stem_stride"])
    for stage in range(1, len(channels)):
        options = {choice.name: choice.options for choice in supernet.space.choices}
        M, N = channels[stage - 1 : stage + 1]
        half = -(-side // 2)
        for kernel in options[f"kernel{stage}"]:
            for width in options[f"width{stage}"]:
                first = InvertedResidual(M, N, 2, expansion=width, kernel=kernel)
                later = InvertedResidual(N, N, expansion=width, kernel=kernel)
                found[block_name(stage, "first", kernel, width)] = first, (M, side, side)
                found[block_name(stage, "later", kernel, width)] = later, (N, half, half)
        side = half
    found["head"] = _Head(largest.classifier), (channels[-1], side, side)
    return found


class _Head(nn.Sequential):
    """The mean over the image, and a linear layer."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self[0](x.mean((2, 3)))


def opened(module: nn.Module, shape: Sequence[int], runtime: str, threads: int) -> Session:
    """A session that runs the module on one image, without an export."""
    if runtime not in RUNTIMES:
        raise ValueError(f"runtime must be {' or '.join(RUNTIMES)}, got {runtime!r}")
    if runtime == "torch":
        return load(module.eval(), threads=threads)
    return session_of(written(module, shape), runtime, threads)
