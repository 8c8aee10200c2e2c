"""One bit a weight: the least-squares optimum, a gradient in closed form, and a net that learns only with it."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.data import digits
from edukit.graph import capture
from edukit.quantization.lowbit.binary import BinaryConv2d, BinaryLinear, binarize, sign, sign_gradient, ternarize
from edukit.training import accuracy, fit, seeded

random = np.random.default_rng(0)
SHAPES = [(5, 7), (3, 4, 3, 3), (1, 1), (6, 1, 3, 3), (2, 33)]


def error(w, alpha, b):
    return ((w - alpha * b) ** 2).sum(tuple(range(1, w.ndim)))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_other_alpha_leaves_a_smaller_error(shape):
    """Brute force over a fine grid of α, for each filter; and the error is |w|² - n α²."""
    w = random.normal(0, 1, shape)
    alpha, b = binarize(w)
    best = error(w, alpha, b)
    for factor in np.linspace(0, 3, 301):
        assert (best <= error(w, factor * alpha, b) + 1e-12).all()
    n = w[0].size
    np.testing.assert_allclose(best, (w**2).reshape(len(w), -1).sum(1) - n * alpha.ravel() ** 2, atol=1e-9)


def test_no_other_signs_leave_a_smaller_error():
    """All 2^8 rows of signs, each with its own best α."""
    w = random.normal(0, 1, (1, 8))
    rows = 2.0 * ((np.arange(256)[:, None] >> np.arange(8)) & 1) - 1
    alphas = (rows * w).mean(1, keepdims=True)
    assert error(w, *binarize(w))[0] == pytest.approx(error(w, alphas, rows).min())


def exhaustive(w):
    """The smallest possible ternary error of one filter: the largest k weights stay, for every k."""
    sizes = np.sort(np.abs(w.ravel()))[::-1]
    kept = np.cumsum(sizes) ** 2 / np.arange(1, len(sizes) + 1)
    return (w**2).sum() - kept.max(), sizes[kept.argmax()]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.7, 1.5])
def test_for_its_zeros_ternary_alpha_is_the_best(shape, threshold):
    w = random.normal(0, 1, shape)
    alpha, t = ternarize(w, threshold=threshold)
    above = np.abs(w) > threshold * np.abs(w).mean(tuple(range(1, w.ndim)), keepdims=True)
    assert np.array_equal(t, np.sign(w) * above) and not np.signbit(t[t == 0]).any()
    for factor in np.linspace(0, 3, 301):
        assert (error(w, alpha, t) <= error(w, factor * alpha, t) + 1e-12).all()


@pytest.mark.parametrize(
    ("draw", "optimum", "extra"),
    [(random.standard_normal, 0.767, 0.03), (lambda n: random.uniform(-1, 1, n), 2 / 3, 0.03)],
    ids=["normal", "uniform"],
)
def test_the_rule_of_thumb_is_near_the_exhaustive_optimum(draw, optimum, extra):
    """Factor 0.7 against every possible threshold: at most 3 % more squared error, and the factors of the header."""
    w = draw(50_000)[None]
    best, threshold = exhaustive(w)
    assert best <= error(w, *ternarize(w))[0] <= (1 + extra) * best
    assert threshold / np.abs(w).mean() == pytest.approx(optimum, abs=0.03)
    assert error(w, *ternarize(w))[0] < error(w, *binarize(w))[0]


def test_laplace_weights_want_a_higher_threshold():
    w = random.laplace(size=(1, 50_000))
    assert exhaustive(w)[1] / np.abs(w).mean() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("levels", [binarize, ternarize])
@pytest.mark.parametrize("shape", SHAPES)
def test_numpy_and_torch_agree_and_twice_is_once(levels, shape):
    w = random.normal(0, 1, shape).astype(np.float32)
    alpha, b = levels(w)
    for ours, theirs in zip((alpha, b), levels(torch.from_numpy(w)), strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-6)
        assert ours.dtype == np.float32 == theirs.numpy().dtype
    again, same = levels(alpha * b)
    assert np.array_equal(b, same)
    np.testing.assert_allclose(again, alpha, rtol=1e-6)  # a mean of up to 36 equal numbers rounds at most 36 times
    assert alpha.shape == (shape[0], *[1] * (len(shape) - 1)) and b.shape == shape


def test_sign_is_never_zero_and_torch_has_another():
    """torch.sign(0) is 0, a third value, and its gradient is 0 everywhere."""
    x = torch.tensor([-0.5, -0.0, 0.0, 0.5], requires_grad=True)
    assert sign(x).tolist() == [-1, 1, 1, 1] and torch.sign(x).tolist() == [-1, 0, 0, 1]
    assert sign(x.detach().numpy()).tolist() == [-1, 1, 1, 1]
    torch.sign(x).sum().backward()
    assert x.grad.tolist() == [0, 0, 0, 0]


def test_the_gradient_is_that_of_clip():
    """Closed form; the oracle is torch's own gradient of hardtanh, but for its two corners."""
    x = torch.from_numpy(random.uniform(-2, 2, (50, 20))).requires_grad_()
    arriving = torch.from_numpy(random.normal(0, 1, (50, 20)))
    ours, clip = (torch.autograd.grad(f(x), x, arriving)[0] for f in (sign, F.hardtanh))
    assert torch.equal(ours, clip)
    assert torch.equal(ours, sign_gradient(x.detach(), arriving))
    assert np.array_equal(ours.numpy(), sign_gradient(x.detach().numpy(), arriving.numpy()))
    ends = torch.tensor([-1.001, -1.0, 1.0, 1.001], requires_grad=True)
    sign(ends).sum().backward()
    assert ends.grad.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("levels", [binarize, ternarize])
