import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune
from unseen import GPT2

from edukit.measure import count_macs, size_bytes
from edukit.pruning.weights.mask import magnitude_mask, two_four_mask
from edukit.pruning.weights.model_masks import (
    apply_masks,
    layer_weights,
    magnitude_masks,
    n_m_masks,
    prune_model,
    score_masks,
    write_zeros,
)


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(32, 10))


def zeros(model):
    return [int((w == 0).sum()) for w in layer_weights(model).values()]


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


def test_each_row_gives_the_same_share_of_its_own_smallest():
    masks = magnitude_masks(network(), 0.5, scope="row")
    for name, w in layer_weights(network()).items():
        rows, stays = w.flatten(1), masks[name].flatten(1)
        by_hand = np.stack([magnitude_mask(row.numpy(), 0.5) for row in rows])
        assert np.array_equal(stays.numpy(), by_hand)


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
    with pytest.warns(UserWarning, match="^e.weight stay whole") as warned:
        pruned = prune_model(model, 0.5)
    assert warned[0].filename == __file__  # the line of the caller, not of a decorator
    same = {n for n, p in pruned.named_parameters() if torch.equal(p, model.get_parameter(n))}
    assert {n for n, _ in model.named_parameters()} - same == {"a.in_proj_weight", "a.out_proj.weight"}


def test_a_shared_weight_is_counted_once():
    model = network()
    assert list(layer_weights(nn.Sequential(model, model[0]))) == ["0.0.weight", "0.4.weight"]


def test_masks_are_those_of_single_layers_or_of_one_ranking():
    model = network()
    for name, mask in magnitude_masks(model, 0.3).items():
        assert torch.equal(mask, magnitude_mask(model.get_parameter(name), 0.3))
    together = torch.cat([w.abs().flatten() for w in layer_weights(model).values()])
    stays = torch.cat([mask.flatten() for mask in magnitude_masks(model, 0.3, scope="global").values()])
    assert (~stays).sum() == round(0.3 * 536) and together[~stays].max() <= together[stays].min()


def test_scores_may_be_negative_and_the_lowest_go():
    scores = {"a": torch.tensor([[-3.0, 2.0], [0.0, 1.0]]), "b": torch.tensor([-9.0, 5.0])}
    assert score_masks(scores, 0.5)["a"].tolist() == [[False, True], [False, True]]
    assert score_masks(scores, 0.5, scope="global")["b"].tolist() == [False, True]
    assert score_masks(scores, 0.5, scope="global")["a"].tolist() == [[False, True], [False, True]]


def test_n_m_masks_follow_the_inputs_of_each_output_and_leave_out_what_does_not_fit():
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 3), nn.Flatten(), nn.Linear(16, 4))
    masks = n_m_masks(model, 2, 4)
    assert list(masks) == ["1.weight", "3.weight"]  # 27 inputs are no multiple of 4
    assert torch.equal(masks["1.weight"].reshape(4, -1), two_four_mask(model[1].weight.reshape(4, -1)))
    assert (apply_masks(model, masks)[3].weight.reshape(4, -1, 4) != 0).sum(2).max() <= 2


def test_applying_masks_copies_and_writing_zeros_does_not():
    model, masks = network(), magnitude_masks(network(), 0.5)
    before = copy.deepcopy(model.state_dict())
    masked = apply_masks(model, masks)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    write_zeros(model, masks)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), masked.parameters(), strict=True))


def test_zeros_alone_save_neither_work_nor_bytes():
    """The "speed-up" from masks in an article: the same operations on the same number of bytes, some of them 0."""
    model = network()
    pruned = prune_model(model, 0.9)
    assert count_macs(pruned, (3, 4, 4)) == count_macs(model, (3, 4, 4))
    assert size_bytes(pruned) == size_bytes(model)


