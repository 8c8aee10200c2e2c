"""Rows of a table come back as they went in, by name and with their types."""

from dataclasses import dataclass

import pytest

from edukit import bundled
from edukit.experiments.deployment import runtimes_table
from edukit.experiments.distillation import few_labels
from edukit.experiments.pruning import half_the_macs
from edukit.experiments.quantization import learned_ranges, ptq_methods
from edukit.experiments.rows import append, keep, read
from edukit.experiments.search import search_table


@dataclass(frozen=True, kw_only=True)
class Row:
    network: str
    seed: int
    reached: float | None = None
    speed: float


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    (tmp_path / "datasets").mkdir()
    file = tmp_path / "datasets/mine.csv"
    file.write_text("network,seed,reached,speed\n")
    return file


def test_what_is_appended_is_read_back(table):
    rows = [Row(network="a, b", seed=1, speed=1.25), Row(network="c", seed=2, reached=0.5, speed=2.0)]
    for row in rows:
        append([row], table)
    assert read(Row, "mine") == rows
    assert table.read_text().splitlines()[1] == '"a, b",1,,1.25'


def test_fractions_are_rounded_to_three_digits(table):
    append([Row(network="a", seed=0, speed=2 / 3)], table)
    assert read(Row, "mine")[0].speed == 0.667


def test_a_file_with_other_columns_is_refused(table):
    table.write_text("network,seed,speed\na,1,2.0\n")
    with pytest.raises(ValueError, match="must have the columns network, seed, reached, speed, got .*speed"):
        read(Row, "mine")


@pytest.mark.parametrize(
    "module", [few_labels, half_the_macs, learned_ranges, ptq_methods, runtimes_table, search_table]
)
def test_every_bundled_table_holds_whole_rows(module):
    name = module.__name__.rpartition(".")[2]
    rows = read(module.Row, name)
    assert len(rows) == len(bundled.path(f"datasets/{name}.csv").read_text().splitlines()) - 1
    assert len(set(rows)) == len(rows)


def test_rows_are_kept_one_group_after_the_other(table, capsys):
    one, two, three = (Row(network="a", seed=seed, speed=1.0) for seed in range(3))
    keep(iter([[one], [two, three]]), table)
    assert capsys.readouterr().out.splitlines() == [repr(row) for row in (one, two, three)]
    keep([[one]])
    assert read(Row, "mine") == [one, two, three]
