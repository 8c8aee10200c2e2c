"""An exercise on fake quantization in torch: rounded values, and the gradient of x where no code saturates.

Well-known mistakes  no gradient, because torch knows the true slope of rounding; a gradient that passes where codes
saturate, as in the trick x + (y - x).detach() without a clip; the detached part and the other one swapped

No question has values between the end of the grid and half a step beyond it: there torch passes the gradient, and a
clip of x does not. Both are in use, and both are right here.
"""

import torch

from edukit.checks.asking import Failure, ask
from edukit.checks.verdict import Exercise, alike, first_difference
from edukit.quantization.grid.affine import QParams


class Traced(Exercise):
    """An exercise whose mistakes differ in the gradients as well, which no value shows."""

    def _answers_like(self, wrong, asked, first) -> bool:
        if not super()._answers_like(wrong, asked, first):
            return False
        answered = [i for i in range(len(self.questions)) if not isinstance(asked[i], Failure)]
        return all(alike(_passed(ask(wrong, self.questions[i], quiet=True)), _passed(asked[i])) for i in answered)


def fake_quantize(x, grid):
    """x on the grid; a gradient passes where x lies in the range of the grid, as if nothing were rounded."""
    codes = torch.round(x / grid.scale) + grid.zero_point
    stored = grid.scale * (codes.clamp(grid.qmin, grid.qmax) - grid.zero_point)
    low = grid.scale * (grid.qmin - grid.zero_point)
    high = grid.scale * (grid.qmax - grid.zero_point)
    clipped = x.clamp(low, high)
    return clipped + (stored - clipped).detach()


def _grid(scale, zero_point, qmin, qmax):
    return QParams(torch.tensor(scale), torch.tensor(zero_point, dtype=torch.int32), qmin, qmax)


def _cases():
    """Plain values, saturated ones, a zero point, a tie, and rows at random; nothing up to a step beyond the ends."""
    yield torch.tensor([0.3, 0.8, -0.6, 1.1]), _grid(0.5, 0, -8, 7)
    yield torch.tensor([0.3, 0.8, -9.0, 9.0]), _grid(0.5, 0, -4, 3)
    yield torch.tensor([0.25, -0.75, 1.25, 5.0]), _grid(0.5, 0, -4, 3)  # three ties
    yield torch.tensor([0.3, -0.7, 3.0, 7.2, -4.0]), _grid(0.25, 2, 0, 15)
    draw = torch.Generator().manual_seed(4)
    for scale, zero_point, qmin, qmax in ((0.1, 128, 0, 255), (0.7, 3, -4, 3), (3.0, -2, -8, 7)):
        middle = scale * ((qmax + qmin) / 2 - zero_point + 0.2)
        x = middle + scale * 1.6 * (qmax - qmin) * (torch.rand(3, 20, generator=draw) - 0.5)
        ends = torch.tensor([qmin - zero_point, qmax - zero_point]) * scale
        near = (x[..., None] - ends).abs().amin(-1) < scale
        yield torch.where(near, middle, x), _grid(scale, zero_point, qmin, qmax)


def _questions():
    return [(x.requires_grad_(), grid) for x, grid in _cases()]


def _leaves(node) -> set:
    """The tensors in which the gradients of a graph end."""
    if hasattr(node, "variable"):
        return {node.variable}
    return set().union(*(_leaves(before) for before, _ in node.next_functions if before is not None))


def _passed(y) -> list:
    """What comes back to x when 1, 2, 3 … arrive for the values; an empty list where nothing can."""
    if not (torch.is_tensor(y) and y.grad_fn is not None):
        return []
    (x,) = _leaves(y.grad_fn)
    arriving = 1 + torch.arange(y.numel(), dtype=y.dtype).reshape(y.shape)
    return [*torch.autograd.grad(y, x, arriving, retain_graph=True)]


def _agree(_, expected, got) -> bool:
    """Values and gradients."""
    return alike(expected, got) and alike(_passed(expected), _passed(got))


