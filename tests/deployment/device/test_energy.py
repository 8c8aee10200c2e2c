"""The energy estimate is the published table times what is counted."""

import pytest

from edukit.deployment import energy


def test_published_energies():
    """Horowitz 2014: fp32 3.7 + 0.9 pJ, int8 0.2 pJ with an int32 addition 0.1 pJ, 32-bit DRAM read 640 pJ."""
    assert energy(1, 0).total_j == pytest.approx(4.6e-12)
    assert energy(1, 0, "int8").total_j == pytest.approx(0.3e-12)
    assert energy(0, 4).total_j == energy(0, 1, activation_bytes=3).total_j == pytest.approx(640e-12)


def test_the_parts_add_up_and_scale():
    one, two = energy(1000, 500), energy(2000, 1000)
    assert one.total_j == one.compute_j + one.memory_j
    assert two.compute_j == 2 * one.compute_j and two.memory_j == 2 * one.memory_j


@pytest.mark.parametrize(
    "arguments, word", [((-1, 0), "macs"), ((0, -1), "weight_bytes"), ((1, 1, "int3"), "precision")]
)
def test_bad_input_is_refused(arguments, word):
    with pytest.raises(ValueError, match=word):
        energy(*arguments)
