"""Fake-quantizing modules for training: activations, layers, and the batch norm between them.

    activations    x̂ = fake(x), its range a moving average        low ← m low + (1 - m) min x, high alike
    layer          y = conv(x̂, fake(w), fake(b))                   b at scale S_x S_w, as the chip adds it
    with a norm    y = norm(conv(x̂, fake(w γ/σ)) σ/γ)              in training: σ of the past scales the weights,
                   y = conv(x̂, fake(w γ/σ), fake(β - μ γ/σ))       the batch normalises; later: σ, μ of the past

In evaluation mode nothing is observed, and the values are those of the integer network.

Symbols   m momentum, the share of the past · γ, β the norm's weight and bias · μ, σ running mean and standard deviation
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2 (folding; it convolves twice instead);
          Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342, section 3.2.2 (σ of the past for the weights)
In production  FakeQuantize and the fused conv-norm modules of torchao.quantization.pt2e
"""

from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F

from edukit.checked import checked
from edukit.quantization.grid.affine import QParams, check_bits, choose_qparams
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.ptq.fold import folded
from edukit.quantization.ptq.rewrite import ACCUMULATOR_LIMIT, weight_grid, with_room_for_bias
from edukit.quantization.qat.clip import clip_grid, learned_clip
from edukit.quantization.qat.straight_through import balanced_gradient, initial_step, straight_through


