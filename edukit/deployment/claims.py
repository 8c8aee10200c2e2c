"""Claims of two articles beside what this run measured, each with a verdict and a reason.

    HARMONYOS   distil, prune, quantize: 20 times smaller, accuracy within 2 points
    PYTORCH     INT8 against FP32 of the same network: 4 times smaller and faster, accuracy within 0.5 points,
                68 % less power

A claim holds when the measured figure is at least as good. If it is not, one network on one machine has not refuted the
claim: the verdict says "not on this network", with a reason where the figures give one. Power cannot be measured in
software alone, so that claim gets no verdict: the energy beside it is an estimate.
"""

from dataclasses import dataclass

from edukit.deployment.protocol import ratio
from edukit.deployment.tradeoff import within_points

HARMONYOS = "HarmonyOS开发:模型压缩与端侧部署优化"  # compression and deployment on HarmonyOS devices
ON_THIS_PROCESSOR = "measured on this processor alone; the integer instructions of a phone are others"
PYTORCH = "AI模型小型化革命"  # the first chapter of a tutorial on quantization with PyTorch 2.2


@dataclass(frozen=True)
class Claim:
    """One figure from an article, `source`, and the measured one; `holds` is None where this run cannot tell."""

    source: str
    text: str
    measured: str
    holds: bool | None
    because: str = ""

    @property
    def verdict(self) -> str:
        return {True: "holds", False: "not on this network", None: "not measured"}[self.holds]


def judge(stages, speed) -> list[Claim]:
    """The claims that this run can answer; stages as `benchmark` measures them: teacher first, FP32 and INT8 last."""
    teacher = stages[0]
    fp32 = stages[-2]
    int8 = stages[-1]
    return [
        _ratio(HARMONYOS, "the pipeline makes it 20x smaller on disk", teacher.size_bytes, int8.size_bytes, 20),
        _points(HARMONYOS, teacher, int8, 2.0),
        _ratio(PYTORCH, "INT8 is 4x smaller on disk", fp32.size_bytes, int8.size_bytes, 4, _why_not_4x(fp32, int8)),
        _faster("INT8 is 4x faster", fp32.latency, int8.latency, _why_not_faster(int8, speed)),
        _faster("INT8 MobileNetV1 at 224x224 is 4x faster", speed.float_file, speed.int8_file, ON_THIS_PROCESSOR),
        _points(PYTORCH, fp32, int8, 0.5),
        Claim(PYTORCH, "INT8 takes 68 % less power", _energy(fp32, int8), None, "software alone cannot measure power"),
    ]


def _ratio(source, text, before, after, wanted, because="") -> Claim:
    return Claim(source, text, f"{before / after:.1f}x", before / after >= wanted, because)


def _faster(text, before, after, because) -> Claim:
    found = ratio(before, after)
    measured = f"{found.value:.1f}x ({found.low:.1f} to {found.high:.1f})"
    return Claim(PYTORCH, text, measured, found.value >= 4, because)


def _points(source, before, after, allowed) -> Claim:
    text = f"accuracy of {after.name} within {allowed:g} points of {before.name}"
    measured = f"{100 * (after.accuracy - before.accuracy):+.1f} points"
    return Claim(source, text, measured, within_points(before.accuracy, after.accuracy, allowed))


def _energy(fp32, int8) -> str:
    return f"{1 - int8.energy_j / fp32.energy_j:.0%} less energy (estimate)"


def _why_not_4x(fp32, int8) -> str:
    """Four to one holds for each weight; scales, biases and the graph are not weights."""
    rest = 1 - int8.weight_bytes / int8.size_bytes
    raw = fp32.weight_bytes / int8.weight_bytes
    return f"raw weights with their scales are {raw:.1f}x smaller, but {rest:.0%} of this file is graph and biases"


def _why_not_faster(int8, speed) -> str:
    """The same kernels reach a rate on a large net that this one may be too small for."""
    here = int8.macs / int8.latency.median_s / 1e9
    there = speed.macs / speed.int8_file.median_s / 1e9
    return (
        f"its {int8.macs / 1e6:.2f} M MACs in {sum(int8.operators.values())} operators run at {here:.0f} GMAC/s, "
        f"MobileNetV1's {speed.macs / 1e6:.0f} M at {there:.0f}: "
        "a net this small pays for calls and thin layers (lesson 15)"
    )
