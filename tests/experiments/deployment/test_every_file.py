"""Damaged files of every kind: none of them loads with other numbers, and each is refused by its name."""

import pytest

from edukit.experiments.deployment.every_file import damaged, outcomes, table
from edukit.experiments.deployment.file_kinds import Kind, exports, kinds

KINDS = kinds()


@pytest.mark.parametrize("name", KINDS)
def test_no_damaged_file_loads_with_other_numbers(name, tmp_path):
    counts = outcomes(KINDS[name], tmp_path, tries=40, seed=1)
    assert counts["OTHER numbers"] == counts["obscure error"] == 0
    assert sum(counts.values()) == 40 and counts["refused by name"] >= 25


def test_no_damaged_onnx_file_loads_with_other_numbers(tmp_path):
    counts = outcomes(exports()[".onnx"], tmp_path, tries=40, seed=1)
    assert counts["OTHER numbers"] == 0 and counts["refused by name"] >= 25


def test_a_format_without_a_check_is_found_out(tmp_path):
    def write(path, seed):
        path.write_bytes(bytes(range(seed, seed + 99)))
        return path

    counts = outcomes(Kind(write, lambda path: {"w": list(path.read_bytes())}), tmp_path, tries=40)
    assert counts["OTHER numbers"] > 30


def test_every_copy_is_damaged_and_the_figures_are_those_of_the_seed():
    content, other = bytes(range(200)), bytes(range(1, 201))
    copies = list(damaged(content, other, 100, seed=3))
    assert copies == list(damaged(content, other, 100, seed=3)) != list(damaged(content, other, 100, seed=4))
    assert len(copies) == 100 and sum(broken == content for _, broken in copies) < 5  # a swap with nothing between
    assert len({how for how, _ in copies}) == 11


def test_the_table_adds_up(tmp_path):
    text = table({"a": outcomes(KINDS["latency table"], tmp_path, tries=20)}).text()
    assert text.splitlines()[-1].split()[:2] == ["all", "20"]
