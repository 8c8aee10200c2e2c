"""Attention: every position of a sequence takes from all others what it asks for. Softmax needs N² numbers, linear N.

    softmax   y_i = Σ_j softmax_j(q_i·k_j / √d) v_j                        N² (d + e) multiply-adds
    linear    y_i = Σ_j φ(q_i)·φ(k_j) v_j / Σ_j φ(q_i)·φ(k_j)              φ(x) = elu(x) + 1 > 0
                  = φ(q_i) [Σ_j φ(k_j) v_jᵀ] / φ(q_i)·[Σ_j φ(k_j)]         2 N d e, as the brackets serve every i

In the causal form j runs only to i. The brackets then grow with i: a state of d (e + 1) numbers, whatever N
(`LinearState`). Linear attention needs fewer multiply-adds where N > 2 d e / (d + e); for d = e, where N > d.

Symbols   q, k, v queries, keys, values · N positions · d features of a query and a key · e of a value
Shapes    q, k (…, N, d), v (…, N, e) -> y (…, N, e)
Bound     y_i is a weighted mean of the v_j: it lies between their smallest and their largest, feature by feature;
          if query i means key i alone, linear gives it a weight of d / N at most, on average: N weights, rank d
Source    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762; Katharopoulos et al. 2020,
          https://arxiv.org/abs/2006.16236, eq. 4 to 7 (linear), 16 to 20 (causal, running)
In production  F.scaled_dot_product_attention never holds all N² numbers at once, yet computes them all
"""

from dataclasses import dataclass

import torch
from torch import nn

from edukit.checked import checked
from edukit.refuse import check_sizes


@checked
def softmax_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, causal: bool = False) -> torch.Tensor:
    """Each query's mean of the values, weighted by the softmax of its products with the keys.

    q (…, N, d), k (…, M, d), v (…, M, e); causal: position i sees positions 0 to i, and N = M

    >>> q = k = torch.eye(2)
    >>> softmax_attention(100 * q, k, torch.tensor([[1.0], [2.0]]))
    tensor([[1.],
            [2.]])
    """
    check_shapes(q, k, v, causal)
    return softmax_weights(q, k, causal=causal) @ v


def softmax_weights(q: torch.Tensor, k: torch.Tensor, *, causal: bool = False) -> torch.Tensor:
    """How much of each value each query takes, (…, N, M): no weight is negative, and a row sums to 1.

    >>> softmax_weights(torch.tensor([[4.0, 0, 0, 0]]), torch.eye(4)[:2]).round(decimals=2)
    tensor([[0.8800, 0.1200]])
    """
    check_shapes(q, k, k, causal)
    scores = q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1)
    if causal:
        scores = scores.masked_fill(_later(scores), -torch.inf)
    return scores.softmax(-1)


@checked
def linear_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, causal: bool = False) -> torch.Tensor:
    """The same with φ(q)·φ(k) instead of exp(q·k): the sums over the keys are formed once, for all queries.

    Shapes as for `softmax_attention`. Causal, it holds a sum for every position at once: N d e numbers, for training.

    >>> linear_attention(torch.zeros(3, 4), torch.zeros(3, 4), torch.tensor([[0.0], [3.0], [6.0]])).flatten()
    tensor([3., 3., 3.])
    """
    check_shapes(q, k, v, causal)
    q = positive(_lifted(q))
    k = positive(k)
    if not causal:
        return q @ (k.transpose(-2, -1) @ v) / (q @ k.sum(-2, keepdim=True).transpose(-2, -1))
    sums = (k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3)  # (…, N, d, e)
    return (q.unsqueeze(-2) @ sums).squeeze(-2) / (q * k.cumsum(-2)).sum(-1, keepdim=True)


def linear_weights(q: torch.Tensor, k: torch.Tensor, *, causal: bool = False) -> torch.Tensor:
    """The weights that `linear_attention` never writes down, (…, N, M): to look at, and to test against.

    >>> linear_weights(torch.tensor([[4.0, 0, 0, 0]]), torch.eye(4)[:2]).round(decimals=2)
    tensor([[0.5900, 0.4100]])
    """
    check_shapes(q, k, k, causal)
    weights = positive(_lifted(q)) @ positive(k).transpose(-2, -1)
    if causal:
        weights = weights.masked_fill(_later(weights), 0)
    return weights / weights.sum(-1, keepdim=True)


