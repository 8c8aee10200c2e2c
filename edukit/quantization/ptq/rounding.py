"""Rounding for the output: which of the two neighbouring codes keeps the output of a layer closest to what it was?

    round to nearest   min ‖w - ŵ‖²                 looks at each weight alone
    GPTQ               min ‖(w - ŵ) X‖²             one column after the other; those to come make good the error
    bias correction    b + E[w x] - E[ŵ x̂]          the mean error of each output is taken out
    best step          min ‖(w - ŵ) X‖² over S      finer, where it pays that large weights saturate, or coarser

‖(w - ŵ) X‖² = rows (w - ŵ) H (w - ŵ)ᵀ: all that matters of the data is H, whatever the number of rows.

Symbols   w weights, ŵ as stored · x inputs, x̂ those that come out of the quantized layers before · H = E[x xᵀ]
Shapes    w (…, out, in); x (…, rows, in): a sample of what the layer multiplies with w; leading axes are groups
Bound     GPTQ may move a code by more than one step, where its inputs are correlated
Cost      GPTQ: in² rows for H, in³ for its factor, in² out for the columns; a 256 x 2304 layer takes seconds, 512 x
          4608 half a minute, with all the steps that are tried
Source    Frantar et al. 2022, https://arxiv.org/abs/2210.17323; Nagel et al. 2019, https://arxiv.org/abs/1906.04721,
          section 4.2 (bias correction)
In production  llm-compressor and torchao (GPTQ), AIMET (bias correction), Brevitas (both)
"""

import math
from dataclasses import replace
from functools import cached_property

import torch

from edukit.checked import checked
from edukit.quantization.grid.affine import QParams, dequantize, quantize
from edukit.refuse import is_finite, shown

BLOCK = 64  # columns that are rounded before the others hear of it; any number gives the same codes
DAMPING = 0.05  # of H, as a share of its mean diagonal; the paper's 0.01 trusts a few hundred images too far
FACTORS = (1, 0.9, 0.8, 0.7, 0.6, 1.15, 1.3)  # of the step, that `best_step` tries


@checked
def gptq(w: torch.Tensor, x: torch.Tensor, qparams: QParams, *, damping: float = DAMPING) -> torch.Tensor:
    """int32 codes for w that keep w @ x: each column is rounded, and the columns to come take over its error.

    With H⁻¹ = Uᵀ U, U upper triangular, the best reaction to the error e of column i is e U[i, j] / U[i, i] in
    column j. Columns with the largest inputs go first, while there are many left to make their error good.

    damping   added to the diagonal of H, as a share of its mean: inputs never seen must not move weights far

    >>> random = torch.Generator().manual_seed(0)
    >>> w, x = torch.randn(8, 16, generator=random), torch.randn(99, 4, generator=random)
    >>> x = x @ torch.randn(4, 16, generator=random)  # 16 inputs that hold only 4 different stories
    >>> grid = QParams(w.abs().amax(1, keepdim=True) / 3.5, torch.tensor(0), -4, 3)
    >>> nearest, better = (dequantize(codes, grid) for codes in (quantize(w, grid), gptq(w, x, grid)))
    >>> bool(output_error(w, better, x) < output_error(w, nearest, x) / 4)
    True
    """
    check_sample(w, x)
    if not 0 <= damping < math.inf:
        raise ValueError(f"damping must be at least 0 and finite, got {shown(damping)}")
    return _column_by_column(w, *Moments(x).factor(damping), qparams)


@checked
def bias_correction(w: torch.Tensor, stored: torch.Tensor, x: torch.Tensor, x_hat: torch.Tensor | None = None):
    """What to add to the bias (…, out), so that the mean of each output is what it was: E[w x] - E[ŵ x̂].

    stored   ŵ, the dequantized weights
    x_hat    the inputs in the quantized network; None: those of the float network

    >>> bias_correction(torch.tensor([[1.0, 1.0]]), torch.tensor([[1.5, 1.0]]), torch.tensor([[2.0, 1.0]]))
    tensor([-1.])
    """
    x_hat = x if x_hat is None else x_hat
    check_sample(w, x)
    check_sample(stored, x_hat)
    before, after = (torch.einsum("...oi,...i->...o", v, mean.mean(-2)) for v, mean in ((w, x), (stored, x_hat)))
    return before - after


