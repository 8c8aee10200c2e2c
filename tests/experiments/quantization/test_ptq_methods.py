"""The methods: what is bundled is what the code measures, and the order of the papers holds."""

import csv

import numpy as np
import pytest
import torch
from unseen import followed

from edukit import bundled
from edukit.data import Dataset, Split, digits
from edukit.experiments.quantization import ptq_methods
from edukit.experiments.quantization.ptq_methods import BITS, METHODS, Method, as_text, compare, measured
from edukit.graph import capture
from edukit.networks.trained import NETWORKS, SEEDS, trained
from edukit.quantization import quantize_model
from edukit.training import accuracy

DATA = digits()
ROWS = list(csv.DictReader(bundled.path("datasets/ptq_methods.csv").read_text().splitlines()))


@pytest.fixture(scope="module")
def nets():
    return [capture(trained("digits_residual", seed), DATA.calibration.x) for seed in SEEDS]


def test_the_bundled_table_is_whole():
    for network in NETWORKS:
        table, before = measured(network)
        bits = list(BITS) if network == "digits_residual" else [2, 3, 4]
        assert list(table) == list(METHODS) and len(before) == 3
        assert all(list(row) == bits and {len(a) for a in row.values()} == {3} for row in table.values())
    assert len(ROWS) == len({tuple(row[k] for k in ("network", "method", "bits", "seed")) for row in ROWS})


@pytest.mark.parametrize("method", ["per tensor", "MSE per channel", "bias correction", "GPTQ"])
@pytest.mark.parametrize("bits", [2, 4])
def test_the_bundled_figures_are_what_the_code_measures(method, bits, nets):
    """Another processor adds in another order: two of 200 digits, and six at the edge of the cliff."""
    (reached,) = compare(nets, DATA, bits, methods={method: METHODS[method]}).values()
    np.testing.assert_allclose(reached, measured("digits_residual")[0][method][bits], atol=0.03 if bits == 2 else 0.01)


def test_float_accuracies_are_those_of_the_networks(nets):
    assert measured("digits_residual")[1] == [accuracy(net, DATA.validation) for net in nets]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_order_that_the_papers_report_holds(network):
    """Nagel et al. 2021, section 3: per channel above per tensor, AdaRound far above nearest at few bits."""
    table, before = measured(network)
    at_two = {name: np.mean(row[2]) for name, row in table.items()}
    assert at_two["per tensor"] < at_two["per channel"] < at_two["bias correction"]
    assert at_two["bias correction"] + 0.05 < min(at_two["AdaRound"], at_two["GPTQ"])
    assert np.mean(table["GPTQ"][4]) > np.mean(before) - 0.01


def test_a_method_is_a_call_of_quantize_model_on_what_was_prepared(nets):
    seen = []

    def prepare(model, x, bits):
        assert accuracy(model, DATA.validation) == accuracy(nets[0], DATA.validation)
        seen.append((len(x), bits))
        return model

    (reached,) = compare(nets[:1], DATA, 3, methods={"mine": Method({"correct_bias": True}, prepare)}).values()
    assert seen == [(len(DATA.calibration), 3)]
    quantized = quantize_model(nets[0], DATA.calibration.x, 3, rounding="nearest", correct_bias=True)
    assert reached == [accuracy(quantized, DATA.validation)]


def test_only_calibration_images_choose_and_only_validation_images_count(nets):
    broken = Split(np.zeros_like(DATA.test.x), (DATA.test.y + 1) % 10)
    data = Dataset("digits", DATA.classes, broken, DATA.calibration, DATA.validation, broken)
    methods = {"GPTQ": METHODS["GPTQ"]}
    assert compare(nets[:1], data, 3, methods=methods) == compare(nets[:1], DATA, 3, methods=methods)


@pytest.mark.parametrize("name", ["resnet", "transformer", "shuffle"])
def test_every_method_takes_networks_never_seen(name):
    images = np.random.default_rng(0).random((12, 3, 16, 16)).astype(np.float32)
    split = Split(images, np.arange(12) % 5)
    model, few = followed(name), {k: method for k, method in METHODS.items() if k != "AdaRound"}
    before = {key: value.clone() for key, value in model.state_dict().items()}
    reached = compare([model], Dataset("noise", tuple("abcde"), split, split, split, split), 4, methods=few)
    assert list(reached) == list(few) and all(0 <= a <= 1 for row in reached.values() for a in row)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_activations_may_stay_float(nets):
    methods = {"per channel": METHODS["per channel"]}
    (reached,) = compare(nets, DATA, 8, methods=methods, activation_bits=None).values()
    (coarse,) = compare(nets, DATA, 8, methods=methods, activation_bits=2).values()
    assert np.mean(reached) > np.mean(coarse) + 0.1


def test_the_command_prints_the_table_and_appends_rows_that_can_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ptq_methods, "METHODS", {"per channel": METHODS["per channel"]})
    file = tmp_path / "ptq_methods.csv"
    file.write_text("network,method,bits,seed,accuracy\n")
    ptq_methods.main("digits_residual", [4, 8], file)
    assert capsys.readouterr().out.startswith("| method | 4 bits | 8 bits |\n|---|--:|--:|\n| per channel | 9")
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [(r["method"], r["bits"], r["seed"]) for r in rows[2:5]] == [
        ("float", "32", "2"),
        ("per channel", "4", "0"),
        ("per channel", "4", "1"),
    ]
    bundle = [r for r in ROWS if r["network"] == "digits_residual" and r["method"] == "float"]
    assert rows[:3] == bundle


def test_text_shows_mean_worst_and_best():
    assert as_text({"x": {3: [0.5, 0.7, 0.9]}}).splitlines()[-1] == "| x | 70.0 (50.0–90.0) |"


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="network must be one of shapes_residual.*got 'lenet'"):
        measured("lenet")
