"""Right answers on one bit in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import quantization as check


def learner_binarize(w):
    """Row by row, in plain Python, with another float type and integer signs."""
    rows = w.reshape(len(w), -1)
    alpha = [sum(abs(float(v)) for v in row) / len(row) for row in rows]
    return np.reshape(alpha, (-1, *[1] * (w.ndim - 1))), 2 * (w >= 0).astype(int) - 1


def learner_gradient(x, gradient):
    return np.where((x < -1) | (x > 1), 0, gradient)


def learner_dot(a, b, n):
    """The xnor way, with the padding taken off again."""
    equal = np.bitwise_count(~(a ^ b)).sum(-1).astype(int) - (64 * a.shape[-1] - n)
    return equal - (n - equal)


def learner_masked_dot(a, b, n):
    """One bit at a time, and only n of them."""
    bits = [np.unpackbits(words.view(np.uint8), axis=-1, bitorder="little")[..., :n] for words in (a, b)]
    left, right = (2 * signs.astype(int) - 1 for signs in bits)
    return (left * right).sum(-1)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.binarize, learner_binarize),
        (check.sign_gradient, learner_gradient),
        (check.binary_dot, learner_dot),
        (check.binary_dot, learner_masked_dot),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_a_mistake_is_recognised_in_other_clothes():
    zero = check.binarize(lambda w: (abs(w).mean(tuple(range(1, w.ndim)), keepdims=True), (w > 0) * 1.0 - (w < 0)))
    assert "np.sign(0) is 0" in zero.line
    dead = check.sign_gradient(lambda x, gradient: gradient * 0)
    assert "no weight ever moves" in dead.line
    padded = check.binary_dot(lambda a, b, n: n - 2 * (n - np.bitwise_count(~(a ^ b)).sum(-1, dtype=int)))
    assert "behind the n-th" in padded.line


def test_the_first_questions_are_small_enough_to_follow_by_hand():
    (w,) = check.binarize.questions[0]
    alpha, _ = check.binarize.solve(w)
    assert alpha.ravel().tolist() == pytest.approx([0.8 / 3, 2])
