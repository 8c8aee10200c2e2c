"""What the expressions of arithmetic.py may look up: bundled tables and weights, counts, and the mean of numbers."""

import csv
import math
import statistics
from functools import cache

import torch

from edukit import bundled
from edukit.data import digits
from edukit.deployment import protocol
from edukit.experiments.search import supernet
from edukit.networks import mobilenet_v1, trained
from edukit.networks.costs import layer_costs
from edukit.networks.language_model import LLAMA_3_8B
from edukit.quantization.lowbit.binary import binarize
from edukit.quantization.lowbit.formats import NormalFloat
from edukit.search.latency_table import rank_correlation
from edukit.search.operators_and_bits import best_within, one_after_the_other, together


def column(table: str, name: str, **where: str) -> list[float]:
    """The numbers of a column of a bundled table, of the rows in which all other columns are as asked.

    >>> column("detector_stages", "bytes", stage="teacher", seed="0", runtime="onnxruntime")
    [979084.0]
    """
    with open(bundled.path(f"datasets/{table}.csv"), encoding="utf-8", newline="") as file:
        chosen = [row for row in csv.DictReader(file) if all(row[key] == value for key, value in where.items())]
    return [float(row[name]) for row in chosen if row[name]]


@cache
def matrices(network: str) -> list[torch.Tensor]:
    """The weights of a bundled network that have two axes or more, of seed 0."""
    return [weight.detach() for weight in trained(network).parameters() if weight.ndim > 1]


def layers(network: str) -> list[int]:
    """How many weights each of them has.

    >>> layers("shapes_residual")[0]
    432
    """
    return [weight.numel() for weight in matrices(network)]


def gone(network: str, layer: int, share: float) -> float:
    """Which share of a layer goes when that share of all weights goes, the smallest of the whole network."""
    threshold = torch.cat([weight.abs().flatten() for weight in matrices(network)]).quantile(share)
    return float((matrices(network)[layer].abs() <= threshold).double().mean())


def rounded_to_four_bits() -> float:
    """Digits of 100 that are read with 4 bits for weights and activations, nothing trained."""
    four = {"weight_bits": "4", "activation_bits": "4"}
    return 100 * statistics.mean(column("learned_ranges", "validation", way="rounded", **four))


def as_heavy_as_weights() -> float:
    """How many tokens' keys and values weigh as much as the weights of Llama 3 8B at 4 bits."""
    return LLAMA_3_8B.token_macs / 2 / LLAMA_3_8B.cache_bytes(1)


def smallest(name: str, **changed: str) -> float:
    """A number of the smallest standard network of lesson 11, or of one that differs from it as said."""
    plain = {"block": "standard", "kernel": "3", "width": "8", "depth": "1", "pool": "early"}
    return statistics.mean(column("search_table", name, **{**plain, **changed}))


def error_of_signs(network: str, layer: int) -> float:
    """What the best scales and the signs of a layer's filters miss, as a share of the layer."""
    w = matrices(network)[layer]
    alpha, signs = binarize(w)
    return float((w - alpha * signs).norm() / w.norm())


@cache
def macs_of_mobilenet(width: float = 1.0, kind: str = "") -> int:
    """The MACs of MobileNetV1 for an image of 224 pixels, of all its layers or of one kind of them."""
    costs = layer_costs(mobilenet_v1(width), (3, 224, 224))
    return sum(cost.macs for cost in costs if kind in ("", cost.kind))


def ahead_at_once(of: str) -> float:
    """By how many points choosing operators and bits at once is ahead, on average, where it finds a better network."""
    rows = {(row.candidate.choice, row.candidate.bits): row for row in supernet.measured()}
    candidates = [row.candidate for row in rows.values()]
    fronts = together(candidates), one_after_the_other(candidates)
    pairs = [[best_within(front, 1000 * kb) for front in fronts] for kb in range(20, 80)]
    better = [pair for pair in pairs if pair[0].accuracy > pair[1].accuracy]
    found = [[getattr(rows[one.choice, one.bits], of, one.accuracy) for one in pair] for pair in better]
    return statistics.mean(100 * (at_once - later) for at_once, later in found)


def lost_on_photographs(technique: str, setting: str, way: str) -> float:
    """How much less than the whole network the smaller one reads of the photographs, as a share of all."""
    whole = column("photographs", "accuracy", technique="none")[0]
    return whole - column("photographs", "accuracy", technique=technique, setting=setting, way=way)[0]


def times_smaller(data: str) -> float:
    """How many times smaller the last file of `edukit bench` is than the teacher's."""
    teacher, last = (column("bench_runs", "size_bytes", data=data, stage=stage) for stage in ("teacher", "INT8"))
    return teacher[0] / last[0]


def points_away(data: str) -> list[float]:
    """How far the test accuracy of that file lies from the teacher's, for each seed."""
    pair = (column("bench_runs", "test", data=data, stage=stage) for stage in ("teacher", "INT8"))
    return [100 * (last - teacher) for teacher, last in zip(*pair, strict=True)]


def standard_error() -> float:
    """That of the teacher's accuracy on the test digits, in points."""
    share = column("bench_runs", "test", data="digits", stage="teacher")[0]
    return 100 * math.sqrt(share * (1 - share) / len(digits().test))


def times_faster(slow: str) -> list[float]:
    """How many times faster the MobileNetV1 of INT8 is than another way to run it, in each run of `edukit bench`."""
    pair = (column("bench_runs", "median_us", stage=stage) for stage in (slow, "MobileNetV1 INT8"))
    return [before / after for before, after in zip(*pair, strict=True)]


def levels(bits: int) -> list[float]:
    """The levels of a normal float."""
    return NormalFloat(bits).levels.tolist()


def interval() -> float:
    """The share of the bootstrap's draws that lie in the interval of a speed-up."""
    return protocol.INSIDE


CALLS = [
    standard_error,
    rounded_to_four_bits,
    as_heavy_as_weights,
    ahead_at_once,
    column,
    layers,
    gone,
    smallest,
    error_of_signs,
    macs_of_mobilenet,
    lost_on_photographs,
    times_smaller,
    points_away,
    times_faster,
]
NAMES = {call.__name__: call for call in (*CALLS, levels, interval)}
NAMES |= {"mean": statistics.mean, "ranks": rank_correlation, "log10": math.log10, "log2": math.log2, "sqrt": math.sqrt}
NAMES |= {"sum": sum, "max": max, "min": min, "round": round}
