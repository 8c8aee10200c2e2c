"""Binary and ternary weights: one bit, or three values, and a gradient for a step that has none.

    sign       b = +1 where x >= 0, else -1         straight-through gradient: ∂b/∂x = 1 where |x| <= 1, else 0
    binary     w ≈ α b,  b = sign(w)                α = mean |w|
    ternary    w ≈ α t,  t = sign(w) where |w| > Δ, else 0        Δ = 0.7 mean |w|,  α = mean |w| of those above Δ

No other α, and no other b, leaves a smaller |w - α b|²: it is |w|² - n α². Nor is there a better α for t. Δ is a rule
of thumb: for normal weights the best factor is 0.77 (0.61 / 0.80), for uniform ones 0.67.
In training the real-valued w is kept and updated: it is *latent*, the network only ever sees α b. A latent weight
beyond ±1 gets no gradient through its sign and might never return, so each forward pass in training clips it to ±1.

Symbols   w real-valued weights · b ±1 · t -1, 0 or 1 · α one positive scale for each filter · Δ threshold
Shapes    w (out, …); b and t as w; α (out, 1, …), a mean over each output filter
Source    Courbariaux, Hubara et al. 2016, https://arxiv.org/abs/1602.02830 (sign, clipping); Rastegari et al. 2016,
          https://arxiv.org/abs/1603.05279 (α); Li et al. 2016, https://arxiv.org/abs/1605.04711 (ternary)
In production  Larq Compute Engine on TensorFlow Lite; FINN on FPGAs: both run layers trained like these
"""

import torch
from torch import nn
from torch.nn import functional as F

from edukit.quantization.grid.affine import Array, namespace
from edukit.refuse import check_array, check_real, is_finite


def sign(x: Array) -> Array:
    """+1 where x >= 0 and -1 elsewhere: never 0, as one bit has no room for a third value.

    A torch tensor gets the straight-through gradient. Raises ValueError for NaN.

    >>> x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0], requires_grad=True)
    >>> sign(x).sum().backward()
    >>> sign(x).tolist(), x.grad.tolist()
    ([-1.0, -1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, 1.0, 0.0])
    """
    _check(x, "x")
    xp = namespace(x)
    return _stepped(x, xp.where(x >= 0, xp.ones_like(x), -xp.ones_like(x)))


def sign_gradient(x: Array, gradient: Array) -> Array:
    """What `sign` hands back for x when `gradient` arrives for its output: the same where |x| <= 1, else 0.

    It is the gradient of clip(x, -1, 1), which looks like sign(x) from afar. The true one is 0 wherever it exists.

    >>> sign_gradient(torch.tensor([-2.0, 0.3]), torch.tensor([5.0, 5.0])).tolist()
    [0.0, 5.0]
    """
    return gradient * (abs(x) <= 1)


def binarize(w: Array) -> tuple[Array, Array]:
    """(α, b) with w ≈ α b: one scale for each filter along axis 0, and a sign for each weight.

    Raises ValueError for NaN, infinity, and a filter without weights.

    >>> alpha, b = binarize(torch.tensor([[0.5, -0.1, 0.0], [-3.0, 1.0, 2.0]]))
    >>> alpha.tolist(), b.tolist()
    ([[0.20000000298023224], [2.0]], [[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])
    """
    rest = _axes_of_a_filter(w)
    return abs(w).mean(rest, keepdims=True), sign(w)


def ternarize(w: Array, *, threshold: float = 0.7) -> tuple[Array, Array]:
    """(α, t) with w ≈ α t: weights up to the threshold become 0, the others ±α.

    threshold   0 or more, in units of mean |w| of the filter; a filter with nothing above it gets α = 0
    Raises ValueError for NaN, infinity, a filter without weights, another threshold.

    >>> alpha, t = ternarize(torch.tensor([[0.5, -0.1, 0.0], [-3.0, 1.0, 2.0]]))
    >>> alpha.tolist(), t.tolist()
    ([[0.5], [2.5]], [[1.0, 0.0, 0.0], [-1.0, 0.0, 1.0]])
    """
    if not 0 <= threshold < float("inf"):
        raise ValueError(f"threshold must be 0 or more and finite, got {threshold!r}")
    rest, xp = _axes_of_a_filter(w), namespace(w)
    size = abs(w)
    above = size > threshold * size.mean(rest, keepdims=True)
    alpha = (size * above).sum(rest, keepdims=True) / xp.clip(above.sum(rest, keepdims=True), 1, None)
    if xp is not torch:  # whose float32 over a count stays float32
        alpha = alpha.astype(xp.result_type(w.dtype, xp.float32))
    return alpha, _stepped(w, xp.where(above, xp.sign(w), xp.zeros_like(w)))


