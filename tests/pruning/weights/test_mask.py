import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from edukit.pruning.weights.mask import magnitude_mask, n_m_mask, random_mask, threshold_mask, two_four_mask

SPARSITIES = [0, 0.1, 0.5, 0.75, 1]


def weights(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


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


@pytest.mark.parametrize("n, m", [(1, 2), (2, 4), (1, 4), (3, 4), (4, 8), (3, 3)])
def test_n_of_every_m_stay_and_no_other_such_mask_changes_the_weights_less(n, m):
    w = weights((3, 24), seed=n)
    groups, stays = np.abs(w).reshape(-1, m), n_m_mask(w, n, m).reshape(-1, m)
    assert (stays.sum(1) == n).all()
    lost = np.linalg.norm(groups * ~stays)
    for seed in range(10):
        order = np.random.default_rng(seed).permuted(np.tile(np.arange(m), (len(groups), 1)), axis=1)
        assert lost <= np.linalg.norm(groups * (order >= n)) + 1e-9


def test_two_four_is_the_case_2_4():
    w = weights((5, 16))
    assert (two_four_mask(w) == n_m_mask(w, 2, 4)).all()


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


@pytest.mark.parametrize("call, name", [
    (lambda: threshold_mask(np.ones(2), -1), "threshold"),
    (lambda: threshold_mask(np.ones(2), np.nan), "threshold"),
    (lambda: threshold_mask(np.array([np.nan]), 1), "w"),
    (lambda: magnitude_mask(torch.tensor([np.inf]), 0.5), "w"),
    (lambda: two_four_mask(np.ones((4, 3, 3))), "w"),
    (lambda: n_m_mask(np.ones(8), 3, 5), "w"),
    (lambda: n_m_mask(np.ones(8), 0, 4), "n and m"),
    (lambda: n_m_mask(np.ones(8), 5, 4), "n and m"),
    (lambda: n_m_mask(np.ones(8), 1.0, 4), "n and m"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name} "):
        call()


def test_the_worked_example_has_four_zeros():
    """θ = 0.3; the article that prints this matrix counts three."""
    w = np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.2], [-0.4, 0.1, 0.6]])
    assert (w * threshold_mask(w, 0.3)).tolist() == [[0, 0, 0.5], [0.3, 0.7, 0], [-0.4, 0, 0.6]]
    assert (~threshold_mask(w, 0.3)).sum() == 4


@pytest.mark.parametrize("make", [np.int8, lambda w: torch.tensor(w, dtype=torch.int8)])
def test_the_smallest_number_of_a_type_is_the_largest_weight(make):
    """-128 has no absolute value in int8."""
    w = make([-128, 1, 2, 3])
    assert magnitude_mask(w, 0.5).tolist() == two_four_mask(w).tolist() == [True, False, False, True]
    assert threshold_mask(w, 3).tolist() == [True, False, False, True]


def test_truth_values_are_refused_and_numpys_whole_numbers_are_not():
    for mask in (lambda w: magnitude_mask(w, 0.5), two_four_mask, lambda w: threshold_mask(w, 1)):
        with pytest.raises(TypeError, match="^w must hold real numbers, got bool"):
            mask(np.array([True, False, True, True]))
    assert n_m_mask(np.ones(4), np.int64(2), np.int64(4)).sum() == 2
