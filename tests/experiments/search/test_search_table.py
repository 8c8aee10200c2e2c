"""The complete table: whole, counted and trained by the code that is here, and more than the noise of seeds."""

import numpy as np
import pytest

from edukit.experiments.rows import read
from edukit.experiments.search import search_table
from edukit.experiments.search.search_table import (
    COUNTED,
    EPOCHS,
    SEEDS,
    SHAPE,
    SPACE,
    CompleteTable,
    Row,
    complete_table,
    counted,
    main,
    parts,
    trained_once,
)
from edukit.search import LatencyTable, LimitedSpace, SearchSpace, random_search
from edukit.search.latency_table import rank_correlation, this_machine
from edukit.search.regret import regret

TABLE = complete_table()
EVERY = list(SPACE.enumerate())


def test_every_architecture_is_there_with_every_seed():
    assert TABLE.entries.keys() == {SPACE.key(architecture) for architecture in EVERY}
    assert all(sorted(row.seed for row in rows) == sorted(SEEDS) for rows in TABLE.entries.values())
    assert SPACE.count() == 108


@pytest.mark.parametrize("architecture", EVERY[::13])
def test_the_bundled_costs_are_those_that_the_code_counts(architecture):
    found = TABLE.cost(architecture)
    assert {name: found[name] for name in COUNTED} == counted(architecture)


def test_the_bundled_accuracies_are_those_that_the_code_reaches():
    """Another processor adds in another order: fifteen points of a training that is far from its end."""
    architecture = {"block": "standard", "kernel": 3, "width": 16, "depth": 1, "pool": "early"}
    row = next(row for row in TABLE.entries[SPACE.key(architecture)] if row.seed == 1)
    found = trained_once(architecture, EPOCHS[-1], 1)
    assert abs(found["validation"] - row.validation_4) < 0.15 and abs(found["test"] - row.test) < 0.15


def test_architectures_differ_by_more_than_seeds():
    scores = [TABLE.score(architecture) for architecture in EVERY]
    assert np.std(scores) > 3 * TABLE.seed_noise() / np.sqrt(len(SEEDS))


def test_scores_are_the_means_of_the_seeds():
    rows = [row for row in read(Row, "search_table") if (row.block, row.kernel, row.width) == ("inverted", 5, 12)]
    chosen = [row for row in rows if (row.depth, row.pool) == (2, "late")]
    architecture = {"block": "inverted", "kernel": 5, "width": 12, "depth": 2, "pool": "late"}
    assert TABLE.score(architecture) == pytest.approx(np.mean([row.validation_4 for row in chosen]), abs=1e-6)
    assert TABLE.score(architecture, 1) == pytest.approx(np.mean([row.validation_1 for row in chosen]), abs=1e-6)
    assert TABLE.test(architecture) == pytest.approx(np.mean([row.test for row in chosen]), abs=1e-6)


def test_latency_is_predicted_by_its_parts():
    measured = [TABLE.cost(architecture)["latency_us"] for architecture in EVERY]
    predicted = [TABLE.predicted_us(architecture) for architecture in EVERY]
    assert rank_correlation(predicted, measured) >= 0.9


def test_the_parts_of_a_network_are_its_layers():
    for architecture in EVERY[::7]:
        network = SPACE.build(architecture)
        found = list(parts(architecture))
        assert len(found) == len(network) == architecture["depth"] + 2
        assert found[0][2] == SHAPE


def test_a_search_on_the_table_ends_without_regret():
    best = max(TABLE.score(architecture) for architecture in EVERY)
    found = random_search(SPACE, TABLE.score, evaluations=108, seed=1)
    assert regret(found.scores, best)[-1] == 0
    limited = LimitedSpace(SPACE, TABLE.cost, macs=60_000)
    assert 0 < limited.count() < 108


def test_the_whole_path_from_training_to_the_file(tmp_path, monkeypatch):
    two = [choice.__class__(choice.name, choice.options[:1]) for choice in SPACE.choices]
    monkeypatch.setattr(search_table, "SPACE", SearchSpace(two, search_table.network))
    monkeypatch.setattr(search_table, "SEEDS", (0,))
    monkeypatch.setattr(search_table, "timed", lambda: {"0-0-0-0-0": [20.0, 21.0]})
    main(str(tmp_path / "journal"), str(tmp_path / "table.csv"))
    head, row = (tmp_path / "table.csv").read_text().splitlines()
    assert head.startswith("block,kernel,width,depth,pool,seed,validation_1") and row.endswith(",20.0,21.0")
    monkeypatch.setattr(search_table, "trained_once", None)  # all is known
    main(str(tmp_path / "journal"), str(tmp_path / "again.csv"))
    assert (tmp_path / "again.csv").read_text() == (tmp_path / "table.csv").read_text()


def test_timing_measures_wholes_and_sums_parts(monkeypatch):
    first = EVERY[0]
    monkeypatch.setattr(search_table, "measured_s", lambda models, repeats: dict.fromkeys(models, 3e-5))
    names = {name for architecture in EVERY for name, _, _ in parts(architecture)}
    seconds = {"nothing": 1e-5, **dict.fromkeys(names, 1.5e-5)}
    table = LatencyTable(seconds, this_machine())
    monkeypatch.setattr(LatencyTable, "measure", lambda pieces, repeats: table)
    assert search_table.timed()[SPACE.key(first)] == pytest.approx([30.0, 25.0])


def test_the_table_is_read_once():
    assert complete_table() is TABLE and isinstance(TABLE, CompleteTable)
