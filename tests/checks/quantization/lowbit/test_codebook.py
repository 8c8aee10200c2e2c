"""Right answers on codebooks in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check
from edukit.quantization.lowbit.codebook import kmeans


def learner_step(w, centroids):
    """Weight by weight, in plain Python."""
    codes = [min(range(len(centroids)), key=lambda k: (float(x) - float(centroids[k])) ** 2) for x in w]
    own = [[float(x) for x, code in zip(w, codes, strict=True) if code == k] for k in range(len(centroids))]
    return codes, [sum(part) / len(part) if part else float(c) for part, c in zip(own, centroids, strict=True)]


def learner_counts(w, centroids):
    codes = ((w[None] - centroids[:, None]) ** 2).argmin(0)
    count = np.bincount(codes, minlength=len(centroids))
    return codes, np.where(count > 0, np.bincount(codes, w, len(centroids)) / np.maximum(count, 1), centroids)


@pytest.mark.parametrize("answer", [learner_step, learner_counts])
def test_other_right_ways_to_write_it_pass(answer):
    assert check.kmeans_step(answer), check.kmeans_step(answer)


def test_a_mistake_is_recognised_in_other_clothes():
    def guardless(w, centroids):
        codes = np.abs(w[:, None] - centroids).argmin(1)
        return codes, np.array([w[codes == k].sum() / max(1, (codes == k).sum()) for k in range(len(centroids))])

    assert "went to 0" in check.kmeans_step(guardless).line
    assert "two arrays" in check.kmeans_step(lambda w, centroids: np.abs(w[:, None] - centroids).argmin(1)).line
    assert not check.kmeans_step(lambda w, centroids: (np.abs(w[:, None] - centroids).argmin(0), centroids))


def test_steps_one_after_the_other_end_where_kmeans_ends():
    w = np.random.default_rng(0).normal(size=400)
    centroids = np.linspace(w.min(), w.max(), 8)
    for _ in range(200):
        codes, centroids = check.kmeans_step.solve(w, centroids)
    book = kmeans(w, 8)
    np.testing.assert_allclose(centroids, book.centroids, rtol=1e-6)
    assert np.array_equal(codes, book.codes)


def test_the_first_question_can_be_followed_by_hand():
    w, centroids = check.kmeans_step.questions[0]
    codes, moved = check.kmeans_step.solve(w, centroids)
    assert codes.tolist() == [0, 0, 1, 1, 1] and moved.tolist() == pytest.approx([0.05, 1.1])


def test_codes_are_whole_numbers_of_an_integer_type():
    def as_floats(w, centroids):
        codes, moved = check.kmeans_step.solve(w, centroids)
        return codes.astype(float), moved

    assert not check.kmeans_step(as_floats)
