import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from edukit.pruning.score import METHODS, filter_scores

OF_WEIGHTS = [method for method in METHODS if method != "random"]
SHAPES = [(1, 1), (5, 3), (8, 3, 3, 3), (16, 1, 3, 3)]


def weights(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_l2_is_at_most_l1_and_l1_at_most_root_n_times_l2(shape):
    w = weights(shape)
    l1, l2 = filter_scores(w), filter_scores(w, "l2")
    slack = 1 + 1e-12  # float64 rounding of a sum
    assert np.all(l2 <= l1 * slack) and np.all(l1 <= np.sqrt(w[0].size) * l2 * slack)


@pytest.mark.parametrize("method", OF_WEIGHTS)
def test_scores_follow_the_filters_when_these_change_places_or_size(method):
    w = weights((8, 3, 3, 3))
    order = np.random.default_rng(1).permutation(8)
    assert np.allclose(filter_scores(w[order], method), filter_scores(w, method)[order])
    assert np.allclose(filter_scores(-2 * w, method), 2 * filter_scores(w, method))


def test_the_geometric_median_does_not_fall_back_to_l1():
    """Far from 0, a filter in the middle of the others is the most replaceable one; L1 sees only its size."""
    w = np.array([[10.0, 10.0], [8.0, 10.0], [12.0, 10.0], [10.0, 9.0], [10.0, 12.0]])
    assert filter_scores(w, "geometric_median").argmin() == 0
    assert filter_scores(w, "l1").argmin() == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_equal_numpy_norms_and_torch_distances(shape):
    w = torch.from_numpy(weights(shape))
    flat = w.flatten(1)
    assert torch.allclose(filter_scores(w), torch.linalg.vector_norm(flat, 1, dim=1))
    assert torch.allclose(filter_scores(w, "l2"), torch.linalg.vector_norm(flat, 2, dim=1))
    assert torch.allclose(filter_scores(w, "geometric_median"), torch.cdist(flat, flat).sum(1), atol=1e-6)  # cdist: mm


@pytest.mark.parametrize("method, norm", [("l1", 1), ("l2", 2)])
def test_the_lowest_scores_are_the_filters_that_torch_prunes(method, norm):
    conv = nn.Conv2d(4, 10, 3)
    conv.weight.data = torch.from_numpy(weights((10, 4, 3, 3), seed=2)).float()
    scores = filter_scores(conv.weight, method)
    prune.ln_structured(conv, "weight", amount=4, n=norm, dim=0)
    gone = [i for i in range(10) if not conv.weight_mask[i].any()]
    assert sorted(scores.argsort()[:4].tolist()) == gone


@pytest.mark.parametrize("method", METHODS)
def test_numpy_gives_numpy_and_torch_gives_torch(method):
    w = weights((6, 5)).astype(np.float32)
    ours, theirs = filter_scores(w, method), filter_scores(nn.Parameter(torch.from_numpy(w)), method)
    assert isinstance(ours, np.ndarray) and isinstance(theirs, torch.Tensor) and not theirs.requires_grad
    assert np.allclose(ours, theirs.numpy(), rtol=1e-5)  # float32, two orders of adding


def test_whole_numbers_and_one_filter_have_scores():
    assert filter_scores(np.array([[3, -4]]), "l2").tolist() == [5.0]
    assert filter_scores(torch.tensor([[3, -4]]), "geometric_median").tolist() == [0.0]


REFUSED = [([[1.0, np.nan]], "NaN"), ([[np.inf]], "infinity"), ([], "shape"), (1.0, "shape")]


@pytest.mark.parametrize("w, message", REFUSED)
def test_weights_without_a_score_are_refused(w, message):
    with pytest.raises(ValueError, match=f"^w .*{message}"):
        filter_scores(np.array(w))


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="method must be one of l1, l2, geometric_median, random, got 'L1'"):
        filter_scores(np.ones((2, 2)), "L1")


def test_a_lot_is_drawn_by_its_seed_and_looks_at_no_weight():
    one, other = weights((9, 4)), weights((9, 4), seed=1)
    drawn = filter_scores(one, "random", seed=3)
    assert (drawn == filter_scores(other, "random", seed=3)).all()
    assert (drawn != filter_scores(one, "random", seed=4)).any()
    assert drawn.shape == (9,) and len(set(drawn)) == 9


@pytest.mark.parametrize("type", [np.int8, np.int16, np.float16, np.uint8])
@pytest.mark.parametrize("method", ["l1", "l2", "geometric_median"])
def test_small_types_give_the_scores_of_wide_ones(type, method):
    """-128 has no absolute value in int8, and 300² none in float16."""
    w = np.array([[-128, 100], [3, 1], [120, 120]]).astype(type)
    expected = filter_scores(w.astype(np.float64), method)
    np.testing.assert_allclose(filter_scores(w, method), expected, rtol=1e-6)
    np.testing.assert_allclose(filter_scores(torch.from_numpy(w), method), expected, rtol=1e-6)
    assert np.isfinite(filter_scores(np.float16([[300], [3]]), method)).all()


@pytest.mark.parametrize("w", [np.array([[True, False]]), torch.tensor([[True]]), np.array([[1j]]), None, "w"])
def test_what_holds_no_real_numbers_is_refused_by_name(w):
    with pytest.raises(TypeError, match="^w must hold real numbers"):
        filter_scores(w)
