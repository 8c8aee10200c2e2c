"""The table of photographs: what it holds, and that its rows can be measured again."""

import hashlib
from dataclasses import fields

import numpy as np
import pytest
import torch
from torch import nn

from edukit import bundled
from edukit.data import Dataset
from edukit.data.dataset import Split
from edukit.experiments.photographs import what_holds
from edukit.experiments.photographs.what_holds import BITS, Row, largest_on_the_last_code, measured, photographs
from edukit.networks.blocks import conv_bn
from edukit.quantization.ptq.rewrite import weight_grid
from edukit.training import seeded

WHOLE = measured()[0].accuracy


def found(technique, setting, way):
    (row,) = (r for r in measured() if (r.technique, round(r.setting), r.way) == (technique, setting, way))
    return row.accuracy


def test_the_card_names_the_tables_checksum():
    content = bundled.path("datasets/photographs.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() in bundled.path("datasets/photographs.md").read_text()


def test_the_default_loses_less_than_plain_rounding_and_the_less_the_more_bits_there_are():
    default = [found("bits", bits, "GPTQ and biases") for bits in BITS]
    assert all(value > found("bits", bits, "nearest") for value, bits in zip(default, BITS, strict=True))
    assert default == sorted(default, reverse=True)


@pytest.fixture
def small(monkeypatch):
    """A network and a set of images on which every row takes a moment."""
    monkeypatch.setattr(what_holds, "ONE_EPOCH", dict(epochs=1, batch_size=20, progress=None))
    monkeypatch.setattr(what_holds, "speedups", lambda net, others, seen: dict.fromkeys(others, (1.0, 0.9, 1.1)))
    random = np.random.default_rng(0)

    def split(count):
        return Split(random.random((count, 3, 8, 8), np.float32), random.integers(0, 3, count))

    data = Dataset("noise", ("a", "b", "c"), split(40), split(40), split(10), split(40))
    with seeded(0):
        layers = [*conv_bn(3, 16, 3), nn.ReLU(), *conv_bn(16, 16, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        return nn.Sequential(*layers, nn.Linear(16, 3)).eval(), data


def test_every_row_can_be_measured_again(small):
    again = [row for found in what_holds.rows(*small) for row in found]
    assert [(row.technique, row.way) for row in again] == [(row.technique, row.way) for row in measured()]
    assert all(0 <= row.accuracy <= 1 for row in again)
    assert [row.speedup is None for row in again] == [row.speedup is None for row in measured()]


def test_each_network_was_made_as_its_way_says(small, monkeypatch):
    net, data = small
    models, trained_on = [], []
    monkeypatch.setattr(what_holds, "accuracy", lambda model, split: models.append((model, split)) or 0.5)
    monkeypatch.setattr(what_holds, "fine_tune", lambda model, split, masks, **how: trained_on.append(split) or model)
    monkeypatch.setattr(what_holds, "fit", lambda model, split, **how: trained_on.append(split) or model)
    what_holds.fewer_bits(net, data, 4)
    what_holds.zeros(net, data, 0.75)
    what_holds.fewer_channels(net, data, 0.5)
    (nearest, _), (default, _), (pruned, _), _, (ratio, _), (renewed, _), (scores, _), (outputs, _), _ = models
    assert all(split is data.test for _, split in models) and all(split is data.train for split in trained_on)
    assert [layer.rounding for layer in nearest.report] == ["nearest"] * 3
    assert [layer.rounding for layer in default.report] == ["gptq, bias corrected"] * 3
    weights = torch.cat([weight.flatten() for weight in pruned.parameters() if weight.ndim > 1])
    assert (weights == 0).double().mean() == pytest.approx(0.75, abs=0.01)
    assert torch.equal(ratio[0].weight, renewed[0].weight)
    assert not torch.equal(ratio[1].running_mean, renewed[1].running_mean)
    assert ratio[0].out_channels == ratio[3].out_channels
    assert scores[0].out_channels % 4 == outputs[0].out_channels % 4 == 0


def test_plain_rounding_has_the_largest_weight_on_the_last_code(small):
    w = small[0][0].weight.detach()
    scale = weight_grid(w, 3, calibrator=largest_on_the_last_code).scale
    np.testing.assert_allclose(scale, w.abs().amax((1, 2, 3), keepdim=True) / 3, rtol=1e-6)


def test_a_table_shows_the_whole_network_and_the_rows_of_a_technique():
    assert len(photographs("bits").rows) == 8 and len(photographs("bits", 2).rows) == 4
    percents = [
        f"{100 * share:.1f}" for share in (WHOLE, found("bits", 4, "nearest"), found("bits", 4, "GPTQ and biases"))
    ]
    assert [cells[2] for cells in photographs("bits", 4).rows] == percents
    starts = {technique: photographs(technique).rows[0] for technique in ("bits", "zeros", "channels")}
    assert [cells[0] for cells in starts.values()] == ["32", "0", "100"] and starts["channels"][3] == "1.00"
    with pytest.raises(ValueError, match="technique and setting must be those of a row, got 'bits' and 5"):
        photographs("bits", 5)


def test_a_plan_is_faster_and_reads_more_where_one_ratio_for_all_is_slower():
    rows = {(round(row.setting), row.way): row for row in measured() if row.technique == "channels"}
    ratio, plan = rows[74, "one ratio, new statistics"], rows[74, "plan by scores, new statistics"]
    assert ratio.speedup < 1 < plan.speedup and ratio.accuracy < plan.accuracy < WHOLE
    assert rows[50, "plan by scores, new statistics"].speedup > 1.3


def test_rows_are_appended_as_they_are_measured(tmp_path, monkeypatch):
    head = bundled.path("datasets/photographs.csv").read_text().splitlines()[0]
    assert head.split(",") == [field.name for field in fields(Row)]
    file = tmp_path / "table.csv"
    file.write_text(f"{head}\n")
    monkeypatch.setattr(what_holds, "cifar10", lambda: None)
    monkeypatch.setattr(what_holds, "rows", lambda net, data: iter([measured()[:1], measured()[1:3]]))
    what_holds.main(["--append", str(file)])
    said = [line.split(",") for line in file.read_text().splitlines()[1:]]
    assert [(row[0], row[2], float(row[3])) for row in said] == [
        (r.technique, r.way, r.accuracy) for r in measured()[:3]
    ]
