"""The report names every operation that computes in float, and the numbers that are converted for it."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import followed

from edukit.quantization import prepare_qat, quantize_model
from edukit.quantization.ptq.floats import Report

X = torch.rand(8, 3, 8, 8, generator=torch.Generator().manual_seed(1))


class Gated(nn.Module):
    """A gate, which no integer operator computes, between two convolutions."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 1), nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.a(x))
        x = self.b(x * torch.sigmoid(x))
        return self.head(x.flatten(2).mean(2)).softmax(-1)


def test_every_operation_in_float_has_a_row_with_what_it_converts():
    report = quantize_model(Gated(), X).report
    rows = {row.operation: (row.precision, row.converted) for row in report if row.precision == "float"}
    places = 8 * 6 * 6
    assert rows == {"sigmoid": ("float", places), "mul": ("float", 2 * places), "softmax": ("float", 4)}
    assert [row.operation for row in report] == ["conv2d", "sigmoid", "mul", "conv2d", "linear", "softmax"]
    assert all(row.reason for row in report if row.precision == "float")


def test_a_network_of_integers_has_no_such_row():
    report = quantize_model(followed("resnet"), torch.rand(8, 3, 16, 16)).report
    assert {row.precision for row in report} == {"int8"} and not any(row.converted for row in report)


def test_an_addition_that_nothing_reads_as_integers_says_so():
    report = quantize_model(followed("transformer"), torch.rand(8, 3, 16, 16)).report
    reasons = {row.operation: row.reason for row in report if row.precision == "float"}
    assert {"layer_norm", "scaled_dot_product_attention"} < set(reasons)
    assert reasons["add"] == "nothing behind it reads integers"


def test_with_float_activations_only_weights_are_listed():
    report = quantize_model(Gated(), X, activation_bits=None).report
    assert [row.name for row in report] == ["a", "b", "head"]


def test_a_network_for_training_has_the_same_report():
    assert prepare_qat(Gated(), X).report == quantize_model(Gated(), X).report


@pytest.mark.parametrize("shown", [lambda q: q.report, lambda q: q], ids=["report", "model"])
def test_it_shows_itself_as_a_table(shown):
    html = shown(quantize_model(Gated(), X))._repr_html_()
    assert html.count("<tr>") + html.count("<tr ") == 7 and "no integer operator for sigmoid" in html
    assert isinstance(quantize_model(Gated(), X).report, Report)


def test_an_operation_with_several_results_is_listed_and_a_constant_is_not():
    class Largest(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.fc = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)

        def forward(self, x):
            return self.fc(self.conv(x).flatten(2).max(-1)[0] + torch.zeros(x.shape[0], 4))

    rows = {row.operation: row for row in quantize_model(Largest(), X).report if row.precision == "float"}
    assert rows["max"].reason == "no integer operator for max" and rows["max"].converted == 4 * 36 + 4
    assert "zeros" not in rows


def test_the_models_text_counts_the_kinds():
    for model in (quantize_model(Gated(), X), prepare_qat(Gated(), X)):
        assert "3 in int8, 3 in float" in repr(model) and model._repr_html_().startswith("<table>")
