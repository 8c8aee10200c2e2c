"""Claims of two articles beside what this run measured, each with a verdict and a reason.

    HARMONYOS   distil, prune, quantize: 20 times smaller, accuracy within 2 points
    PYTORCH     INT8 against FP32 of the same network: 4 times smaller and faster, accuracy within 0.5 points,
                68 % less power

A claim holds when the measured figure is at least as good. If it is not, one network on one machine has not refuted the
claim: the verdict says "not on this network", with a reason. What INT8 does to the network at the end of the pipeline
need not be what it does to a larger one: its claims show the range over all float stages as well. Power cannot be
measured in software alone, so that claim gets no verdict: the energy beside it is an estimate.
"""

from dataclasses import dataclass

from edukit.deployment.protocol import ratio
from edukit.deployment.tradeoff import standard_error, within_points

HARMONYOS = "HarmonyOS开发:模型压缩与端侧部署优化"  # compression and deployment on HarmonyOS devices
ON_THIS_PROCESSOR = "measured on this processor alone; the integer instructions of a phone are others"
PYTORCH = "AI模型小型化革命"  # the first chapter of a tutorial on quantization with PyTorch 2.2


@dataclass(frozen=True)
class Claim:
    """One figure from an article, `source`, and the measured one.

    holds        None where this run cannot tell
    over_stages  the same figure over all float stages, where the claim is about INT8 and FP32
    """

    source: str
    text: str
    measured: str
    holds: bool | None
    because: str = ""
    over_stages: str = ""

    @property
    def verdict(self) -> str:
        return {True: "holds", False: "not on this network", None: "not measured"}[self.holds]


def judge(stages, speed, pairs, images: int) -> list[Claim]:
    """The claims that this run can answer.

    stages   as `benchmark` measures them: teacher first, FP32 and INT8 last
    pairs    each float stage with its INT8
    images   in the test split that told the accuracies
    """
    teacher = stages[0]
    fp32 = stages[-2]
    int8 = stages[-1]
    smaller = _range([before.size_bytes / after.size_bytes for before, after in pairs], ".1f", "x")
    faster = _range([ratio(before.latency, after.latency).value for before, after in pairs], ".1f", "x")
    points = _range([100 * (after.accuracy - before.accuracy) for before, after in pairs], "+.1f", " points")
    return [
        _ratio(HARMONYOS, "the pipeline makes it 20x smaller on disk", teacher, int8, 20, _why_not_20x(*stages)),
        _points(HARMONYOS, teacher, int8, 2.0, images),
        _ratio(PYTORCH, "INT8 is 4x smaller on disk", fp32, int8, 4, _why_not_4x(fp32, int8), smaller),
        _faster("INT8 is 4x faster", fp32.latency, int8.latency, _why_not_faster(int8, speed), faster),
        _faster("INT8 MobileNetV1 at 224x224 is 4x faster", speed.float_file, speed.int8_file, ON_THIS_PROCESSOR),
        _points(PYTORCH, fp32, int8, 0.5, images, points),
        Claim(PYTORCH, "INT8 takes 68 % less power", _energy(fp32, int8), None, "software alone cannot measure power"),
    ]


def _range(values, form, unit) -> str:
    return f"{min(values):{form}}{unit} to {max(values):{form}}{unit} over {len(values)} float stages"


def _ratio(source, text, before, after, wanted, because, over_stages="") -> Claim:
    found = before.size_bytes / after.size_bytes
    return Claim(source, text, f"{found:.1f}x", found >= wanted, because, over_stages)


def _faster(text, before, after, because, over_stages="") -> Claim:
    found = ratio(before, after)
    measured = f"{found.value:.1f}x ({found.low:.1f} to {found.high:.1f})"
    return Claim(PYTORCH, text, measured, found.value >= 4, because, over_stages)


def _points(source, before, after, allowed, images, over_stages="") -> Claim:
    text = f"accuracy of {after.name} within {allowed:g} points of {before.name}"
    measured = f"{100 * (after.accuracy - before.accuracy):+.1f} points"
    holds = within_points(before.accuracy, after.accuracy, allowed)
    error = 100 * standard_error(after.accuracy, images)
    because = f"on {images} images one standard error of an accuracy is {error:.1f} points"
    return Claim(source, text, measured, holds, because, over_stages)


def _energy(fp32, int8) -> str:
    return f"{1 - int8.energy_j / fp32.energy_j:.0%} less energy (estimate)"


def _why_not_20x(*stages) -> str:
    """What each step of the pipeline gave."""
    sizes = [stage.size_bytes for stage in stages]
    steps = [f"{stages[i].name} {sizes[i - 1] / sizes[i]:.1f}x" for i in range(1, len(sizes))]
    return f"its steps multiply: {', '.join(steps)}"


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