def refit(w: torch.Tensor, x: torch.Tensor, x_hat: torch.Tensor, *, damping: float = DAMPING) -> torch.Tensor:
    """Float weights that make of the quantized network's inputs what w made of the float network's: least squares.

        min ‖w x - v x̂‖²  over v

    >>> x = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    >>> refit(torch.ones(2, 3), x, 2 * x, damping=0).round(decimals=4)
    tensor([[0.5000, 0.5000, 0.5000],
            [0.5000, 0.5000, 0.5000]])
    """
    check_sample(w, x)
    return Moments(x_hat).refit(w, x, damping)


def best_step(
    w: torch.Tensor, x: torch.Tensor, qparams: QParams, factors=FACTORS, *, damping: float = DAMPING
) -> tuple[QParams, torch.Tensor]:
    """The grid with a step as it is, finer or coarser, whichever leaves GPTQ the least output error; and GPTQ's codes.

    A finer step saturates the largest weights, a coarser one makes small weights 0. The weights alone cannot say
    whether that pays, the output can: rows of w do not depend on each other, so that each finds a factor of its own,
    if it has a scale of its own.

    >>> random = torch.Generator().manual_seed(0)
    >>> w, x = torch.randn(8, 16, generator=random), torch.randn(99, 16, generator=random)
    >>> grid = QParams(w.abs().amax(1, keepdim=True) / 1.5, torch.tensor(0), -2, 1)
    >>> finer, codes = best_step(w, x, grid)
    >>> bool((finer.scale < grid.scale).any()), torch.equal(codes, gptq(w, x, finer))
    (True, True)
    """
    check_sample(w, x)
    return Moments(x).best_step(w, qparams, factors, damping)


class Moments:
    """What rounding needs to know of a sample of inputs, each part computed once.

        H = E[x xᵀ]       H + damping = R Rᵀ with R upper triangular       U = R⁻¹, so that (H + damping)⁻¹ = Uᵀ U

    x   (…, rows, in)
    """

    def __init__(self, x: torch.Tensor):
        self.x = x
        self._factors = {}

    @cached_property
    def H(self) -> torch.Tensor:
        """E[x xᵀ], without damping."""
        return second_moment(self.x, 0)

    def factor(self, damping: float) -> tuple[torch.Tensor, torch.Tensor]:
        """The order of the columns, those with the largest inputs first, and U of H in that order."""
        if damping not in self._factors:
            order = self.H.diagonal(dim1=-2, dim2=-1).argsort(descending=True)
            H = damped(self.H, damping).gather(-1, order.unsqueeze(-2).expand(self.H.shape))
            H = H.gather(-2, order.unsqueeze(-1).expand(H.shape))
            R = torch.linalg.cholesky(H.flip(-2, -1)).flip(-2, -1)
            U = torch.linalg.solve_triangular(R, torch.eye(R.shape[-1], dtype=R.dtype), upper=True)
            self._factors[damping] = order, U
        return self._factors[damping]

    def refit(self, w: torch.Tensor, x: torch.Tensor, damping: float = DAMPING) -> torch.Tensor:
        """`refit` for these inputs as x̂."""
        H = damped(self.H, damping)
        ridge = (H - self.H).diagonal(dim1=-2, dim2=-1)  # pulls towards w where the inputs say nothing
        w = w.double()
        parts = zip(x.split(1024, -2), self.x.split(1024, -2), strict=True)
        target = sum((part.double() @ w.mT).mT @ hat.double() for part, hat in parts) / x.shape[-2]
        target = target + w * ridge.unsqueeze(-2)
        return torch.cholesky_solve(target.mT, torch.linalg.cholesky(H)).mT.to(x.dtype)

    def best_step(self, w: torch.Tensor, qparams: QParams, factors=FACTORS, damping: float = DAMPING):
        """`best_step` for these inputs: all factors at once."""
        factors = torch.tensor(factors, dtype=qparams.scale.dtype).reshape(-1, *[1] * w.ndim)
        grids = replace(qparams, scale=qparams.scale * factors)
        codes = _column_by_column(w.expand(len(factors), *w.shape), *self.factor(damping), grids)
        e = (w - dequantize(codes, grids)).double()
        errors = ((e @ self.H) * e).sum(-1, keepdim=True)
        if qparams.scale.numel() == 1:
            errors = errors.sum(tuple(range(1, errors.ndim)), keepdim=True)
        best = errors.argmin(0, keepdim=True)  # the first of equals: the step as it is
        scale = grids.scale.gather(0, best)[0].reshape(qparams.scale.shape)
        return replace(qparams, scale=scale), codes.gather(0, best.expand(1, *w.shape))[0]


