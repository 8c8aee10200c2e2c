"""Cases broken on purpose: the diagnosis must name the cause, and its advice must work."""

import copy

import pytest
import torch
from broken import DATA, X, net, unequal_channels, validation, wild_image
from torch import nn
from unseen import followed

from edukit.quantization import Diagnosis, diagnose, equalize, gptq, quantize_model


def step(found, name):
    return next(s for s in found.steps if s.step == name)


def test_nothing_wrong_is_said_and_nothing_more_is_tried():
    found = diagnose(net(), X, validation)
    assert found.cause == "nothing" and "nothing to repair" in found.advice[0]
    assert set(found.scores) == {"model", "float", "quantized"} and not found.restored
    assert found.scores["model"] == found.scores["float"] == validation(net())


def test_a_wild_image_in_the_calibration_data():
    found = diagnose(net(), wild_image(), validation)
    assert found.cause == "wild inputs" and found.advice[0].endswith(": 17 (0.955)")
    assert step(found, "activations only").verdict == "yes" and step(found, "weights only").verdict == "no"
    assert found.evaluated["input of stem.0"].used < 0.05 and found.evaluated["input of stem.0"].outside == 0
    rest = X[[i for i in range(len(X)) if i != 17]]
    assert found.scores["without wild inputs"] == validation(quantize_model(net(), rest))


@pytest.mark.parametrize("times", [0.2, 255.0])
def test_calibration_data_of_another_scale(times):
    found = diagnose(net(), X * times, validation)
    assert found.cause == "calibration data" and "prepare it exactly" in found.advice[0]
    assert step(found, "calibration data").verdict == "no"
    assert (found.evaluated["input of stem.0"].outside > 0.2) == (times < 1)


def test_unequal_channels_under_one_scale_and_equalize_is_the_advice():
    model = unequal_channels(100)
    found = diagnose(model, X, validation, per_channel=False)
    assert found.cause == "unequal channels" and "equalize" in found.advice[0]
    assert found.evaluated["input of blocks.0.body.3"].channels > 10
    cured = quantize_model(equalize(model, X), X, per_channel=False)
    assert found.scores["equalized"] == validation(cured) >= found.scores["float"] - 0.01


def test_a_scale_for_each_channel_helps_half_way_where_the_next_layer_is_unequal_as_well():
    model = unequal_channels(5)
    found = diagnose(model, X, validation, weight_bits=4, activation_bits=None, per_channel=False, rounding="nearest")
    assert found.cause == "unequal channels" and step(found, "activations only").verdict == "no"
    assert found.scores["quantized"] < found.scores["per channel"] < found.scores["equalized"]
    assert step(found, "per channel").verdict.endswith("% of the loss")


def test_one_layer_with_too_few_bits():
    found = diagnose(net(), X, validation, weight_bits={"stem.0": 2}, rounding="nearest")
    assert found.cause == "one layer" and "more bits for stem.0," in found.advice[0]
    assert max(found.restored, key=found.restored.get) == "stem.0" and len(found.restored) == 13
    assert step(found, "weights only").verdict == "yes"


def test_two_bits_everywhere_are_too_few():
    found = diagnose(net(), X, validation, weight_bits=2, rounding="nearest")
    assert found.cause == "too few bits"
    assert found.scores["quantized"] < 0.6 < found.scores["gptq"]
    assert any("gptq" in line for line in found.advice)  # brings most of it back
    better = quantize_model(net(), X, 2, rounding=gptq, correct_bias=True)
    assert found.scores["gptq"] == validation(better)


def test_an_evaluation_in_training_mode_is_found_before_anything_is_rounded():
    """Observers still left in train mode. What differs is not the rounding."""
    model = copy.deepcopy(net()).train()

    def careless(network):
        with torch.no_grad():
            return float((network(torch.from_numpy(DATA.validation.x)).argmax(1).numpy() == DATA.validation.y).mean())

    model.stem.append(nn.Dropout(0.9))
    found = diagnose(model, X, careless)
    assert found.cause == "tracing" and "model.eval()" in found.advice[0]


@pytest.mark.parametrize("name", ["shuffle", "transformer", "shared module"])
def test_networks_never_seen(name):
    model, x = followed(name), torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    exact = model(x).detach()

    def closeness(network):
        with torch.no_grad():
            return 1 - float((network(x) - exact).norm() / exact.norm())

    found = diagnose(model, x, closeness, weight_bits=2, rounding="nearest")
    assert found.cause in ("unequal channels", "one layer", "too few bits")
    assert found.scores["float"] == pytest.approx(1, abs=1e-4)
    assert list(found.scores)[:3] == ["model", "float", "quantized"]


def test_it_shows_as_a_table():
    found = diagnose(net(), X, validation)
    head, rule, first, *_ = repr(found).splitlines()
    assert head.split() == ["step", "question", "measured", "verdict"] and set(rule) == {"─"}
    column = head.index("measured")
    assert first[column:].startswith("0.955 → 0.955") and repr(found).endswith(found.advice[-1])
    assert ">0.955 → 0.955</td>" in found._repr_html_() and "<th" in found._repr_html_()
    assert "&lt;b&gt;" in Diagnosis(cause="<b>")._repr_html_()


def test_bad_input_is_refused_by_name():
    with pytest.raises(TypeError, match="evaluate must be a function of a model, got int"):
        diagnose(net(), X, 3)
    with pytest.raises(ValueError, match="evaluate must return a finite number, got nan for the network that is model"):
        diagnose(net(), X, lambda model: float("nan"))
    with pytest.raises(ValueError, match="weight_bits"):
        diagnose(net(), X, validation, weight_bits=1)
