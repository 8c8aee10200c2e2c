"""The drawing of the BiFPN: each step fuses what was there before, with the shares that were handed over."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.detection.bifpn import STEPS, BifpnPlot

SHARES = ((0.9, 0.1), (0.2, 0.8), (0.5, 0.3, 0.2), (0.6, 0.4))


def test_each_step_uses_only_maps_that_are_there():
    there = {"P2", "P3", "P4"}
    for name, inputs in STEPS:
        assert set(inputs) <= there and name not in there
        there.add(name)


def test_the_shares_are_said_with_the_way_to_the_size_of_the_map():
    plot = BifpnPlot(Figure(figsize=(7, 2.8)), SHARES)
    assert plot.update(1) == "Step 1 of 4: P3'' is 0.90 of P3, 0.10 of up(P4)."
    assert plot.update(3) == "Step 3 of 4: P3' is 0.50 of P3, 0.30 of P3'', 0.20 of down(P2')."
    assert plot.update(0).startswith("Three maps of the backbone")


def test_only_the_map_of_the_step_is_marked_and_later_ones_are_pale():
    plot = BifpnPlot(Figure(figsize=(7, 2.8)), SHARES)
    plot.update(2)
    thick = [name for name, box in plot.boxes.items() if box.patch.get_linewidth() > 2]
    pale = {name for name, box in plot.boxes.items() if box.patch.get_alpha() < 1}
    assert thick == ["P2'"] and pale == {"P3'", "P4'"}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (((0.5, 0.5),), "shares must be .* numbers for the four steps"),
        (((0.5, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.5)), "shares must be"),
        (((0.5, float("nan")), (0.5, 0.5), (0.3, 0.3, 0.3), (0.5, 0.5)), "shares must be finite"),
    ],
)
def test_other_shares_are_refused(shares, message):
    with pytest.raises(ValueError, match=message):
        BifpnPlot(Figure(figsize=(7, 2.8)), shares)
