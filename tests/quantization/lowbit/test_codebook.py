"""Codebooks: k-means against scikit-learn, the gradient of a shared value, and nets that were never seen."""

import copy

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, build

from edukit.data import digits
from edukit.pruning import prune_model
from edukit.quantization.lowbit.codebook import SharedWeights, kmeans
from edukit.training import accuracy, fit, seeded

W = np.random.default_rng(0).normal(0, 0.1, 3000)
X16 = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def squared_error(book, w=W):
    return float(((w - book.centroids.astype(np.float64)[book.codes]) ** 2).sum())


def test_more_steps_never_fit_worse():
    errors = [squared_error(kmeans(W, 8, steps=steps)) for steps in (1, 2, 3, 5, 10, 50, 300)]
    assert all(after <= before * (1 + 1e-9) for before, after in zip(errors, errors[1:], strict=False))
    assert errors[-1] < 0.9 * errors[0]


@pytest.mark.parametrize("start", ["linear", "k-means++"])
@pytest.mark.parametrize("clusters", [1, 2, 4, 16])
def test_where_it_ends_codes_are_nearest_and_values_are_means(start, clusters):
    book = kmeans(W, clusters, start=start)
    assert np.array_equal(book.codes, np.abs(W[:, None] - book.centroids.astype(np.float64)).argmin(1))
    means = [W[book.codes == k].mean() for k in range(clusters)]
    np.testing.assert_allclose(book.centroids, means, rtol=0, atol=1e-6)
    assert (np.diff(book.centroids) > 0).all()


@pytest.mark.parametrize("clusters", [2, 4, 16])
def test_equals_scikit_learn_from_the_same_start(clusters):
    start = np.linspace(W.min(), W.max(), clusters)[:, None]
    theirs = KMeans(clusters, init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=300).fit(W[:, None])
    ours = kmeans(W, clusters, steps=300)
    if clusters < 16:  # no value is ever without weights, and both take the same steps
        assert squared_error(ours) == pytest.approx(theirs.inertia_, rel=1e-4)
        np.testing.assert_allclose(ours.centroids, np.sort(theirs.cluster_centers_.ravel()), atol=1e-3)
    assert squared_error(ours) < 1.02 * theirs.inertia_


def test_ten_starts_of_k_means_plus_plus_come_as_close_as_scikit_learns_ten():
    theirs = KMeans(16, n_init=10, random_state=0).fit(W[:, None]).inertia_
    ours = [squared_error(kmeans(W, 16, start="k-means++", seed=seed)) for seed in range(10)]
    assert min(ours) < 1.02 * theirs
    assert max(ours) > 1.001 * min(ours)  # where it ends depends on where it starts


def test_the_same_seed_gives_the_same_codebook():
    one, two, other = (kmeans(W, 8, start="k-means++", seed=seed).centroids for seed in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)


@pytest.mark.parametrize("start", ["linear", "k-means++"])
@pytest.mark.parametrize("w", [np.full(5, 2.0), np.zeros((2, 3)), np.array([0.5]), np.array([1.0, 1.0, 9.0])])
def test_fewer_weights_than_values(w, start):
    book = kmeans(w, 4, start=start)
    assert np.array_equal(book.values, w.astype(np.float32)) and np.isfinite(book.centroids).all()
    assert book.codes.shape == w.shape and len(book.centroids) == 4


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (([], 4), "empty"),
        (([1, np.nan], 4), "NaN"),
        (([1.0], 0), "clusters"),
        (([1.0], 2.0), "clusters"),
    ],
)
def test_bad_input_is_named(arguments, word):
    with pytest.raises(ValueError, match=word):
        kmeans(np.array(arguments[0]), arguments[1])
    with pytest.raises(ValueError, match="start"):
        kmeans(W, 4, start="random")


def test_the_gradient_of_a_shared_value_is_the_sum_over_the_weights_that_share_it():
    """Han et al. 2015, equation 3."""
    with seeded(0):
        net, x, y = nn.Linear(20, 10), torch.rand(8, 20), torch.arange(8)
    shared = SharedWeights(net, bits=2)
    F.cross_entropy(shared(x), y).backward()
    plain = shared.plain()
    F.cross_entropy(plain(x), y).backward()
    codes = shared.codes()["weight"]
    sums = torch.stack([plain.weight.grad[codes == k].sum() for k in range(1, 5)])
    torch.testing.assert_close(shared.centroids[0].grad, sums)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_net_never_seen_shares_its_weights(name):
    model = build(name)
    before = copy.deepcopy(model.state_dict())
    shared = SharedWeights(model, bits=3).eval()
    plain = shared.plain()
    big = {name for name, w in model.named_parameters() if w.ndim > 1}
    for key, w in plain.named_parameters():
        assert len(w.unique()) <= 8 if key in big else torch.equal(w, before[key])
    with torch.no_grad():
        torch.testing.assert_close(shared(X16), plain(X16), rtol=0, atol=1e-5)
        exact = SharedWeights(model, bits=8).eval()(X16)
        assert (exact - model(X16)).abs().max() < 0.1 * (shared(X16) - model(X16)).abs().max() + 1e-4
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
    assert all(w.requires_grad for w in model.parameters()) and all(w.requires_grad for w in plain.parameters())


def test_fine_tuning_moves_the_values_and_no_code():
    """From 3 bits that lost points to most of them back; what was pruned stays 0."""
    data = digits()
    with seeded(0):
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    net = prune_model(fit(net, data.train, epochs=15, progress=None), 0.5)
    shared = SharedWeights(net, bits=2)
    tuned = fit(shared, data.train, epochs=5, learning_rate=1e-3, weight_decay=0.0, progress=None)
    assert accuracy(tuned, data.validation) > accuracy(shared, data.validation) + 0.03
    assert all(torch.equal(a, b) for a, b in zip(shared.codes().values(), tuned.codes().values(), strict=True))
    assert not torch.equal(shared.centroids[0], tuned.centroids[0])
    for name, w in tuned.weights().items():
        pruned = net.get_parameter(name) == 0
        assert not w[pruned].any() and pruned.float().mean() == pytest.approx(0.5, abs=0.01)
        assert len(w.unique()) == 4  # 0 and three values
    assert accuracy(tuned.plain(), data.validation) == accuracy(tuned, data.validation)


def test_a_layer_that_is_all_zero_stays_so():
    net = nn.Linear(4, 3)
    nn.init.zeros_(net.weight)
    assert not SharedWeights(net, bits=4).plain().weight.any()


@pytest.mark.parametrize("bits", [1, 9, 4.0, True])
def test_bits_out_of_range_are_refused(bits):
    with pytest.raises(ValueError, match="bits"):
        SharedWeights(nn.Linear(2, 2), bits)


def test_a_model_without_weights_or_with_nan_is_refused():
    with pytest.raises(ValueError, match="two axes"):
        SharedWeights(nn.BatchNorm1d(3), 4)
    net = nn.Linear(2, 2)
    net.weight.data[0, 0] = torch.nan
    with pytest.raises(ValueError, match="NaN"):
        SharedWeights(net, 4)
