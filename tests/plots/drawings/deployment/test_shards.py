"""A file in shards: the parts are as wide as their layers, and the answer waits for all of them."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.deployment.shards import LEFT, WIDE, ShardsPlot


@pytest.mark.parametrize(("layers", "first"), [(25, 1), (25, 12), (25, 24), (4, 3), (2, 1)])
def test_the_first_features_come_where_the_first_shard_ends(layers, first):
    plot = ShardsPlot(Figure(figsize=(7, 2.8)), layers)
    said = plot.update(first)
    one, other = plot.parts
    assert one.patch.get_width() == pytest.approx(WIDE * first / layers)
    assert one.patch.get_width() + other.patch.get_width() == pytest.approx(WIDE)
    assert plot.early.head.get_xy()[0][0] == pytest.approx(LEFT + one.patch.get_width())
    assert f"{first} of {layers} layers" in said and f"after {100 * first / layers:.0f} % of the time" in said
    assert said.endswith("100 %.")


@pytest.mark.parametrize("first", [0, 25])
def test_neither_shard_may_be_empty(first):
    with pytest.raises(ValueError, match="layers must be a whole number"):
        ShardsPlot(Figure()).update(first)
