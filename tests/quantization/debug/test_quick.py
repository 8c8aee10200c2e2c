"""A quick diagnosis: the same causes from two evaluations, for a network broken on purpose."""

from functools import partial

import pytest
import torch
from broken import CASES, DATA, X, net, validation, wild_image
from torch import nn
from unseen import followed

from edukit.graph import capture, check_sizes
from edukit.panels.quantization import diagnosis
from edukit.quantization import diagnose, quantize_model
from edukit.quantization.debug.quick import ADVICE, MOST, FirstInputs
from edukit.quantization.debug.sensitivity import output_error
from edukit.quantization.grid.error import normalized_mse


class Counted:
    """An evaluation that notes down how often it was asked, and of how many inputs."""

    def __init__(self):
        self.calls = 0

    def __call__(self, model):
        self.calls += 1
        return validation(model)


@pytest.mark.parametrize("name", CASES)
def test_it_names_the_cause_from_two_evaluations(name):
    make, calibration, how, cause = CASES[name]
    evaluate = Counted()
    found = diagnose(make(), calibration(), evaluate, quick=True, **how)
    assert found.cause == cause and evaluate.calls == 2
    assert list(found.scores) == ["float", "quantized"] and found.scores["float"] == validation(make())
    assert (found.advice[-1] == ADVICE) == (cause != "nothing") and "gptq" not in found.closeness
    assert bool(found.restored) == (cause in ("one layer", "too few bits"))


def test_the_last_change_is_the_first_that_explains_four_fifths_of_the_error():
    for name in ("wild inputs", "another scale", "unequal channels"):
        make, calibration, how, _ = CASES[name]
        close = diagnose(make(), calibration(), validation, quick=True, **how).closeness
        *others, last = list(close)[4:]  # behind float, quantized, weights only, activations only
        explained = {name: 1 - (1 - close[name]) / (1 - close["quantized"]) for name in (*others, last)}
        assert explained[last] >= 0.8 > max((explained[name] for name in others), default=0)


def test_closeness_is_that_of_the_first_64_inputs_of_the_evaluation():
    found = diagnose(net(), wild_image(), validation, quick=True)
    x = torch.from_numpy(DATA.validation.x[:MOST])
    with torch.no_grad():
        error = normalized_mse(net()(x), quantize_model(net(), wild_image())(x))
    assert found.closeness["quantized"] == pytest.approx(1 - error, abs=1e-4)
    assert found.closeness["without wild inputs"] > 0.9 > found.closeness["quantized"]


@pytest.mark.parametrize("sizes", [[1] * 100, [10, 90], [200], [64], [5]])
def test_the_first_inputs_are_kept_however_they_come(sizes):
    x = torch.rand(sum(sizes), 4, generator=torch.Generator().manual_seed(0))
    model = nn.Linear(4, 2).eval()
    first = FirstInputs(model)
    assert torch.equal(torch.cat([first(part) for part in x.split(sizes)]), model(x)) or len(sizes) > 1
    assert torch.equal(torch.cat([call[0] for call in first.calls]), x[:MOST])
    assert sum(len(answer) for answer in first.answers) == 2 * min(MOST, len(x))


def test_a_model_that_writes_into_its_inputs_does_not_write_into_what_is_kept():
    first = FirstInputs(nn.ReLU(inplace=True))
    first(-torch.ones(3, 2))
    assert torch.equal(first.calls[0][0], -torch.ones(3, 2)) and not first.answers[0].any()


def test_a_whole_batch_is_kept_where_the_graph_was_captured_for_its_size():
    class Looped(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 2)

        def forward(self, x):
            return torch.stack([self.layer(row) for row in x])

    model, x = Looped().eval(), torch.rand(70, 4, generator=torch.Generator().manual_seed(0))
    first = FirstInputs(model, partial(check_sizes, capture(model, x)))
    first(x)
    assert torch.equal(first.calls[0][0], x) and torch.equal(first.answers[0], model(x).flatten())


def test_a_model_that_still_learns_is_found_before_anything_is_rounded():
    model = net().train()

    def careless(network):
        with torch.no_grad():
            return float((network(torch.from_numpy(DATA.validation.x)).argmax(1).numpy() == DATA.validation.y).mean())

    model.stem.append(nn.Dropout(0.9))
    found = diagnose(model, X, careless, quick=True)
    assert found.cause == "tracing" and "model.eval()" in found.advice[0]


def test_an_evaluation_that_calls_nothing_is_answered():
    found = diagnose(net(), X, lambda model: 1.0, quick=True)
    assert found.cause == "nothing" and found.scores == {"float": 1.0, "quantized": 1.0}


@pytest.mark.parametrize("name", ["shuffle", "transformer", "shared module"])
def test_networks_never_seen_agree_with_the_whole_diagnosis(name):
    model, x = followed(name), torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    network, error = capture(model, x), output_error(model, x)
    how = {"weight_bits": 2, "rounding": "nearest", "tolerance": 1e-4}
    quick, whole = (diagnose(network, x, lambda tried: 1 - error(tried), quick=q, **how) for q in (True, False))
    assert quick.cause == whole.cause and quick.closeness["quantized"] == pytest.approx(whole.scores["quantized"])


def test_it_shows_closeness_in_its_table_and_in_its_panel():
    found = diagnose(net(), wild_image(), validation, quick=True)
    assert "closeness 0." in repr(found) and found.advice[0].endswith("17 (closeness 1.000)")
    assert diagnosis(found).description.startswith("Float 1.000, quantized 0.846; of the variants, weights only")


@pytest.mark.parametrize("quick", [True, False])
def test_a_mask_for_all_rows_is_no_row(quick):
    class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 4)

        def forward(self, x, mask):
            return self.b(torch.relu(self.a(x)) * mask)

    draw = torch.Generator().manual_seed(3)
    network, x, mask = Masked().eval(), torch.randn(200, 5, 8, generator=draw), (torch.rand(5, 8, generator=draw) > 0.5)
    inputs = x, mask.float()
    error = output_error(network, inputs)
    found = diagnose(network, inputs, lambda tried: -error(tried), tolerance=1e-9, quick=quick, weight_bits=2)
    assert found.scores["quantized"] < 0 and "200 inputs" in repr(found)
