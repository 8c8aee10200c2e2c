"""Hostile calls: nearly all are right or refused by the argument's name, none is silently wrong, none runs for long."""

import hostile
import pytest

QUICK = ("measure.", "networks.", "pruning.magnitude_mask", "pruning.threshold", "detection.", "distillation.kd_loss")
QUICK += ("quantization.QParams", "quantization.quantize", "quantization.dequantize", "quantization.min_max", "data.")
SLOW = ("quantization.quantize_", "networks.trained", "detection.trained", "data.fashion", "measure.size")
FAST = [name for name in hostile.FUNCTIONS if name.startswith(QUICK) and not name.startswith(SLOW)]


@pytest.mark.parametrize("name", hostile.FUNCTIONS)
def test_each_argument_that_is_spoiled_belongs_to_the_function(name):
    import inspect

    signature = inspect.signature(hostile.function_of(name))
    assert hostile.CALLS[name].keys() <= signature.parameters.keys()


def test_a_sample_of_hostile_calls_is_right_or_refused_by_name():
    found = [hostile.outcome(*case) for case in hostile.sample(800, 0, FAST)]
    figures = hostile.figures(found)
    wrong = [o for o in found if o.kind not in ("right", "clear")]
    assert figures["right"] + figures["clear"] >= 0.97 * len(found), wrong
    assert not figures["silent"] and not figures["slow"], wrong


def test_what_is_wrong_is_found_out(monkeypatch):
    monkeypatch.setitem(hostile.CALLS, "training.one_cycle", {"t": 0.5})
    monkeypatch.setattr(hostile, "function_of", lambda name: lambda t: t)
    assert hostile.outcome("training.one_cycle", "t", "text").kind == "silent"
    monkeypatch.setattr(hostile, "function_of", lambda name: lambda t: t + 1)
    assert hostile.outcome("training.one_cycle", "t", "text").kind == "obscure"
    assert hostile.outcome("training.one_cycle", "t", "0.3").kind == "right"
