import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from edukit.pruning.mask import layer_weights, magnitude_mask, prune_model, random_mask, threshold_mask, two_four_mask

SPARSITIES = [0, 0.1, 0.5, 0.75, 1]


def weights(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(32, 10))


def zeros(model):
    return [int((w == 0).sum()) for w in layer_weights(model)]


@pytest.mark.parametrize("mask", [magnitude_mask, random_mask])
@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_exactly_the_rounded_share_goes(mask, sparsity):
    w = weights((7, 3, 3))
    assert (~mask(w, sparsity)).sum() == round(sparsity * 63)
    assert (~mask(np.ones(63), sparsity)).sum() == round(sparsity * 63)  # all equal: counted, not compared


def test_nothing_that_stays_is_smaller_than_what_goes():
    w = weights((20, 30))
    stays = magnitude_mask(w, 0.4)
    assert np.abs(w[~stays]).max() <= np.abs(w[stays]).min()


def test_no_other_mask_with_as_many_zeros_changes_the_weights_less():
    w = weights((10, 10))
    best = np.linalg.norm(w * ~magnitude_mask(w, 0.3))
    others = [np.linalg.norm(w * ~random_mask(w, 0.3, seed=seed)) for seed in range(20)]
    assert best < min(others)


def test_among_equals_the_first_go():
    assert magnitude_mask(np.array([1, -1, 1, -1]), 0.5).tolist() == [False, False, True, True]
    assert magnitude_mask(torch.ones(1000), 0.5).sum() == magnitude_mask(torch.ones(1000), 0.5)[500:].sum()


def test_two_of_every_four_stay_the_two_largest():
    w = weights((6, 5, 8))
    fours, stays = np.abs(w).reshape(-1, 4), two_four_mask(w).reshape(-1, 4)
    assert (stays.sum(1) == 2).all()
    assert (np.where(stays, fours, np.inf).min(1) >= np.where(stays, 0, fours).max(1)).all()
    assert two_four_mask(np.ones(4)).tolist() == [False, False, True, True]


def test_a_lot_is_drawn_by_its_seed():
    w = weights((8, 8))
    assert (random_mask(w, 0.5, seed=1) == random_mask(w, 0.5, seed=1)).all()
    assert (random_mask(w, 0.5, seed=1) != random_mask(w, 0.5, seed=2)).any()


@pytest.mark.parametrize("sparsity", SPARSITIES)
def test_magnitude_equals_torch_l1_unstructured(sparsity):
    layer = nn.Linear(30, 20)
    layer.weight.data = torch.from_numpy(weights((20, 30)))
    ours = magnitude_mask(layer.weight, sparsity)
    prune.l1_unstructured(layer, "weight", amount=float(sparsity))
    assert torch.equal(ours, layer.weight_mask.bool())


@pytest.mark.parametrize("scope", ["layer", "global"])
def test_a_pruned_model_equals_torch(scope):
    ours, oracle = prune_model(network(), 0.6, scope=scope), network()
    layers = [(oracle[0], "weight"), (oracle[4], "weight")]
    if scope == "global":
        prune.global_unstructured(layers, pruning_method=prune.L1Unstructured, amount=0.6)
    else:
        for layer, name in layers:
            prune.l1_unstructured(layer, name, amount=0.6)
    x = torch.rand(2, 3, 4, 4)
    assert torch.equal(ours[0].weight, oracle[0].weight) and torch.equal(ours[4].weight, oracle[4].weight)
    assert torch.equal(ours.eval()(x), oracle.eval()(x))


@pytest.mark.parametrize("scope", ["layer", "global"])
def test_repeating_reaches_the_sparsity_and_does_not_compound(scope):
    once = prune_model(network(), 0.5, scope=scope)
    twice = prune_model(once, 0.5, scope=scope)
    assert sum(zeros(once)) == (216 + 320) // 2
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), twice.parameters(), strict=True))


def test_in_steps_the_end_is_the_target_in_the_original_places():
    model = network()
    for sparsity in (0.1, 0.2, 0.3, 0.4, 0.5):
        model = prune_model(model, sparsity)
    direct = prune_model(network(), 0.5)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), direct.parameters(), strict=True))


def test_the_model_that_was_given_is_not_pruned():
    model = network().train()
    before = copy.deepcopy(model.state_dict())
    pruned = prune_model(model, 0.9)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert pruned.training and all(p.requires_grad for p in pruned.parameters())
    assert zeros(model) == [0, 0] and zeros(pruned) == [round(0.9 * 216), round(0.9 * 320)]


def test_biases_norms_and_embeddings_stay():
    model = nn.ModuleDict({"e": nn.Embedding(5, 4), "a": nn.MultiheadAttention(4, 2), "n": nn.LayerNorm(4)})
    pruned = prune_model(model, 0.5)
    same = {n for n, p in pruned.named_parameters() if torch.equal(p, model.get_parameter(n))}
    assert {n for n, _ in model.named_parameters()} - same == {"a.in_proj_weight", "a.out_proj.weight"}


def test_a_shared_weight_is_counted_once():
    model = network()
    assert len(layer_weights(nn.Sequential(model, model[0]))) == 2


MASKS = {
    "threshold": lambda w: threshold_mask(w, 0.5),
    "magnitude": lambda w: magnitude_mask(w, 0.5),
    "random": lambda w: random_mask(w, 0.5),
    "2:4": two_four_mask,
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS.keys())
def test_numpy_and_torch_agree_and_the_weights_are_untouched(mask):
    w = weights((6, 8))
    before = w.copy()
    ours, theirs = mask(w), mask(nn.Parameter(torch.from_numpy(w)))
    assert ours.dtype == bool and theirs.dtype == torch.bool and ours.shape == tuple(theirs.shape) == w.shape
    assert (ours == theirs.numpy()).all() and (w == before).all()


def test_an_empty_array_has_an_empty_mask():
    for mask in MASKS.values():
        assert mask(np.ones((0, 4))).shape == (0, 4)


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_a_share_outside_0_to_1_is_refused(bad):
    for call in (magnitude_mask, random_mask):
        with pytest.raises(ValueError, match="sparsity"):
            call(np.ones(4), bad)
    with pytest.raises(ValueError, match="sparsity"):
        prune_model(network(), bad)
    with pytest.raises(ValueError, match="sparsity"):
        prune_model(network(), 1.0)


@pytest.mark.parametrize("call, name", [
    (lambda: threshold_mask(np.ones(2), -1), "threshold"),
    (lambda: threshold_mask(np.ones(2), np.nan), "threshold"),
    (lambda: threshold_mask(np.array([np.nan]), 1), "w"),
    (lambda: magnitude_mask(torch.tensor([np.inf]), 0.5), "w"),
    (lambda: two_four_mask(np.ones((4, 3, 3))), "w"),
    (lambda: prune_model(network(), 0.5, scope="model"), "scope"),
    (lambda: prune_model(nn.ReLU(), 0.5), "model"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name} "):
        call()


def test_nan_weights_of_a_model_are_named():
    model = network()
    model[4].weight.data[0, 0] = np.nan
    with pytest.raises(ValueError, match="model: 4.weight holds NaN"):
        prune_model(model, 0.5)


def test_the_worked_example_has_four_zeros():
    """θ = 0.3; the article that prints this matrix counts three."""
    w = np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.2], [-0.4, 0.1, 0.6]])
    assert (w * threshold_mask(w, 0.3)).tolist() == [[0, 0, 0.5], [0.3, 0.7, 0], [-0.4, 0, 0.6]]
    assert (~threshold_mask(w, 0.3)).sum() == 4
