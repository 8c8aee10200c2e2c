"""The roofline: other right ways pass, both sides of the ridge are asked, and the package's own figures agree."""

import pytest

from edukit.checks import deployment as check
from edukit.deployment.explain.roofline import Machine


def by_time(macs, size_bytes, peak, bandwidth):
    compute_s, memory_s = macs / peak, size_bytes / bandwidth
    return macs / max(compute_s, memory_s), "memory" if memory_s > compute_s else "compute"


def test_another_right_way_to_write_it_passes():
    assert check.roofline(by_time), check.roofline(by_time)


def test_the_package_says_the_same():
    for macs, size_bytes, peak, bandwidth in check.roofline.questions:
        machine = Machine(bandwidth, peak, peak, 0, 0)
        speed, bound = check.roofline.solve(macs, size_bytes, peak, bandwidth)
        assert macs / machine.least_s(macs, size_bytes, "integer") == pytest.approx(speed)
        assert bound == ("memory" if macs / size_bytes < machine.ridge("integer") else "compute")


def test_both_limits_are_asked():
    assert {check.roofline.solve(*question)[1] for question in check.roofline.questions} == {"memory", "compute"}


def test_an_answer_of_another_form_is_told_what_to_return():
    assert "return two things" in check.roofline(lambda m, b, peak, w: min(peak, m / b * w)).line
    assert "return two things" in check.roofline(lambda m, b, peak, w: (min(peak, m / b * w), "cpu")).line


def test_at_the_ridge_the_peak_sets_the_limit():
    def at_most(macs, size_bytes, peak, bandwidth):
        speed = macs / size_bytes * bandwidth
        return min(peak, speed), "memory" if speed <= peak else "compute"

    assert not check.roofline(at_most)