class FakeQuantize(nn.Module):
    """Puts activations on an unsigned grid of their own; in training mode it first looks at their range.

    bits       2 to 8
    learned    the scale is a parameter (LSQ) that starts at `initial_step` of the first batch; stored as its decimal
               logarithm, so that it stays positive, and so that AdamW moves it by percents and not by units
    log_clip   None, or a parameter after `learn_clip`: the logarithm of the end of the range (PACT)
    momentum   what remains of the past range at each batch, as in `moving_average`; the first batch starts it
    observing, faking   switches; both are on

    >>> fake = FakeQuantize(bits=2)
    >>> fake(torch.tensor([0.0, 1.2, 3.0]))
    tensor([0., 1., 3.])
    >>> fake.eval()(torch.tensor([9.0]))
    tensor([3.])
    """

    @checked
    def __init__(self, bits: int = 8, *, learned: bool = False, momentum: float = 0.9):
        super().__init__()
        bits = check_bits(bits, most=8)
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be at least 0 and below 1, got {momentum!r}")
        self.bits, self.momentum, self.observing, self.faking = bits, momentum, True, True
        self.register_buffer("low", torch.tensor(torch.nan, dtype=torch.float32))
        self.register_buffer("high", torch.tensor(torch.nan, dtype=torch.float32))
        self.register_buffer("scale", torch.ones((), dtype=torch.float32))
        self.register_buffer("zero_point", torch.zeros((), dtype=torch.int32))
        self.log_scale = nn.Parameter(torch.zeros((), dtype=torch.float32)) if learned else None
        self.log_clip = None

    @property
    def grid(self) -> QParams:
        """The grid as it is now; ValueError before the first batch."""
        if bool(self.low.isnan()):
            raise ValueError("no batch was observed yet; run one in training mode first")
        if self.log_clip is not None:
            return clip_grid(10**self.log_clip, self.bits)
        scale = self.scale if self.log_scale is None else 10**self.log_scale
        return QParams(scale, self.zero_point, 0, 2**self.bits - 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and self.observing:  # only in training mode: a validation batch must not move the range
            self._observe(x.detach())
        if not self.faking:
            return x
        if self.log_clip is not None:
            return learned_clip(x, 10**self.log_clip, self.bits)
        factor = balanced_gradient(x[0].numel(), steps_from_zero(self.grid)) if self.log_scale is not None else 1.0
        return straight_through(x, self.grid, step_gradient=factor)

    def learn_clip(self) -> None:
        """From now on the end of the range is a parameter, which starts where it is; the range must start at 0."""
        if int(self.grid.zero_point) != 0 or self.log_scale is not None:
            raise ValueError("the range must start at 0 and its scale must not be learned, to learn its end")
        self.log_clip = nn.Parameter((self.scale * (2**self.bits - 1)).log10())

    def start(self, grid: QParams) -> None:
        """Take over a grid that was found elsewhere, with its range."""
        with torch.no_grad():
            self.low.copy_((grid.qmin - grid.zero_point) * grid.scale)
            self.high.copy_((grid.qmax - grid.zero_point) * grid.scale)
            self.scale.copy_(grid.scale)
            self.zero_point.copy_(grid.zero_point)
            if self.log_scale is not None:
                self.log_scale.copy_(grid.scale.log10())

    def _observe(self, x):
        first = bool(self.low.isnan())
        (low, high) = min_max(x)
        if not first and (self.log_scale is not None or self.log_clip is not None):
            return  # what is learned follows the loss, and not the range
        if not first:
            low = low.lerp(self.low, self.momentum)
            high = high.lerp(self.high, self.momentum)
        grid = choose_qparams(low, high, self.bits, signed=False)
        if self.log_scale is not None:
            grid = replace(grid, scale=initial_step(x, steps_from_zero(grid)))
        self.start(grid)
        self.low.copy_(low)
        self.high.copy_(high)


class QuantizedLayer(nn.Module):
    """A convolution or linear layer that computes with the numbers it will have as integers.

    operation   called with (x, weight, bias), such as torch.nn.functional.linear
    source      the FakeQuantize that x came through: its scale is part of the bias's
    norm        the BatchNorm behind it, or None
    learned     a weight: scales are parameters that start at its max|w|; None: max|w| sets them anew at every step

    >>> source = FakeQuantize(8)
    >>> x = source(torch.tensor([[0.0, 2.0, 4.0]]))
    >>> layer = QuantizedLayer(F.linear, source, bits=2)  # codes -2 to 1 of the step 0.9 / 1.5
    >>> layer(x, torch.tensor([[0.9, -0.2, -0.4]]), None)  # 0.6 · (1 · 0 + 0 · 2 - 1 · 4)
    tensor([[-2.4000]])
    """

    def __init__(self, operation, source: FakeQuantize, bits: int, *, norm=None, learned=None):
        super().__init__()
        self.operation, self.bits, self.norm = operation, bits, norm
        self._source = (source,)  # in a tuple: it has a place of its own in the model
        self.log_scale = None
        if learned is not None:
            self.log_scale = nn.Parameter(weight_grid(learned.detach(), bits).scale.log10())

    def forward(self, x, weight, bias, *statistics):
        """statistics   γ, β, running mean and running variance of the norm, where there is one."""
        if self.norm is not None and self.norm.uses_batch:
            return self._normalised(x, weight, bias, *statistics)
        weight, bias, grid = self.folded(weight, bias, *statistics)
        if bias is not None and self._source[0].faking:
            scale = (grid.scale * self._source[0].grid.scale).detach().flatten().expand(len(bias))
            zero = torch.zeros_like(scale, dtype=torch.int32)
            bias = straight_through(bias, QParams(scale, zero, -ACCUMULATOR_LIMIT, ACCUMULATOR_LIMIT))
        return self.operation(x, self._fake(weight, grid), bias)

    def folded(self, weight, bias, *statistics):
        """The weight and bias that a chip stores, and the weight's grid, coarse enough for the bias to fit in int32."""
        factor = self._factor(*statistics)
        if statistics:
            weight, bias = folded(weight, bias, *statistics, self.norm.epsilon)
        return weight, bias, with_room_for_bias(self._grid(weight, factor), bias, self._source[0].grid)

    def _normalised(self, x, weight, bias, *statistics):
        factor = self._factor(*statistics)
        scaled = weight * factor.reshape(-1, *[1] * (weight.ndim - 1))
        y = self.operation(x, self._fake(scaled, self._grid(scaled, factor)), None)
        channels = (1, -1, *[1] * (y.ndim - 2))
        y = y / factor.reshape(channels)
        return self.norm(y if bias is None else y + bias.reshape(channels), *statistics)

    def _grid(self, weight, factor) -> QParams:
        grid = weight_grid(weight.detach(), self.bits)
        if self.log_scale is None:
            return grid
        return replace(grid, scale=10**self.log_scale * factor.abs().reshape(-1, *[1] * (weight.ndim - 1)))

    def _fake(self, weight, grid):
        if not self._source[0].faking:
            return weight
        return straight_through(weight, grid, step_gradient=balanced_gradient(weight[0].numel(), grid.qmax))

    def _factor(self, gamma=None, beta=None, mean=None, variance=None):
        """What folding multiplies the weights of each channel by, and their step; never 0: it is divided out again."""
        if self.norm is None:
            return torch.ones(())
        factor = (variance + self.norm.epsilon).rsqrt() * (1 if gamma is None else gamma.detach())
        return torch.where(factor == 0, torch.ones_like(factor), factor)


class BatchNorm(nn.Module):
    """Batch norm on statistics that are handed over: of the batch in training mode, of the past once frozen.

    momentum   as in torch.nn.BatchNorm2d, the share of the newest batch: elsewhere in this kit it is that of the past.
               0, which torch.export writes for None, becomes torch's default of 0.1
    """

    def __init__(self, momentum: float, epsilon: float):
        super().__init__()
        self.momentum = momentum or 0.1
        self.epsilon = epsilon
        self.frozen = False

    @property
    def uses_batch(self) -> bool:
        """Whether the next batch is normalised by its own mean and variance, and moves the running ones."""
        return self.training and not self.frozen

    def forward(self, x, gamma, beta, mean, variance):
        return F.batch_norm(x, mean, variance, gamma, beta, self.uses_batch, self.momentum, self.epsilon)


def steps_from_zero(grid: QParams) -> int:
    """Codes between the zero point and the end of the grid that is farther away.

    >>> steps_from_zero(QParams(torch.tensor(1.0), torch.tensor(3), 0, 15))
    12
    """
    zero_point = int(grid.zero_point)
    return max(grid.qmax - zero_point, zero_point - grid.qmin)
