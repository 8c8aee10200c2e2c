"""The table of halves: what it holds, and that its rows can be measured again."""

import csv
import hashlib
from dataclasses import fields
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from edukit import bundled
from edukit.data import shapes
from edukit.experiments.pruning import half_the_macs
from edukit.experiments.pruning.half_the_macs import TAUGHT, Row, measured, plain_network, speedups
from edukit.networks import ResidualClassifier, trained
from edukit.training import accuracy

ROWS = measured()
TRAINED = [row for row in ROWS if row.tuned]


def test_every_row_has_at_most_half_of_the_macs_and_a_spread():
    assert all(0.3 < row.share <= 0.5 and row.low <= row.speedup <= row.high for row in ROWS)
    assert len({(row.network, row.seed, row.multiple) for row in ROWS}) == len(ROWS)


def test_after_fine_tuning_at_most_one_point_is_lost():
    assert {(row.network, row.multiple, row.seed) for row in TRAINED} == {
        (name, multiple, seed) for name, (multiple, seeds) in TAUGHT.items() for seed in seeds
    }
    for row in TRAINED:
        assert row.shrunken < row.reestimated < row.tuned
        assert row.tuned >= row.before - 0.0101 and row.test_tuned >= row.test_before - 0.0101


@pytest.mark.parametrize("name", ["residual, wide", "plain"])
def test_half_of_the_macs_is_at_least_1_6_times_as_fast_with_that_accuracy(name):
    """As measured once, on the network that also lost at most one point."""
    assert min(row.speedup for row in TRAINED if row.network == name) >= 1.6


def test_multiples_are_faster_than_channels_as_they_come():
    for row in TRAINED:
        loose = next(r for r in ROWS if (r.network, r.seed, r.multiple) == (row.network, row.seed, 1))
        assert row.low > loose.high


def test_a_network_is_not_faster_than_itself():
    net = nn.Linear(256, 256)
    (ratio, low, high) = speedups(net, {"itself": net}, torch.zeros(1, 256), rounds=3, repeats=3)["itself"]
    assert low <= ratio <= high and 0.3 < ratio < 3


def test_half_the_time_is_twice_as_fast(monkeypatch):
    """Round by round: a busy round slows both, and does not count."""
    rounds = iter([(4e-3, 2e-3), (40e-3, 20e-3), (4e-3, 2e-3)])

    def timed(calls, **how):
        return {i: SimpleNamespace(median_s=s) for i, s in zip(calls, next(rounds), strict=True)}

    monkeypatch.setattr(half_the_macs, "latencies", timed)
    found = speedups(nn.Linear(4, 4), {"small": nn.Linear(4, 4)}, torch.zeros(1, 4), rounds=3)
    assert found["small"] == pytest.approx((2, 2, 2))


def test_the_row_of_the_multiple_holds_the_accuracies(monkeypatch):
    """Before and after on validation images, but for the last two; here nothing learns in between."""
    data = shapes(train=20, calibration=10, validation=40, test=60)
    monkeypatch.setattr(half_the_macs, "shapes", lambda: data)
    monkeypatch.setattr(half_the_macs, "fit", lambda net, *rest, **recipe: net)
    monkeypatch.setattr(half_the_macs, "speedups", lambda net, others, x: {m: (1.5, 1.25, 1.75) for m in others})
    loose, small = half_the_macs.halve("residual", 1)
    table = {(row.network, row.seed, row.multiple): row.macs_after for row in ROWS}
    for row, multiple in ((loose, 1), (small, 16)):
        assert (row.network, row.seed, row.multiple, row.speedup) == ("residual", 1, multiple, 1.5)
        assert row.macs_after == table["residual", 1, multiple]
    assert loose.before is None and loose.tuned is None
    before, on_test = (accuracy(trained("shapes_residual", 1), split) for split in (data.validation, data.test))
    assert (small.before, small.test_before) == (before, on_test)
    assert small.shrunken < before and small.tuned == small.reestimated and small.test_tuned < on_test


def test_the_command_appends_rows_that_can_be_read(tmp_path, monkeypatch, capsys):
    def tiny():
        return ResidualClassifier(width=0.5)

    monkeypatch.setattr(half_the_macs, "TIMED", {"tiny": (tiny, 16, (1,))})
    monkeypatch.setattr(half_the_macs, "speedups", lambda *args, **kwargs: {1: (1.5, 1.25, 1.75)})
    file = tmp_path / "half_the_macs.csv"
    file.write_text(",".join(field.name for field in fields(Row)) + "\n")
    half_the_macs.main(["tiny"], file)
    (row,) = csv.DictReader(file.read_text().splitlines())
    assert (row["network"], row["before"], row["speedup"], row["high"]) == ("tiny", "", "1.5", "1.75")
    assert capsys.readouterr().out.startswith("Row(network='tiny', seed=0, multiple=1")


def test_the_card_knows_the_file():
    digest = hashlib.sha256(bundled.path("datasets/half_the_macs.csv").read_bytes()).hexdigest()
    assert digest in bundled.path("datasets/half_the_macs.md").read_text()


@pytest.mark.parametrize("layer", [nn.Conv2d, nn.MaxPool2d])
def test_the_plain_network_is_a_chain(layer):
    assert sum(isinstance(module, layer) for module in plain_network()) == (4 if layer is nn.Conv2d else 3)
