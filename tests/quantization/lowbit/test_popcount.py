"""Products by counting bits: exactly those of floats, for every length, and the padding never counts."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.quantization.lowbit.binary import BinaryConv2d
from edukit.quantization.lowbit.popcount import binary_conv2d, binary_dot, binary_matmul, pack_signs

random = np.random.default_rng(0)


def signs(*shape):
    return random.choice(np.float32([-1, 1]), shape)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 577, 1000])
def test_equals_the_float_product(n):
    a, b = signs(5, n), signs(4, n)
    A, B = pack_signs(a), pack_signs(b)
    assert A.shape == (5, -(-n // 64)) and A.dtype == np.uint64
    assert np.array_equal(binary_matmul(A, B, n), a @ b.T)
    assert np.array_equal(binary_dot(A[:4], B, n), (a[:4] * b).sum(1))
    assert np.array_equal(binary_dot(A[:, None], B, n), a @ b.T)  # broadcast
    assert np.array_equal(np.diag(binary_matmul(A, A, n)), np.full(5, n))


@pytest.mark.parametrize("n", [5, 64, 100])
def test_padding_bits_do_not_count(n):
    """The well-known mistake: 2 popcount(xnor) - n is right only where no bit is padding."""
    a, b = pack_signs(signs(n)), pack_signs(signs(n))
    xnor = 2 * int(np.bitwise_count(~(a ^ b)).sum()) - n
    padding = 64 * len(a) - n
    assert xnor == binary_dot(a, b, n) + 2 * padding


def test_products_below_zero_keep_their_sign():
    a = pack_signs(np.ones(1000))
    assert binary_dot(a, pack_signs(-np.ones(1000)), 1000) == -1000
    assert binary_matmul(a[None], pack_signs(-np.ones((1, 1000))), 1000).tolist() == [[-1000]]


def test_zero_is_plus_one_and_the_first_sign_is_the_lowest_bit():
    assert pack_signs(np.array([-1.0, 0.0, -0.0, -2.0])).tolist() == [0b0110]


@pytest.mark.parametrize("n", [64, 640])
def test_bits_are_a_32nd_of_float32(n):
    x = signs(3, n)
    assert 32 * pack_signs(x).nbytes == x.nbytes


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 2)])
@pytest.mark.parametrize("channels", [1, 3, 8])
def test_conv_equals_torch_on_signs(stride, padding, channels):
    x, w = random.normal(0, 1, (2, channels, 7, 6)), random.normal(0, 1, (5, channels, 3, 3))
    padded = np.pad(np.where(x >= 0, 1.0, -1.0), [(0, 0)] * 2 + [(padding,) * 2] * 2, constant_values=1)
    expected = F.conv2d(*map(torch.from_numpy, (padded, np.where(w >= 0, 1.0, -1.0))), stride=stride)
    assert np.array_equal(binary_conv2d(x, w, stride, padding=padding), expected.numpy())


def test_conv_equals_the_trained_layer():
    """BinaryConv2d with binary inputs is α times the count, border included."""
    layer = BinaryConv2d(6, 4, 3, padding=1, stride=2, bias=False, binary_input=True).eval()
    x = random.normal(0, 1, (2, 6, 9, 9)).astype(np.float32)
    alpha, b = layer.levels_of_weight()
    counted = binary_conv2d(x, b.detach().numpy(), 2, padding=1)
    scale = alpha.detach().numpy().reshape(1, -1, 1, 1)
    with torch.no_grad():
        np.testing.assert_allclose(layer(torch.from_numpy(x)).numpy(), scale * counted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "word"),
    [
        (lambda: pack_signs(np.array([np.nan])), ValueError, "x holds NaN"),
        (lambda: pack_signs(np.zeros((2, 0))), ValueError, "x must hold"),
        (lambda: pack_signs([1, -1]), TypeError, "x must be a numpy array"),
        (lambda: binary_dot(np.ones(1), pack_signs(np.ones(3)), 3), TypeError, "a must be uint64"),
        (lambda: binary_dot(pack_signs(np.ones(3)), pack_signs(np.ones(65)), 65), ValueError, "a must have 2 words"),
        (lambda: binary_matmul(pack_signs(np.ones((1, 3))), pack_signs(np.ones((1, 3))), 0), ValueError, "n"),
        (lambda: binary_conv2d(np.ones((1, 2, 3, 3)), np.ones((1, 3, 3, 3))), ValueError, "x must be"),
        (lambda: binary_conv2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3))), ValueError, "larger"),
    ],
)
def test_bad_input_is_refused(call, error, word):
    with pytest.raises(error, match=word):
        call()