def _show(arguments, expected, got):
    x, grid = arguments
    if not torch.is_tensor(got):
        return f"a torch tensor is asked for, yours is {type(got).__name__}"
    if got.shape != x.shape:
        return f"x of shape {tuple(x.shape)} has values of that shape, yours have {tuple(got.shape)}"
    if not alike(expected, got):
        at = first_difference(expected.detach(), got.detach())
        return f"x = {x[at]:.4g} at S = {grid.scale:.3g}, Z = {grid.zero_point} becomes {expected[at]:.4g}, " + (
            f"yours is {got[at]:.4g}"
        )
    if not _passed(got):
        return "the values are right, and no gradient can come back"
    (right, *_), (yours, *_) = _passed(expected), _passed(got)
    at = first_difference(right, yours)
    return f"the values are right; at x = {x[at]:.4g} a gradient of {right[at]:.3g} passes, yours is {yours[at]:.3g}"


def _stored(x, g):
    """The rounded values, as torch differentiates them: with a gradient of 0."""
    return g.scale * ((torch.round(x / g.scale) + g.zero_point).clamp(g.qmin, g.qmax) - g.zero_point)


def _through(x, stored):
    return x + (stored - x).detach()


FAKE_QUANTIZE = Traced(
    fake_quantize,
    _questions(),
    {
        "true slope": (
            _stored,
            "the gradient is 0 everywhere: torch knows that stairs are flat; let it see something else than the stairs",
        ),
        "no gradient": (
            lambda x, g: _stored(x, g).detach(),
            "no gradient comes back at all: detach the difference, and not the whole result",
        ),
        "passes where codes saturate": (
            lambda x, g: _through(x, _stored(x, g)),
            "the gradient passes where codes saturate too: there the value does not move with x; clip x first",
        ),
        "the other one detached": (
            lambda x, g: _stored(x, g) + (x - _stored(x, g)).detach(),
            "the values are x itself: the two parts have changed places; detached is what rounding adds",
        ),
        "clipped at codes": (
            lambda x, g: _through(x.clamp(g.qmin, g.qmax), _stored(x, g)),
            "x is clipped at qmin and qmax, but these are codes: the range of x ends at S (qmin - Z) and S (qmax - Z)",
        ),
        "range without the zero point": (
            lambda x, g: _through(x.clamp(g.qmin * g.scale, g.qmax * g.scale), _stored(x, g)),
            "the zero point is missing in the range of x: it ends at S (qmin - Z) and S (qmax - Z)",
        ),
        "not clipped": (
            lambda x, g: _through(x, g.scale * torch.round(x / g.scale)),
            "no code saturates: forward, a code stays between qmin and qmax",
        ),
        "codes": (
            lambda x, g: _through(x, (torch.round(x / g.scale) + g.zero_point).clamp(g.qmin, g.qmax)),
            "these are codes: fake quantization goes back to the real numbers, S (q - Z)",
        ),
        "zero point forgotten": (
            lambda x, g: _through(x, g.scale * torch.round(x / g.scale).clamp(g.qmin, g.qmax)),
            "the zero point is missing: add Z before you clip, and subtract it on the way back",
        ),
        "zero point not taken away": (
            lambda x, g: _through(x, g.scale * (torch.round(x / g.scale) + g.zero_point).clamp(g.qmin, g.qmax)),
            "the zero point is added and never taken away: a code q stands for S (q - Z)",
        ),
        "floor": (
            lambda x, g: _through(
                x, g.scale * ((x / g.scale + g.zero_point).floor().clamp(g.qmin, g.qmax) - g.zero_point)
            ),
            "that rounds down: the nearest code is asked for",
        ),
        "not rounded": (
            lambda x, g: x.clamp(g.scale * (g.qmin - g.zero_point), g.scale * (g.qmax - g.zero_point)),
            "the values are clipped and not rounded: add what rounding changes, without a gradient",
        ),
        "scaled gradient": (
            lambda x, g: g.scale * fake_quantize(x, g) + ((1 - g.scale) * fake_quantize(x, g)).detach(),
            "the gradient is multiplied by S: dividing on the way in and multiplying on the way out cancel",
        ),
    },
    "forward the stairs, backward the ramp: this is how it is written in most code",
    agree=_agree,
    show=_show,
    hints=(
        "`y.detach()` has the values of y, and torch takes it for a constant. Which part of your result may be one?",
        "a + (b - a).detach() has the values of b and the gradient of a.",
        "The values are those of the stairs. The gradient is that of a ramp which is flat outside the range: "
        "`x.clamp(low, high)`, with the ends of the range as real numbers.",
    ),
)