def test_the_gradient_of_a_layer_in_closed_form(levels):
    """∂(Σ g α b)/∂w = α g [|w| <= 1]  +  sign(w) [counted] Σ(g b) / count: through the steps, and through α."""
    w = torch.from_numpy(random.normal(0, 0.7, (4, 9))).requires_grad_()
    g = torch.from_numpy(random.normal(0, 1, (4, 9)))
    alpha, b = levels(w)
    (alpha * b).backward(g)
    with torch.no_grad():
        counted = (b != 0).double()
        through_alpha = b.sign() * (g * b).sum(1, keepdim=True) / counted.sum(1, keepdim=True)
        expected = alpha * g * (w.abs() <= 1) + through_alpha
    torch.testing.assert_close(w.grad, expected)
    assert (w.abs() > 1).any()


class Step(nn.Module):
    def __init__(self, step):
        super().__init__()
        self.step = step

    def forward(self, x):
        return self.step(x)


def test_a_net_with_torch_sign_does_not_learn_and_ours_does():
    """A sign activation without a gradient. Only the layer before the sign may learn."""
    data, learned = digits(), {}
    for step in (torch.sign, sign):
        with seeded(0):
            net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.BatchNorm1d(64), Step(step), nn.Linear(64, 10))
        net[4].requires_grad_(False)
        trained = fit(net, data.train, epochs=5, weight_decay=0.0, progress=None)
        same = torch.equal(net[1].weight, trained[1].weight)
        learned[step] = same, accuracy(trained, data.validation)
    assert learned[torch.sign][0] and learned[torch.sign][1] < 0.3
    assert not learned[sign][0] and learned[sign][1] > 0.85


@pytest.mark.parametrize("levels", [binarize, ternarize])
@pytest.mark.parametrize(
    "options",
    [{}, {"padding": 1}, {"padding": "same", "dilation": 2}, {"stride": 2, "groups": 2, "bias": False}],
    ids=str,
)
def test_a_binary_conv_is_a_conv_with_alpha_b(levels, options):
    layer = BinaryConv2d(4, 6, 3, levels=levels, **options)
    x = torch.rand(2, 4, 9, 8)
    alpha, b = levels(layer.weight)
    padding = {"same": 2}.get(options.get("padding", 0), options.get("padding", 0))
    rest = options.get("stride", 1), padding, options.get("dilation", 1), options.get("groups", 1)
    torch.testing.assert_close(layer(x), F.conv2d(x, alpha * b, layer.bias, *rest))


