"""Who sets the steps: what is bundled is whole, is what the code measures, and says what the lesson says."""

import csv
import hashlib
from dataclasses import fields

import numpy as np
import pytest
import torch
from torch import nn

from edukit import bundled
from edukit.data import Dataset, Split, digits
from edukit.experiments.quantization import learned_ranges
from edukit.experiments.quantization.learned_ranges import (
    ALL,
    HALVES,
    LEAST_BITS,
    PULLS,
    Plan,
    Row,
    measured,
    prepared,
    reached,
    tuned,
    with_pull,
)
from edukit.graph import capture
from edukit.networks.trained import SEEDS, trained
from edukit.quantization.qat.fake import FakeQuantize, QuantizedLayer
from edukit.training import accuracy, cross_entropy

DATA, PLAN = digits(), Plan()
KINDS = (QuantizedLayer, FakeQuantize)
QUICK = Plan(bits=(LEAST_BITS,), more=(), passes=(1,))


@pytest.fixture(scope="module")
def net():
    return capture(trained("digits_residual", 0), DATA.calibration.x)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_the_bundled_table_is_whole(split):
    table = measured(split)
    found = [(way, bits, n) for way, rows in table.items() for bits, counts in rows.items() for n in counts]
    assert sorted(found) == sorted(PLAN.trainings())
    values = [counts[n] for rows in table.values() for counts in rows.values() for n in counts]
    assert all(len(seeds) == len(SEEDS) and all(0 <= value <= 100 for value in seeds) for seeds in values)
    assert sorted(tuned()) == sorted(PULLS) and {len(values) for values in tuned().values()} == {len(SEEDS)}


def test_the_card_knows_the_file():
    digest = hashlib.sha256(bundled.path("datasets/learned_ranges.csv").read_bytes()).hexdigest()
    assert digest in bundled.path("datasets/learned_ranges.md").read_text(encoding="utf-8")


def test_the_pull_is_the_one_that_was_best_on_validation_images():
    assert max(tuned(), key=lambda pull: np.mean(tuned()[pull])) == PLAN.pull


def test_with_four_values_it_matters_who_sets_the_steps_and_for_which_layers():
    """The order that LSQ and PACT report: learned above observed; the steps of the activations decide."""
    at = {way: rows[LEAST_BITS] for way, rows in measured().items()}
    for passes in PLAN.passes:
        means = {way: np.mean(at[way][passes]) for way in (*ALL, *HALVES)}
        assert means["learned steps"] > means["learned clips"] > means["observed ranges"] + 5
        assert means["steps of activations"] > means["steps of weights"] + 10
    assert np.mean(at["observed ranges"][5]) < np.mean(at["rounded"][0])


def test_with_sixteen_values_the_ways_lie_close_together():
    means = [np.mean(measured()[way][2, 4][15]) for way in ALL]
    assert max(means) - min(means) < 3


def test_the_bundled_figures_are_what_the_code_measures(net):
    """Another processor adds in another order: a tenth of the digits, where four values are all there are."""
    for way, passes in (("rounded", 0), ("observed ranges", 5), ("learned clips", 5), ("learned steps", 5)):
        row, qat = reached(DATA, net, way, LEAST_BITS, passes, 0, PLAN.pull)
        assert abs(100 * row.validation - measured()[way][LEAST_BITS][passes][0]) < (3 if not passes else 10)
        assert row.test is None and accuracy(qat, DATA.validation) == row.validation


@pytest.mark.parametrize("way", ["rounded", *ALL, *HALVES])
def test_each_way_learns_what_it_says(way, net):
    qat = prepared(net, DATA.calibration.x, way, LEAST_BITS)
    steps = {kind: [m.log_scale is not None for m in qat.modules() if isinstance(m, kind)] for kind in KINDS}
    clips = [m.log_clip is not None for m in qat.modules() if isinstance(m, FakeQuantize)]
    assert set(steps[QuantizedLayer]) == {way in ("learned steps", HALVES[0])}
    assert set(steps[FakeQuantize]) == {way in ("learned steps", HALVES[1])}
    assert any(clips) == (way == "learned clips")


def test_the_pull_is_added_to_the_loss_of_the_task(net):
    qat = prepared(net, DATA.calibration.x, "learned clips", LEAST_BITS).eval()
    x, y = torch.from_numpy(DATA.train.x[:8]), torch.from_numpy(DATA.train.y[:8])
    squares = sum(float(m.high) ** 2 for m in qat.modules() if isinstance(m, FakeQuantize) and m.log_clip is not None)
    added = with_pull(0.01)(qat, x, y) - cross_entropy(qat, x, y)
    assert added.item() == pytest.approx(0.01 * squares, rel=1e-3)


def test_tuning_looks_at_no_test_image(monkeypatch):
    broken = Split(np.zeros_like(DATA.test.x), DATA.test.y)
    data = Dataset("digits", DATA.classes, DATA.train, DATA.calibration, DATA.validation, broken)
    monkeypatch.setattr(learned_ranges, "PULLS", (0.01,))
    monkeypatch.setattr(learned_ranges, "fit", lambda model, *rest, **options: model)
    rows = list(learned_ranges.tune(data, QUICK))
    assert len(rows) == 3 and all(row.test is None and row.way == "tuning" for row in rows)


def test_the_command_appends_rows_that_can_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(learned_ranges, "Plan", lambda: QUICK)
    monkeypatch.setattr(learned_ranges, "fit", lambda model, *rest, **options: model)
    file = tmp_path / "learned_ranges.csv"
    file.write_text(",".join(field.name for field in fields(Row)) + "\n")
    learned_ranges.main(file, tuning=False)
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["way"] for row in rows][:2] == ["rounded", "observed ranges"]
    assert len(rows) == len(SEEDS) * len(list(QUICK.trainings()))
    assert rows[0].keys() == next(csv.DictReader(bundled.path("datasets/learned_ranges.csv").open())).keys()


def test_a_model_of_ones_own_can_be_prepared():
    net = nn.Sequential(nn.Linear(64, 10), nn.ReLU())
    images = torch.from_numpy(DATA.calibration.x).reshape(-1, 64)
    assert any(
        name.endswith("log_clip") for name, _ in prepared(net, images, "learned clips", (4, 4)).named_parameters()
    )
