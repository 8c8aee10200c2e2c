"""The pictures of architecture search: what they say is what was computed, and they move back to where they were."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.deployment.tradeoff import pareto_front
from edukit.experiments.search.search_table import SPACE, complete_table
from edukit.plots import Picture
from edukit.plots.search.front import TableFrontPlot
from edukit.plots.search.latency import PredictedPlot
from edukit.plots.search.regret import RegretPlot
from edukit.plots.search.space import TableSpacePlot, drawn_parts
from edukit.search.regret import bands

DRAW = np.random.default_rng(0)
SCORES = {"random": DRAW.random((20, 30)), "better": DRAW.random((20, 30)) ** 0.2}
SCORES["better"][:, 11] = 1.0
ENTRIES = {"a": (10.0, 0.9), "b": (12.0, 0.8), "c": (14.0, 0.95), "d": (20.0, 0.95)}
REGRET = partial(Picture, partial(RegretPlot, scores=SCORES, best=1.0), figsize=(8, 3.6))
FRONT = partial(Picture, partial(TableFrontPlot, entries=ENTRIES, cost="µs"), figsize=(8, 3.6))
SPACES = partial(Picture, partial(TableSpacePlot, table=complete_table()), figsize=(8, 3.2))
FIRST = next(SPACE.enumerate())


@pytest.mark.parametrize(
    "picture", [partial(REGRET, strategy="random"), partial(FRONT, limit=13.0), partial(SPACES, **FIRST)]
)
def test_nothing_is_cut_off(picture):
    picture = picture()
    assert_nothing_is_cut_off(picture)


def test_the_line_is_the_median_and_the_band_the_middle_half():
    picture = REGRET(strategy="random")
    low, middle, high = bands(100 * (1 - np.maximum.accumulate(SCORES["random"], axis=1)))
    np.testing.assert_allclose(picture._plot.lines["random"].get_ydata(), middle)
    edge = picture._plot.band.get_paths()[0].vertices
    assert edge[:, 1].max() == pytest.approx(high.max()) and edge[:, 1].min() <= low.min() + 1e-9
    assert "better 12" in picture.description and "random more than were made" in picture.description
    assert "the runs of random" in picture.description
    with pytest.raises(ValueError, match="strategy must be one of random, better"):
        picture.move(strategy="luck")


@pytest.mark.parametrize(("limit", "inside", "best"), [(10.0, 1, "a"), (13.0, 2, "a"), (14.0, 3, "c"), (99.0, 4, "c")])
def test_the_ring_is_around_the_best_within_the_limit(limit, inside, best):
    picture = FRONT(limit=limit)
    assert picture.description.startswith(f"{inside} of 4 architectures keep {limit:g} µs. The best of them: {best},")
    (x,), (y,) = picture._plot.ring.get_data()
    assert (x, y / 100) == pytest.approx(ENTRIES[best])


def test_no_architecture_keeps_a_limit_that_is_too_low():
    picture = FRONT(limit=9.0)
    assert "No architecture keeps" in picture.description and "needs 10" in picture.description
    assert len(picture._plot.ring.get_xdata()) == 0


def test_the_line_is_the_front():
    found = FRONT(limit=9.0)._plot.axes.lines[1].get_xdata()
    costs, accuracies = zip(*ENTRIES.values(), strict=True)
    assert set(found) == {costs[i] for i in pareto_front(costs, accuracies)}


def test_predictions_say_their_rank_correlation_and_error():
    picture = Picture(partial(PredictedPlot, predicted_us=[10, 22, 30.0], measured_us=[10, 20, 30.0]))
    assert "3 networks: rank correlation 1.00" in picture.description and "less than 0.0 % off" in picture.description


@pytest.mark.parametrize("architecture", [*SPACE.enumerate()][::11])
def test_the_space_shows_what_the_table_holds(architecture):
    table = complete_table()
    picture = SPACES(**architecture)
    said = picture.description
    assert f"{table.cost(architecture)['macs']:,} MACs, {100 * table.score(architecture):.1f} % right" in said
    assert len(drawn_parts(architecture)) == len(SPACE.build(architecture))


@pytest.mark.parametrize("picture", [REGRET, FRONT, SPACES])
def test_a_picture_moves_back_to_where_it_was(picture):
    states = {
        REGRET: [dict(strategy="random"), dict(strategy="better")],
        FRONT: [dict(limit=11.0), dict(limit=99.0)],
        SPACES: [FIRST, FIRST | {"depth": 3, "block": "inverted", "pool": "late"}],
    }[picture]
    found = picture(**states[0])
    before = found.png()
    found.move(**states[1])
    assert found.png() != before
    found.move(**states[0])
    assert found.png() == before