def positive(x: torch.Tensor) -> torch.Tensor:
    """φ(x) = elu(x) + 1: x + 1 above 0, e^x below, so that no weight is negative and no gradient is 0.

    >>> positive(torch.tensor([-50.0, 0.0, 2.0]))
    tensor([1.9287e-22, 1.0000e+00, 3.0000e+00])
    """
    return x.clamp(min=0) + x.clamp(max=0).exp()  # not elu(x) + 1, which rounds e^-50 to 0


def _lifted(q):
    """A query below 0 everywhere moved up until its largest feature is 0: all e^q grow by one factor, which cancels."""
    return q - q.amax(-1, keepdim=True).clamp(max=0)


def _later(scores):
    """True where a position would see a later one."""
    return torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)


@dataclass
class LinearState:
    """Causal linear attention as a recurrent network: one position after the other, in a memory that does not grow.

    sums    (…, d, e): Σ φ(k) vᵀ of all positions so far · weight (…, d): Σ φ(k)

    >>> state = LinearState.empty(d=4, e=2)
    >>> state.step(torch.zeros(4), torch.zeros(4), torch.tensor([1.0, 5.0]))
    tensor([1., 5.])
    """

    sums: torch.Tensor
    weight: torch.Tensor

    @classmethod
    def empty(cls, *leading: int, d: int, e: int) -> "LinearState":
        """A state that has seen nothing; `leading` are the sizes of the axes before the position."""
        check_sizes(d=d, e=e)
        return cls(torch.zeros(*leading, d, e), torch.zeros(*leading, d))

    def step(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """Take in one position, q and k (…, d), v (…, e), and give its output (…, e)."""
        q = positive(_lifted(q))
        k = positive(k)
        self.sums = self.sums + k.unsqueeze(-1) * v.unsqueeze(-2)
        self.weight = self.weight + k
        return (q.unsqueeze(-2) @ self.sums).squeeze(-2) / (q * self.weight).sum(-1, keepdim=True)


class _Attention(nn.Module):
    """Queries, keys and values by a linear layer each, several heads side by side, and a linear layer at the end."""

    @checked
    def __init__(self, features: int, heads: int = 1, *, causal: bool = False):
        super().__init__()
        check_sizes(features=features)
        if not isinstance(heads, int) or heads < 1 or features % heads:
            raise ValueError(f"heads must divide the {features} features, got {heads!r}")
        self.heads, self.causal = heads, causal
        self.query, self.key, self.value, self.out = (nn.Linear(features, features) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.attend(*self.split(x), causal=self.causal)
        return self.out(y.transpose(-3, -2).flatten(-2))

    def split(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The queries, keys and values of each head, (B, heads, N, features / heads)."""
        layers = self.query, self.key, self.value
        return tuple(f(x).unflatten(-1, (self.heads, -1)).transpose(-3, -2) for f in layers)


class SoftmaxAttention(_Attention):
    """Multi-head softmax attention, (B, N, features) -> (B, N, features).

    >>> SoftmaxAttention(16, heads=4)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    attend = staticmethod(softmax_attention)


class LinearAttention(_Attention):
    """Multi-head linear attention, with the same parameters.

    >>> LinearAttention(16, heads=4, causal=True)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    attend = staticmethod(linear_attention)


def check_shapes(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool = False) -> None:
    """Raise a ValueError that names the shapes unless q, k and v fit each other, a TypeError for what is no tensor."""
    for name, tensor in {"q": q, "k": k, "v": v}.items():
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(f"{name} must be a torch tensor, got {type(tensor).__name__}")
    fit = min(q.ndim, k.ndim, v.ndim) >= 2 and q.shape[-1] == k.shape[-1] and k.shape[:-1] == v.shape[:-1]
    fit = fit and q.shape[:-2] == k.shape[:-2] and (not causal or q.shape[-2] == k.shape[-2])
    if not fit or not q.shape[-1] or not k.shape[-2]:
        shapes = ", ".join(str(tuple(t.shape)) for t in (q, k, v))
        lengths = ", N = M where causal" if causal else ""
        raise ValueError(f"q (…, N, d), k (…, M, d) and v (…, M, e){lengths} do not fit: got {shapes}")
