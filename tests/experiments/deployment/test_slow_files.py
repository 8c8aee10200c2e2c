"""The causes are in the files themselves: with times that we set, each file has its cause, and without it has not."""

from dataclasses import replace

import pytest

from edukit.deployment.explain.causes import causes
from edukit.deployment.explain.profile import profile
from edukit.deployment.explain.roofline import Machine
from edukit.experiments.deployment.slow_files import CASES, measure, write

MACHINE = Machine(bandwidth=10e9, float_macs_s=50e9, integer_macs_s=200e9, run_s=1e-6, call_s=0.5e-6)
CHAINS = [name for name, case in CASES.items() if "quantize" not in case.compress]


def told(path) -> list[str]:
    """The causes where every call takes ten times its work, and its own fixed time."""
    found = profile(path, runs=1)
    times_s = [10 * (c.macs / MACHINE.peak(c.role) + c.bytes / MACHINE.bandwidth) + 5e-7 for c in found.calls]
    calls = [replace(call, time_s=time_s) for call, time_s in zip(found.calls, times_s, strict=True)]
    return [cause.name for cause in causes(replace(found, calls=calls), MACHINE)]


@pytest.mark.parametrize("name", CHAINS)
def test_a_file_has_its_cause_and_without_it_has_not(name, tmp_path):
    case = CASES[name]
    files = {kind: told(write(tmp_path / f"{kind}.onnx", **recipe)) for kind, recipe in case.recipes.items()}
    if case.cause:
        assert case.cause in files["after"] and case.cause not in files["fixed after"]
    assert set(files) == ({"before", "after", "fixed before", "fixed after"} if case.cause else {"before", "after"})


def test_at_least_eight_do_not_help_and_three_do():
    causes_named = [case.cause for case in CASES.values()]
    assert sum(map(bool, causes_named)) >= 8 and causes_named.count("") >= 3 and len(set(causes_named)) >= 8


def test_both_pairs_are_measured_and_explained(tmp_path):
    found = measure(CASES["90 % zeros"], tmp_path, repeats=2)
    assert list(found) == ["", "fixed "] and all(ratio > 0 and cause for ratio, cause in found.values())
