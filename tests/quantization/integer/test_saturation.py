"""Overflow: 16 bits hold no pair of full-range products, 7-bit weights are safe; what it costs a real layer."""

import itertools

import numpy as np
import pytest
import torch

from edukit.data import digits
from edukit.networks import trained
from edukit.quantization import choose_qparams, fold_batchnorm, min_max, quantize
from edukit.quantization.integer.layers import accumulate_linear
from edukit.quantization.integer.saturation import lost_by_pairs, pair_saturated, products_that_fit, wrap

rng = np.random.default_rng(0)


def by_hand(x, w):
    """Pair after pair, in Python."""
    total = 0
    for i in range(0, len(x), 2):
        pair = sum(int(a) * int(b) for a, b in zip(x[i : i + 2], w[i : i + 2], strict=True))
        total += min(max(pair, -(2**15)), 2**15 - 1)
    return total


@pytest.mark.parametrize("inside", [1, 2, 3, 8, 31])
def test_equals_a_loop(inside):
    q_x, q_w = rng.integers(0, 256, (6, inside)), rng.integers(-128, 128, (5, inside))
    got = pair_saturated(q_x, q_w)
    assert got.tolist() == [[by_hand(x, w) for w in q_w] for x in q_x]
    assert np.array_equal(accumulate_linear(q_x, q_w) - lost_by_pairs(q_x, q_w), got)
    batch = pair_saturated(q_x.reshape(2, 3, inside), q_w)
    assert np.array_equal(batch.reshape(6, 5), got)


def test_the_zero_point_is_taken_off_behind_the_pairs():
    q_x, q_w = rng.integers(0, 256, (4, 8)), rng.integers(-128, 128, (3, 8))
    assert np.array_equal(pair_saturated(q_x, q_w, 37), pair_saturated(q_x, q_w) - 37 * q_w.sum(1))


def test_the_worst_pairs_lose_what_the_bound_says():
    worst = np.array([[255, 255]])
    assert lost_by_pairs(worst, np.array([[-128, -128], [127, 127]])).tolist() == [[-32_512, 32_003]]
    q_x, q_w = rng.integers(0, 256, (300, 2)), rng.integers(-128, 128, (300, 2))
    assert abs(lost_by_pairs(q_x, q_w)).max() <= 32_512


def test_weights_of_7_bits_are_safe():
    """The theorem, 255 · 64 · 2 = 32,640 <= 32,767; its corners; a random search; and 65 is one too many."""
    assert products_that_fit(255, 64, bits=16) == 2 and products_that_fit(255, 65, bits=16) == 1
    assert not lost_by_pairs(*_all_corners(64)).any()
    q_x, q_w = rng.integers(0, 256, (500, 64)), rng.integers(-64, 65, (500, 64))
    q_x[::2], q_w[::2] = 255 * (q_x[::2] > 99), 64 * np.sign(q_w[::2])
    assert not lost_by_pairs(q_x, q_w).any()
    assert lost_by_pairs(*_all_corners(65)).any()


def _all_corners(limit):
    return np.array(list(itertools.product((0, 255), repeat=2))), np.array(
        list(itertools.product((-limit, limit), repeat=2))
    )


def test_room_in_32_bits():
    """66,311 products of the largest codes fit, and one more does not; the accumulator of the package wraps there."""
    n = products_that_fit()
    assert n == 66_311 == (2**31 - 1) // (255 * 127)
    x, w = np.full((1, n + 1), 255), np.full((1, n + 1), 127)
    assert accumulate_linear(x[:, 1:], w[:, 1:]).item() == n * 255 * 127 < 2**31
    assert accumulate_linear(x, w).item() == (n + 1) * 255 * 127 - 2**32


@pytest.mark.parametrize("bits, dtype", [(8, np.int8), (16, np.int16), (32, np.int32)])
def test_wrapping_is_what_a_cast_does(bits, dtype):
    q = np.concatenate(
        [rng.integers(-(2**40), 2**40, 500), [0, 2 ** (bits - 1) - 1, 2 ** (bits - 1), -(2 ** (bits - 1)) - 1]]
    )
    assert np.array_equal(wrap(q, bits), q.astype(dtype))
    assert wrap(np.array([7, 8, -9]), 4).tolist() == [7, -8, 7]


@pytest.mark.parametrize("seed", range(3))
def test_per_channel_is_worse_than_per_tensor_where_pairs_saturate(seed):
    """As suspected in onnxruntime#6545, on the first layer of our nets: channels that use all codes lose more."""
    conv = fold_batchnorm(trained("digits_residual", seed)).stem[0]
    images = torch.from_numpy(digits().calibration.x[:64])
    rows = torch.nn.functional.unfold(images, 3, padding=1, stride=2).transpose(1, 2).flatten(0, 1).numpy()
    w = conv.weight.detach().flatten(1).numpy()
    exact, error = rows @ w.T, {}
    x_grid = choose_qparams(*min_max(rows), signed=False)
    q_x = quantize(rows, x_grid)
    for bits, axis in itertools.product((8, 7), (None, 0)):
        w_grid = choose_qparams(*min_max(w, axis), bits, symmetric=True)
        y = pair_saturated(q_x, quantize(w, w_grid), int(x_grid.zero_point)) * x_grid.scale * w_grid.scale.ravel()
        error[bits, axis] = np.linalg.norm(y - exact) / np.linalg.norm(exact)
    assert error[8, 0] > error[8, None] > error[7, None] > error[7, 0]
    assert error[8, 0] > 5 * error[7, 0]


def test_codes_that_do_not_fit_are_refused():
    good = np.array([[1, 2]])
    for q_x, q_w, name in (
        ([[-1, 2]], good, "q_x"),
        ([[256, 2]], good, "q_x"),
        (good, [[128, 0]], "q_w"),
        (good, [[1]], "q_x"),
    ):
        with pytest.raises(ValueError, match=name):
            pair_saturated(np.array(q_x), np.array(q_w))
    for arguments in ((0, 127), (255, 0), (255, 1.5)):
        with pytest.raises(ValueError, match="_limit"):
            products_that_fit(*arguments)
    with pytest.raises(ValueError, match="bits"):
        wrap(good, 1)
    with pytest.raises(TypeError, match="q_x"):
        pair_saturated(good * 1.0, good)