@pytest.mark.parametrize("mode", ["zeros", "reflect", "circular"])
@pytest.mark.parametrize("padding", [1, (2, 1), "same"], ids=str)
def test_binary_inputs_are_signs_border_included(mode, padding):
    """Every sum of an unscaled window is a sum of n values ±1: n - 2 d for a whole d, never in between."""
    layer = BinaryConv2d(3, 5, 3, padding=padding, padding_mode=mode, bias=False, binary_input=True).eval()
    x = torch.from_numpy(random.normal(0, 1, (2, 3, 6, 7))).float()
    products = layer(x) / layer.levels_of_weight()[0].flatten()[:, None, None]
    whole = products.round()
    torch.testing.assert_close(products, whole, atol=1e-3, rtol=0)
    assert (whole % 2 == 27 % 2).all() and whole.abs().max() <= 27
    down, right = (1, 1) if padding == "same" else (padding, padding) if padding == 1 else padding
    assert layer(x).shape == (2, 5, 6 + 2 * down - 2, 7 + 2 * right - 2)


@pytest.mark.parametrize("options", [{}, {"stride": 2, "groups": 2}, {"dilation": 2, "bias": False}], ids=str)
def test_binary_inputs_take_every_option_of_a_conv(options):
    layer = BinaryConv2d(4, 6, 3, padding=1, binary_input=True, **options).eval()  # a fresh norm keeps every sign
    x = torch.from_numpy(random.normal(0, 1, (2, 4, 9, 8))).float()
    alpha, b = binarize(layer.weight)
    padded = F.pad(torch.where(x >= 0, 1.0, -1.0), [1] * 4, value=1.0)
    rest = options.get("stride", 1), 0, options.get("dilation", 1), options.get("groups", 1)
    torch.testing.assert_close(layer(x), F.conv2d(padded, alpha * b, layer.bias, *rest))


def test_behind_a_relu_the_norm_keeps_the_signs_apart():
    """Without the norm in front, all signs of non-negative inputs are +1, and the layer is blind."""
    x = torch.rand(64, 8)
    layer = BinaryLinear(8, 4, binary_input=True).train()
    assert sign(x).eq(1).all()
    assert layer(x).std(0).min() > 0


def test_linear_layers_take_sequences():
    layer = BinaryLinear(8, 4, binary_input=True)
    assert layer(torch.rand(5, 3, 8)).shape == (5, 3, 4)


def test_latent_weights_are_clipped_in_training_alone():
    """Beyond ±1 no gradient reaches a weight through its sign; at ±1 it does."""
    layer = BinaryLinear(2, 1, bias=False)
    layer.weight.data = torch.tensor([[3.0, -0.2]])
    layer.eval()(torch.ones(1, 2))
    assert layer.weight.tolist() == [[3.0, pytest.approx(-0.2)]]
    layer.train()(torch.tensor([[1.0, 0.0]])).sum().backward()
    assert layer.weight[0, 0] == 1
    assert layer.weight.grad[0, 0] == pytest.approx(0.6 + 0.5)  # α g, and g b / n through α


def test_a_binary_layer_can_be_captured_as_a_graph():
    net = nn.Sequential(BinaryConv2d(1, 4, 3, binary_input=True), nn.Flatten(), BinaryLinear(144, 5)).eval()
    x = torch.rand(3, 1, 8, 8)
    torch.testing.assert_close(capture(net, x)(x), net(x))


def test_zeros_have_alpha_zero_and_no_nan():
    for levels in (binarize, ternarize):
        alpha, b = levels(np.zeros((2, 3), np.float32))
        assert alpha.tolist() == [[0], [0]] and np.isfinite(b).all()
    assert ternarize(np.ones((1, 4)), threshold=9.0)[0].tolist() == [[0]]


def test_inputs_stay_as_they_are():
    w = random.normal(0, 1, (3, 4))
    before = w.copy()
    binarize(w), ternarize(w), sign(w)
    assert np.array_equal(w, before)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: sign(np.float32([np.nan])), "x holds NaN"),
        (lambda: binarize(np.float32([[np.inf, 1]])), "w holds NaN or infinity"),
        (lambda: ternarize(torch.tensor([[float("nan")]])), "w holds NaN"),
        (lambda: binarize(np.zeros((3, 0))), "one weight or more"),
        (lambda: binarize(np.zeros(3)), "shape"),
        (lambda: binarize(np.zeros((0, 3))), "shape"),
        (lambda: ternarize(np.ones((1, 2)), threshold=-0.1), "threshold must be 0 or more"),
        (lambda: ternarize(np.ones((1, 2)), threshold=float("nan")), "threshold"),
    ],
)
def test_bad_input_is_refused(call, word):
    with pytest.raises(ValueError, match=word):
        call()
