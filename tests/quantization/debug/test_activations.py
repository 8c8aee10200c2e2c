"""Activations watched once: what quantize_model computes, whatever the rule; each value alone; watched anew."""

from functools import partial

import numpy as np
import pytest
import torch
from unseen import NETWORKS, followed

from edukit.quantization import kl, min_max, moving_average, mse, percentile, quantize_model
from edukit.quantization.debug.activations import Activations

RULES = {"min_max": min_max, "average": moving_average, "percentile": partial(percentile, p=99), "mse": mse, "kl": kl}
X = torch.from_numpy(np.random.default_rng(0).random((70, 3, 16, 16)).astype(np.float32))


@pytest.fixture(scope="module")
def watched():
    return Activations(followed("resnet"), X)


@pytest.mark.parametrize("name", NETWORKS)
def test_it_answers_as_quantize_model_does(name):
    net = followed(name)
    for rule, bits in ((min_max, 8), (RULES["percentile"], 3)):
        whole = quantize_model(net, X, None, bits, calibrator=rule)
        assert torch.equal(Activations(net, X).quantized(rule, bits)(X), whole(X))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_the_one_of_quantize_model(watched, name):
    whole = quantize_model(followed("resnet"), X, None, 4, calibrator=RULES[name])
    assert torch.equal(watched.quantized(RULES[name], 4)(X), whole(X))


def test_without_points_it_is_the_float_network(watched):
    # batch norm is folded into the weights, which moves last bits of float32
    assert torch.allclose(watched.quantized(points=[])(X), followed("resnet")(X), rtol=1e-4, atol=1e-5)


def test_one_point_alone_changes_the_answers_and_all_of_them_are_the_whole(watched):
    nothing, everything = watched.quantized(points=[])(X), watched.quantized(bits=3)(X)
    for name in watched.observers:
        assert not torch.equal(watched.quantized(bits=3, points=[name])(X), nothing), name
    assert torch.equal(watched.quantized(bits=3, points=watched.observers)(X), everything)


def test_watched_anew_the_ranges_change_and_the_first_ones_stay(watched):
    before = {name: observer.range() for name, observer in watched.observers.items()}
    other = watched.again(2 * X)
    assert list(other.observers) == list(before) and other.observers[next(iter(before))].range()[1] > 1
    assert {name: observer.range() for name, observer in watched.observers.items()} == before
    fresh = Activations(followed("resnet"), 2 * X).quantized(bits=4)
    assert torch.equal(other.quantized(bits=4)(X), fresh(X))


def test_bad_arguments_are_named(watched):
    with pytest.raises(ValueError, match="points names nowhere"):
        watched.quantized(points=["nowhere"])
    with pytest.raises(ValueError, match="bits"):
        watched.quantized(bits=9)
    with pytest.raises(ValueError, match="NaN or infinity"):
        watched.again(X * np.nan)
