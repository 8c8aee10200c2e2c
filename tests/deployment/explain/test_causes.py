"""Each cause is found in a profile that has it, with its number, and not in one that lacks it."""

from dataclasses import replace

import pytest

from edukit.deployment.explain.causes import causes
from edukit.deployment.explain.layers import Layer
from edukit.deployment.explain.profile import Call, Profile
from edukit.deployment.explain.roofline import Machine

MACHINE = Machine(bandwidth=10e9, float_macs_s=50e9, integer_macs_s=200e9, run_s=5e-6, call_s=0.5e-6)
WIDE = Layer((64, 64, 3, 3), 1, True, 0.0, 36864, "int8")
GOOD = Call("conv", "QLinearConv", 1e-3, "integer", "uint8", 190_000_000, 2_000_000, WIDE)


def found(*calls, machine=MACHINE, quantized=True):
    run_s = sum(call.time_s for call in calls)
    return {cause.name: cause for cause in causes(Profile([*calls], run_s, quantized=quantized), machine)}


def other(kind, role, share=0.5, **values):
    return Call(kind.lower(), kind, GOOD.time_s * share / (1 - share), role, **values)


def test_a_file_near_the_peak_has_no_cause():
    assert not found(GOOD)


CASES = {
    "S8S8 on x86": replace(GOOD, reads="int8", macs=70_000_000),
    "dynamic quantization of convolutions": other("ConvInteger", "integer"),
    "float islands": other("Erf", "float"),
    "conversions": other("QuantizeLinear", "conversion"),
    "layout changes": other("Transpose", "layout"),
    "zeros that nobody skips": replace(GOOD, layer=replace(WIDE, zeros=0.9)),
    "depthwise convolutions bound by memory": other(
        "QLinearConv",
        "integer",
        reads="uint8",
        macs=9_000,
        bytes=2_000,
        layer=Layer((64, 1, 3, 3), 64, True, 0.0, 576, "int8"),
    ),
    "layers too thin for the vector unit": replace(GOOD, macs=20_000_000, layer=replace(WIDE, shape=(12, 12, 3, 3))),
    "calls that outweigh the work": replace(GOOD, time_s=9e-6, macs=1_800_000),
}


@pytest.mark.parametrize("name", CASES)
def test_each_cause_is_found_alone(name):
    calls = [CASES[name]] if CASES[name].name == "conv" else [GOOD, CASES[name]]
    (cause,) = found(*calls).values()
    assert cause.name == name and 0.15 <= cause.cost <= 1 and cause.remedy
    assert any(letter.isdigit() for letter in cause.number)


def test_what_costs_less_than_15_percent_is_not_named_and_the_dearest_comes_first():
    assert not found(GOOD, other("Erf", "float", 0.14)) and found(GOOD, other("Erf", "float", 0.16))
    both = found(GOOD, other("Erf", "float", 0.4), other("QuantizeLinear", "conversion", 0.6))
    assert list(both) == ["conversions", "float islands"]


def test_the_cost_of_zeros_is_their_share_of_the_time():
    half = found(replace(GOOD, layer=replace(WIDE, zeros=0.8)), other("Relu", "float"), quantized=False)
    assert half["zeros that nobody skips"].cost == pytest.approx(0.4)
    assert "80% of the weights of 1 layers" in half["zeros that nobody skips"].number


def test_float_in_a_float_file_is_no_island():
    assert not found(GOOD, other("Erf", "float"), quantized=False)


def test_what_belongs_to_dynamic_quantization_is_not_named_twice():
    around = [other("DynamicQuantizeLinear", "conversion"), other("Mul", "float"), other("ConvInteger", "integer")]
    assert list(found(GOOD, *around)) == ["dynamic quantization of convolutions"]


def test_the_processor_decides():
    signed = CASES["S8S8 on x86"]
    assert not found(signed, machine=replace(MACHINE, is_x86=False))
    of_24 = replace(GOOD, macs=20_000_000, layer=replace(WIDE, shape=(24, 24, 3, 3)))
    assert found(of_24) and not found(of_24, machine=replace(MACHINE, lanes=8))
    fast_memory = replace(MACHINE, bandwidth=1e12)
    assert not found(GOOD, CASES["depthwise convolutions bound by memory"], machine=fast_memory)


def test_a_layer_of_a_thousand_channels_is_wide():
    slow = replace(GOOD, macs=20_000_000, layer=replace(WIDE, shape=(1000, 64, 3, 3)))
    assert not found(slow) and found(replace(slow, layer=replace(WIDE, shape=(1000, 3, 3, 3))))


def test_a_fast_thin_layer_is_no_cause():
    assert not found(replace(GOOD, layer=replace(WIDE, shape=(12, 12, 3, 3))))