@pytest.mark.parametrize("call, message", [
    (lambda: prune_model(network(), -0.1), "sparsity must be 0 to below 1"),
    (lambda: prune_model(network(), 1.0), "sparsity must be 0 to below 1"),
    (lambda: magnitude_masks(network(), np.nan), "sparsity must be 0 to below 1"),
    (lambda: prune_model(network(), 0.5, scope="model"), "scope must be"),
    (lambda: prune_model(nn.ReLU(), 0.5), "model has no convolution or linear layer"),
    (lambda: n_m_masks(network(), 4, 2), "n and m must be"),
    (lambda: n_m_masks(nn.Linear(3, 3), 2, 4), "model has no layer whose number of inputs is a multiple of 4"),
    (lambda: apply_masks(network(), {"9.weight": torch.ones(3).bool()}), "masks must name parameters of the model"),
    (lambda: apply_masks(network(), {"0.weight": torch.ones(8).bool()}), r"masks: 0.weight must hold .*\(8, 3, 3, 3\)"),
    (lambda: apply_masks(network(), {"0.bias": torch.ones(8)}), "masks: 0.bias must hold truth values"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_nan_weights_of_a_model_are_named():
    model = network()
    model[4].weight.data[0, 0] = np.nan
    with pytest.raises(ValueError, match="model: 4.weight holds NaN"):
        prune_model(model, 0.5)


def weight_norm_of_today(layer):
    return nn.utils.parametrizations.weight_norm(layer)


def pruned_by_torch(layer):
    return nn.utils.prune.l1_unstructured(layer, "weight", 0.5)


@pytest.mark.parametrize("make, said", [
    (weight_norm_of_today, "WeightNorm"),
    (nn.utils.parametrizations.spectral_norm, "SpectralNorm"),
    (pruned_by_torch, "a hook on weight_orig"),
])  # fmt: skip
def test_a_weight_that_is_computed_is_stored_and_pruned_and_has_no_mask_of_its_own(make, said):
    net = nn.Sequential(nn.Linear(4, 4), make(nn.Linear(4, 4))).eval()
    pruned = prune_model(net, 0.5)
    assert type(pruned[1].weight) is nn.Parameter and (pruned[1].weight == 0).sum() == 8
    stays = pruned[1].weight != 0
    assert torch.equal(pruned[1].weight[stays], net[1].weight[stays])
    with pytest.raises(ValueError, match=f"^model: 1.weight is computed in each call, by {said}; make it a parameter"):
        magnitude_masks(net, 0.5)


@pytest.mark.parametrize("make", [nn.LSTM, nn.GRU, nn.RNN, nn.LSTMCell, nn.GRUCell])
@pytest.mark.parametrize("scope", ["layer", "global"])
def test_recurrent_layers_are_pruned(make, scope):
    torch.manual_seed(0)
    net = make(8, 16)
    pruned = prune_model(net, 0.5, scope=scope)
    weights = {name: p for name, p in pruned.named_parameters() if p.ndim > 1}
    assert sum(int((p == 0).sum()) for p in weights.values()) == sum(p.numel() for p in weights.values()) // 2
    assert all(not (p == 0).any() for p in net.parameters())
    x = torch.rand(3, 8)
    assert not torch.equal(pruned(x)[0], net(x)[0])


def test_what_stays_whole_is_named():
    net = nn.Sequential(nn.Embedding(10, 8), nn.Linear(8, 4))
    with pytest.warns(UserWarning, match="^0.weight stay whole: sparsity 0.5 is that of the other layers"):
        pruned = prune_model(net, 0.5)
    assert torch.equal(pruned[0].weight, net[0].weight)


@pytest.mark.parametrize("model", [None, [nn.Linear(2, 2)], {"weight": torch.ones(2, 2)}])
@pytest.mark.parametrize("call", [
    lambda model: prune_model(model, 0.5),
    lambda model: magnitude_masks(model, 0.5),
    lambda model: apply_masks(model, {}),
])  # fmt: skip
def test_what_is_no_model_is_refused(call, model):
    with pytest.raises(TypeError, match="^model must be a torch.nn.Module"):
        call(model)


def test_with_an_example_products_with_a_stored_matrix_are_layers():
    net, ids = GPT2(), torch.randint(100, (2, 5), generator=torch.Generator().manual_seed(1))
    pruned = prune_model(net, 0.5, example=ids)
    sparse = {name for name, p in pruned.named_parameters() if p.ndim > 1 and (p == 0).float().mean() == 0.5}
    assert sparse == {name for name, p in net.named_parameters() if p.ndim > 1} - {"wpe.weight"}
    assert pruned.lm_head.weight is pruned.wte.weight
    with pytest.warns(UserWarning, match="with an example, products such as x @ W are found"):
        prune_model(net, 0.5)