class _BinaryLayer:
    """What both layers share: the weight that the network sees, and the signs of the input where those are asked for.

    levels         `binarize` or `ternarize`
    binary_input   False: real inputs (BWN). True: batch norm, then the sign of the input (XNOR-Net's order). Behind a
                   ReLU nothing is negative; without the norm in front every sign would be +1. XNOR-Net's second scale,
                   one for each window of the input, is left out: it needs a pass over the real input
    """

    weight: nn.Parameter

    def _set_up(self, levels, norm):
        self.levels = levels
        self.norm = norm
        self.register_forward_pre_hook(_clip_latent)

    def levels_of_weight(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(α, b), or (α, t): what is stored once training is over."""
        return self.levels(self.weight)

    def _seen_weight(self):
        alpha, steps = self.levels_of_weight()
        return alpha * steps


class BinaryConv2d(_BinaryLayer, nn.Conv2d):
    """nn.Conv2d with binary or ternary weights; `weight` holds the latent ones.

    binary_input   True: sign(batch norm(x)) instead of x. The border is padded before the sign, so it is +1: a bit
                   as any other, which a 0 could not be
    Takes the arguments of nn.Conv2d, and `levels` and `binary_input` by name.

    >>> layer = BinaryConv2d(2, 4, 3, padding=1, binary_input=True)
    >>> layer(torch.rand(1, 2, 5, 5)).shape
    torch.Size([1, 4, 5, 5])
    """

    def __init__(self, *args, levels=binarize, binary_input: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self._set_up(levels, nn.BatchNorm2d(self.in_channels) if binary_input else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.norm is None:
            return self._conv_forward(x, self._seen_weight(), self.bias)
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        x = sign(F.pad(self.norm(x), self._reversed_padding_repeated_twice, mode))
        return F.conv2d(x, self._seen_weight(), self.bias, self.stride, 0, self.dilation, self.groups)


class BinaryLinear(_BinaryLayer, nn.Linear):
    """nn.Linear with binary or ternary weights; `weight` holds the latent ones.

    >>> layer = BinaryLinear(3, 1, bias=False)
    >>> _ = layer.weight.data.copy_(torch.tensor([[0.5, -0.1, 0.0]]))
    >>> round(layer(torch.tensor([[1.0, 1.0, 10.0]])).item(), 4)  # 0.2 · (1 - 1 + 10)
    2.0
    """

    def __init__(self, *args, levels=binarize, binary_input: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self._set_up(levels, nn.BatchNorm1d(self.in_features) if binary_input else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.norm is not None:
            x = sign(self.norm(x.reshape(-1, self.in_features)).reshape(x.shape))
        return F.linear(x, self._seen_weight(), self.bias)


def _clip_latent(layer, _inputs):
    """Before each forward pass. (As a hook, it also keeps torch's transformer layers from passing forward by.)"""
    if layer.training:
        layer.weight.data.clamp_(-1, 1)  # .data: a layer that is called twice has its weight in the graph already


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(context, x, steps):
        context.save_for_backward(x)
        return steps

    @staticmethod
    def backward(context, gradient):
        return sign_gradient(*context.saved_tensors, gradient), None


def _stepped(x, steps):
    """The steps, whose gradient goes straight through to x."""
    return _StraightThrough.apply(x, steps.detach()) if isinstance(x, torch.Tensor) else steps


def _axes_of_a_filter(w) -> tuple[int, ...]:
    check_array(w, "w")
    _check(w, "w")
    if w.ndim < 2 or 0 in w.shape:
        raise ValueError(
            f"w must have the shape (out, …), with one weight or more in each filter, got {tuple(w.shape)}"
        )
    return tuple(range(1, w.ndim))


def _check(x, name):
    if torch.compiler.is_exporting():  # shapes alone, no values yet
        return
    check_real(x, name)
    if not is_finite(x):
        raise ValueError(f"{name} holds NaN or infinity; it must be finite")
