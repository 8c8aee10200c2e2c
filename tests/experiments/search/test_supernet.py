"""The tables of the supernet: what they hold, and that rows can be made again."""

import hashlib
from dataclasses import replace

import pytest

from edukit import bundled
from edukit.data import shapes
from edukit.experiments.search import supernet as experiment
from edukit.experiments.search.supernet import (
    PAIRS,
    Row,
    bits,
    compared,
    measured,
    measured_alone,
    row_of,
    six,
    table,
    train,
    with_bits,
)
from edukit.measure import count_macs
from edukit.search import Supernet
from edukit.search.operators_and_bits import one_after_the_other, together
from edukit.search.trained_supernet import SIZES, trained_supernet

ROWS, ALONE = measured(), measured_alone()
FLOAT = [row for row in ROWS if row.bits1 == 32]
CARD = bundled.path("datasets/supernet.md").read_text()


@pytest.mark.parametrize("name", ["supernet.safetensors", "supernet.csv", "supernet_alone.csv"])
def test_the_card_names_every_file(name):
    digest = hashlib.sha256(bundled.path(f"datasets/{name}").read_bytes()).hexdigest()
    assert any(name in line and digest in line for line in CARD.splitlines())


def test_every_network_is_there_in_float_and_with_every_pair_of_bits():
    space = Supernet(**SIZES).space
    assert [row.choice for row in FLOAT] == list(space.enumerate())
    assert len(ROWS) == space.count() * (1 + len(PAIRS))
    assert all(row.test is not None for row in FLOAT)


def test_costs_are_those_of_the_networks():
    net = Supernet(**SIZES)
    for row in FLOAT[::29]:
        assert row.macs == count_macs(net.cut(row.choice), (3, 32, 32))


def test_the_networks_trained_alone_are_those_that_were_drawn_before():
    chosen = [{name: getattr(row, name) for name in experiment.NAMES} for row in ALONE]
    assert ALONE and chosen == six(Supernet(**SIZES))[: len(chosen)]
    table = {tuple(row.choice.values()): row for row in FLOAT}
    for row, choice in zip(ALONE, chosen, strict=True):
        assert row.taken_test == table[tuple(choice.values())].test


def test_each_of_six_networks_keeps_97_percent_of_what_it_reaches_alone():
    assert len(ALONE) == 6 and min(row.share for row in ALONE) >= 0.97


def test_what_the_searches_with_bits_choose_was_measured_on_test_images():
    tests = {(row.candidate.choice, row.candidate.bits): row.test for row in ROWS}
    candidates = [row.candidate for row in ROWS]
    chosen = together(candidates) + one_after_the_other(candidates)
    assert len(chosen) > 10 and all(tests[c.choice, c.bits] is not None for c in chosen)


def test_a_row_can_be_measured_again():
    data = shapes(train=1, test=10)
    supernet = trained_supernet()
    first = FLOAT[0]
    pair = ROWS[len(FLOAT)]
    found = [row_of(supernet, first.choice, data), with_bits(supernet, first, (pair.bits1, pair.bits2), data)]
    for one, other in zip(found, (first, pair), strict=True):
        assert one.validation == pytest.approx(other.validation, abs=0.011)  # 2 bits lie on edges
        assert replace(one, validation=0, test=None) == replace(other, validation=0, test=None)


def test_the_steps_write_what_they_make(tmp_path, monkeypatch):
    """The script itself, on few images and a space of two networks."""
    few = shapes(train=40, calibration=8, validation=8, test=8)
    small = dict(channels=(8, 8), kernels=(3,), widths=(2,))
    monkeypatch.setattr(experiment, "shapes", lambda: few)
    monkeypatch.setattr(experiment, "Supernet", lambda **sizes: Supernet(**small))
    monkeypatch.setattr(experiment, "train_supernet", lambda net, data, **how: net.eval())
    train(tmp_path)
    assert (tmp_path / "supernet.safetensors").stat().st_size > 1000
    net = Supernet()
    net.calibration = few.calibration.x
    monkeypatch.setattr(net.space, "enumerate", lambda: iter([net.smallest_choice]))
    monkeypatch.setattr(experiment, "trained_supernet", lambda: net)
    table(tmp_path)
    monkeypatch.setattr(experiment, "measured", lambda: [row_of(net, net.smallest_choice, few)])
    bits(tmp_path)
    lines = (tmp_path / "supernet.csv").read_text().splitlines()
    assert lines[0].split(",") == list(Row.__dataclass_fields__) and len(lines) == 1 + 1 + len(PAIRS)


def test_a_network_alone_learns_by_the_same_recipe():
    few = shapes(train=64, calibration=8, validation=8, test=8)
    net = Supernet(**SIZES)
    net.calibration = few.calibration.x
    row = compared(net, net.smallest_choice, few, epochs=1)
    assert row.epochs == 1 and 0 <= row.taken_test <= 1 and row.width1 == net.smallest_choice["width1"]
