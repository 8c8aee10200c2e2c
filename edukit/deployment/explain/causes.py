"""Named causes: why a file is not as fast as its arithmetic would allow. Each is found by a rule with a number.

    cost of a cause = the part of the time that would go with it, as far as the roofline can tell
    a cause is named where this is at least 15 % of the time, the dearest first

No rule looks at the name of a file or of a layer: only at operators, types, shapes, weights and times.

Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 4.2; for S8S8 and for dynamic quantization
          https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

from collections import Counter
from dataclasses import dataclass

from edukit.deployment.explain.profile import Call, Profile
from edukit.deployment.explain.roofline import Machine

WORTH_NAMING = 0.15
MANY_ZEROS = 0.3
FULL_ENOUGH = 0.9  # of a vector's places, over all channels of a layer
AROUND_DYNAMIC = ("ConvInteger", "DynamicQuantizeLinear", "Cast", "Mul", "Add")


@dataclass(frozen=True)
class Cause:
    """Why a file is slow.

    cost     the share of the time that it takes, 0 to 1
    number   what the rule found, in words
    remedy   what removes it, in words
    """

    name: str
    cost: float
    number: str
    remedy: str


def causes(profile: Profile, machine: Machine) -> list[Cause]:
    """The causes that cost at least 15 % of the time, the dearest first.

    In other runtimes than ONNX Runtime, only those that need neither MACs nor weights.
    """
    rules = RULES if profile.runtime == "onnxruntime" else BY_ROLE
    found = [rule(profile, machine) for rule in rules]
    return sorted((cause for cause in found if cause and cause.cost >= WORTH_NAMING), key=lambda cause: -cause.cost)


def outweighing_calls(profile: Profile, machine: Machine) -> Cause | None:
    """A run and each of its calls take time before any work is done."""
    total_s = sum(call.time_s for call in profile.calls) or profile.run_s
    fixed_s = machine.run_s + len(profile.calls) * machine.call_s
    number = f"{len(profile.calls)} calls take {1e6 * fixed_s:.0f} of {1e6 * total_s:.0f} µs before they compute"
    return Cause(
        "calls that outweigh the work", min(1.0, fixed_s / total_s), number, "more rows a run, or fewer operators"
    )


def thin_layers(profile: Profile, machine: Machine) -> Cause | None:
    """A vector instruction computes `lanes` channels at once, however few there are."""
    lanes = machine.lanes
    thin = [c for c in profile.calls if c.layer and not c.layer.is_depthwise and _is_thin(c.layer, lanes)]
    number = f"{len(thin)} layers do not fill groups of {lanes} channels, {_of_peak(thin, machine)}"
    cost = _above_least(profile, thin, machine)
    return (
        Cause("layers too thin for the vector unit", cost, number, f"channels in multiples of {lanes}")
        if thin
        else None
    )


def _is_thin(layer, lanes) -> bool:
    full = -(-layer.out // lanes) * lanes
    return layer.inside < lanes or layer.out < FULL_ENOUGH * full


def depthwise_layers(profile: Profile, machine: Machine) -> Cause | None:
    """A depthwise convolution does k² MACs for each number that it reads, and waits for memory."""
    found = [c for c in profile.calls if c.layer and c.layer.is_depthwise]
    bound = [c for c in found if c.macs < machine.ridge(c.role) * c.bytes]
    if not bound:
        return None
    intensity = sum(c.macs for c in bound) / sum(c.bytes for c in bound)
    ridge = machine.ridge(bound[0].role)
    number = f"{len(bound)} depthwise layers do {intensity:.1f} MACs a byte, this machine needs {ridge:.1f}"
    cost = _above_least(profile, bound, machine)
    return Cause(
        "depthwise convolutions bound by memory", cost, number, "fewer, or smaller maps; dense layers gain more"
    )


def float_islands(profile: Profile, machine: Machine) -> Cause | None:
    """In a quantized file, operators without an integer kernel, or whose Q/DQ were not absorbed, compute in float."""
    has_dynamic = any(c.kind == "ConvInteger" for c in profile.calls)
    found = [c for c in profile.of("float") if not (has_dynamic and c.kind in AROUND_DYNAMIC)]
    if not profile.quantized or not found:
        return None
    number = f"{len(found)} operators of a quantized file compute in float: {_kinds(found)}"
    return Cause("float islands", profile.share(found), number, "operators with an integer kernel; see operators(path)")


def conversions(profile: Profile, machine: Machine) -> Cause | None:
    """Quantize and dequantize are work that the float file does not have."""
    has_dynamic = any(c.kind == "ConvInteger" for c in profile.calls)
    found = [c for c in profile.of("conversion") if not (has_dynamic and c.kind in AROUND_DYNAMIC)]
    number = f"{len(found)} conversions between float and integers: {_kinds(found)}"
    remedy = "integers from end to end, also in the file's inputs and outputs"
    return Cause("conversions", profile.share(found), number, remedy) if found else None


def layout_changes(profile: Profile, machine: Machine) -> Cause | None:
    """Kernels want channels in other places than the file has them."""
    found = profile.of("layout")
    number = f"{len(found)} changes of layout: {_kinds(found)}"
    remedy = "neighbours that share a layout: no operator between them that lacks it"
    return Cause("layout changes", profile.share(found), number, remedy) if found else None


def dynamic_convolutions(profile: Profile, machine: Machine) -> Cause | None:
    """Ranges are looked for in every run, and ConvInteger has no fast kernel."""
    count = sum(c.kind == "ConvInteger" for c in profile.calls)
    if not count:
        return None
    around = [c for c in profile.calls if c.kind in AROUND_DYNAMIC]
    number = f"{count} convolutions are ConvInteger, with {len(around) - count} operators for ranges and scales"
    return Cause("dynamic quantization of convolutions", profile.share(around), number, "static quantization")


def dense_zeros(profile: Profile, machine: Machine) -> Cause | None:
    """A dense kernel multiplies zeros like all other numbers."""
    found = [c for c in profile.calls if c.layer and c.layer.zeros >= MANY_ZEROS]
    if not found:
        return None
    wasted_s = sum(c.layer.zeros * c.time_s for c in found)
    zeros = wasted_s / sum(c.time_s for c in found)
    number = f"{zeros:.0%} of the weights of {len(found)} layers are zero, and each is multiplied"
    cost = profile.share(found) * zeros
    return Cause("zeros that nobody skips", cost, number, "shrink: remove whole channels")


def signed_activations(profile: Profile, machine: Machine) -> Cause | None:
    """The fast instruction of x86 multiplies unsigned by signed bytes."""
    found = [c for c in profile.of("integer") if c.reads == "int8" and c.layer and c.layer.type == "int8"]
    if not found or not machine.is_x86:
        return None
    number = f"{len(found)} layers multiply int8 by int8, {_of_peak(found, machine)}"
    cost = _above_least(profile, found, machine)
    return Cause("S8S8 on x86", cost, number, "unsigned activations (U8S8), as edukit.deployment.export writes them")


RULES = (
    signed_activations,
    dynamic_convolutions,
    float_islands,
    conversions,
    dense_zeros,
    depthwise_layers,
    thin_layers,
    layout_changes,
    outweighing_calls,
)
BY_ROLE = float_islands, conversions, layout_changes


def _above_least(profile, calls: list[Call], machine) -> float:
    """The share of all time that these calls take beyond their arithmetic at the peak and their own fixed time."""
    total_s = sum(call.time_s for call in profile.calls)
    fixed_s = machine.call_s + machine.run_s / max(1, len(profile.calls))
    lost_s = sum(max(0.0, c.time_s - fixed_s - c.macs / machine.peak(c.role)) for c in calls)
    return lost_s / total_s if total_s else 0.0


def _of_peak(calls, machine) -> str:
    time_s = sum(call.time_s for call in calls)
    least_s = sum(call.macs / machine.peak(call.role) for call in calls)
    return f"and reach {least_s / time_s if time_s else 0:.0%} of the peak"


def _kinds(calls) -> str:
    counts = Counter(call.kind for call in calls)
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common(3)) + (" …" if len(counts) > 3 else "")
