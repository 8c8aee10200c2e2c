"""Found: tables hold the figures they were given, sentences say what is meant, HTML is escaped."""

from dataclasses import replace
from types import SimpleNamespace

import torch
from torch import nn

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.result.found import Compressed, Look, float_table, front_table, steps_table
from edukit.deployment.compressing.search import Candidate
from edukit.measure import Latency
from edukit.quantization import quantize_model
from edukit.table import Table

CANDIDATE = Candidate("student", 0.25, "int4", 9000, 0.95, 1.0, 900, 5000)
TRIED = {
    ("student", 1.0): {"precisions": {"float32": [40_000, 0.97]}},
    ("student", 0.25): {
        "untrained": 0.4,
        "quality": 0.96,
        "is_trained": True,
        "precisions": {"float32": [10_000, 0.96], "int4": [5000, 0.95]},
    },
}
BESIDE = {"student": {"float32": 1000, "int8": 2000}}
CHOSEN = SimpleNamespace(candidate=CANDIDATE, size_bytes=9100, quality=0.95)


def result(**other):
    figures = dict(model=nn.ReLU(), candidate=CANDIDATE, budget=Budget(max_bytes=10_000), fits=True, nearest=Budget())
    figures |= dict(size_bytes=9100, loss=1.0, latency=Latency.of([1e-4]), original_bytes=91_000)
    figures |= dict(original_latency=Latency.of([2e-4]), test=Look("accuracy", 0.98, 0.97, 100), parity=None)
    figures |= dict(steps=Table(("a",), [("<b>",)]), front=Table(("a",), [("c",)]), notes=["A <note>."])
    return Compressed(**figures | other)


def test_the_steps_lead_from_the_original_to_the_file():
    table = steps_table(CHOSEN, TRIED, BESIDE, 91_000, 0.98, "accuracy")
    assert [row[1] for row in table.rows] == ["91.0", "≈ 41.0", "≈ 11.0", "≈ 11.0", "9.1"]
    assert [row[2] for row in table.rows] == ["98.0%", "97.0%", "40.0%", "96.0%", "95.0%"]
    assert table.heads[-1] == "accuracy" and "int4" in table.rows[-1][0]


def test_the_front_holds_what_no_other_is_better_than_and_the_chosen():
    worse = replace(CANDIDATE, size_bytes=9500, quality=0.9)
    better = replace(CANDIDATE, size_bytes=20_000, quality=0.99)
    table = front_table([CANDIDATE, worse, better], CANDIDATE, "accuracy")
    assert [row[1] for row in table.rows] == ["9.0", "20.0"] and [row[-1] for row in table.rows] == ["chosen", ""]
    table = front_table([CANDIDATE, worse, better], worse, "accuracy")
    assert [row[-1] for row in table.rows] == ["", "chosen", ""]
    many = [replace(CANDIDATE, size_bytes=1000 * i, quality=i / 100) for i in range(1, 60)]
    assert len(front_table(many, many[30], "accuracy").rows) <= 13


def test_what_stays_float_is_named_with_the_reason():
    net = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    table = float_table(quantize_model(net, torch.rand(16, 4)))
    assert [row[1] for row in table.rows] == ["layer_norm"] and table.rows[0][2]
    assert not float_table(net).rows


def test_the_sentence_says_whether_it_fits():
    assert result().sentence.startswith(
        "Within Budget(at most 10.0 kB, 1 point lost): student, 25 % of the MACs, int4."
    )
    assert "9.1 kB instead of 91.0 kB, 10.0 times smaller; 1 point lost on validation" in result().sentence
    missed = result(fits=False, nearest=Budget(max_bytes=9100)).sentence
    assert missed.startswith("Nothing found is within") and "nearest keeps Budget(at most 9.1 kB" in missed


def test_the_report_holds_everything_and_escapes_it():
    found = result()
    page, text = found._repr_html_(), found.text()
    assert "&lt;b&gt;" in page and "<b>" not in page.split("</b>")[1] and "A &lt;note&gt;." in page
    assert found.sentence in text and "- A <note>." in text and repr(found).startswith("Compressed(Within")
