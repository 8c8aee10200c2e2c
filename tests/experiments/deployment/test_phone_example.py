"""The example of the board: the bundled rows are whole, and a board shows them as it shows phones."""

import hashlib

from edukit import bundled
from edukit.experiments.deployment import phone_example
from edukit.experiments.deployment.phone_example import MODELS, PAGES, Measured, example, measured


def test_each_page_ran_each_file_and_answered_as_python_does():
    rows = measured()
    assert [(row.number, row.model) for row in rows] == [(n, m["name"]) for n in range(1, PAGES + 1) for m in MODELS]
    assert all(row.same == 100 and row.accuracy > 90 and row.calls >= 300 for row in rows)
    assert all(0 < row.median_us <= row.p90_us for row in rows)


def test_the_rows_of_a_board_are_the_bundled_ones():
    for one, row in zip(measured(), example(), strict=True):
        assert (row.number, row.phone, row.posted.model) == (one.number, one.phone, one.model)
        assert row.posted.median_s == one.median_us / 1e6 and row.accuracy == one.accuracy / 100


def test_the_command_appends_rows_that_can_be_read(tmp_path, monkeypatch, capsys):
    file = tmp_path / "rows.csv"
    head, first = bundled.path("datasets/phone_example.csv").read_text().splitlines()[:2]
    file.write_text(head + "\n")
    monkeypatch.setattr(phone_example, "measure", lambda: measured()[:1])
    phone_example.main(["--append", str(file)])
    assert file.read_text().splitlines() == [head, first]
    assert capsys.readouterr().out.startswith(Measured.__name__)


def test_the_card_names_the_file():
    card = bundled.path("datasets/phone_example.md").read_text()
    assert hashlib.sha256(bundled.path("datasets/phone_example.csv").read_bytes()).hexdigest() in card
