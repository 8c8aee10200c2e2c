"""What is passed on is shown: no public function hides its options behind **."""

import inspect

import pytest

import edukit
from edukit.distillation import distill
from edukit.pruning import fine_tune, shrink_gradually
from edukit.quantization import diagnose, layer_errors, quantize_model, sensitivity
from edukit.signatures import passes_on
from edukit.training import Recipe, fit


def parameters(function):
    return inspect.signature(function).parameters


@pytest.mark.parametrize("function", [fit, distill, fine_tune, shrink_gradually])
def test_training_shows_the_fields_of_the_recipe(function):
    assert parameters(Recipe).keys() <= parameters(function).keys()
    assert parameters(function)["learning_rate"].default == Recipe().learning_rate


@pytest.mark.parametrize("function", [diagnose, layer_errors, sensitivity])
def test_quantization_shows_the_options_of_quantize_model(function):
    shown, options = parameters(function), parameters(quantize_model)
    assert {"calibrator", "per_channel", "rounding"} <= shown.keys()
    same = options.keys() & shown.keys() - {"model", "rounding"}
    assert all(shown[name].default == options[name].default for name in same)
    # one layer at a time: codes that make good for the layers before would be measured where these are exact
    assert shown["rounding"].default == (None if function is diagnose else "nearest")


def test_a_default_of_its_own_is_shown():
    assert parameters(distill)["progress"].default == "distilling"
    assert parameters(fine_tune)["progress"].default == "fine-tuning"


@pytest.mark.parametrize("room", ["training", "quantization", "pruning", "distillation", "measure", "deployment"])
def test_no_public_function_hides_what_it_takes(room):
    room = getattr(edukit, room)
    public = [getattr(room, name) for name in getattr(room, "__all__", dir(room))]
    for function in filter(inspect.isfunction, public):
        assert not [p for p in parameters(function).values() if p.kind is p.VAR_KEYWORD], function


def test_names_that_the_function_has_itself_are_not_repeated():
    @passes_on(lambda x, *, scale=1, shift=0: x, scale=2)
    def moved(x, *, shift=5, **how): ...

    assert str(inspect.signature(moved)) == "(x, *, shift=5, scale=2)"