def output_error(w: torch.Tensor, stored: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The energy of the output's error over that of the output: ‖(w - ŵ) X‖² / ‖w X‖²."""
    H = second_moment(x, 0)
    energy, error = (torch.einsum("...oi,...ij,...oj->", v, H, v) for v in (w.double(), (w - stored).double()))
    return error / energy


def second_moment(x: torch.Tensor, damping: float) -> torch.Tensor:
    """H = E[x xᵀ], in float64 as it will be inverted, with damping times its mean diagonal added to the diagonal."""
    parts = (part.double() for part in x.split(1024, -2))  # float64 takes twice the memory of a sample
    return damped(sum(part.mT @ part for part in parts) / x.shape[-2], damping)


def damped(H: torch.Tensor, damping: float) -> torch.Tensor:
    """H with damping times its mean diagonal added to the diagonal; an H of zeros becomes damping times I.

    >>> damped(torch.tensor([[1.0, 2.0], [2.0, 3.0]]), 0.5)
    tensor([[2., 2.],
            [2., 4.]])
    """
    diagonal = H.diagonal(dim1=-2, dim2=-1)
    level = diagonal.mean(-1, keepdim=True)
    return H + torch.diag_embed(damping * torch.where(level > 0, level, torch.ones_like(level)).expand(diagonal.shape))


def _column_by_column(w, order, U, qparams):
    """GPTQ's codes. What a block of columns leaves to those behind it is subtracted at once, with one product."""
    columns = order.unsqueeze(-2).expand(w.shape)
    codes = torch.empty(w.shape, dtype=torch.int32)
    w = w.double().gather(-1, columns)
    for start in range(0, w.shape[-1], BLOCK):
        stop = min(start + BLOCK, w.shape[-1])
        errors = torch.empty_like(w[..., start:stop])
        for i in range(start, stop):
            column = w[..., i : i + 1]
            codes[..., i : i + 1] = quantize(column, qparams)
            error = (column - dequantize(codes[..., i : i + 1], qparams)) / U[..., i : i + 1, i : i + 1]
            w[..., i + 1 : stop] -= error * U[..., i : i + 1, i + 1 : stop]
            errors[..., i - start : i - start + 1] = error
        w[..., stop:] -= errors @ U[..., start:stop, stop:]
    return torch.empty_like(codes).scatter_(-1, columns, codes)


def check_sample(w, x) -> None:
    """Raise a TypeError or ValueError unless x is a sample of what a layer multiplies with w, and both are finite."""
    if not all(isinstance(v, torch.Tensor) for v in (w, x)):
        raise TypeError(f"w and x must be torch tensors, got {type(w).__name__} and {type(x).__name__}")
    if w.ndim < 2 or x.ndim != w.ndim or x.shape[-1] != w.shape[-1] or x.shape[:-2] != w.shape[:-2] or not x.shape[-2]:
        raise ValueError(f"w (…, out, in) and x (…, rows, in) do not fit: got {tuple(w.shape)} and {tuple(x.shape)}")
    if not (is_finite(w) and is_finite(x)):
        raise ValueError("w and x must be finite, got NaN or infinity")
