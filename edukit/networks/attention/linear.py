"""Linear attention: φ(q)·φ(k) instead of an exponential, so that the brackets may move and N² goes away.

    y_i = Σ_j φ(q_i)·φ(k_j) v_j / Σ_j φ(q_i)·φ(k_j)              φ(x) = elu(x) + 1 > 0
        = φ(q_i) [Σ_j φ(k_j) v_jᵀ] / φ(q_i)·[Σ_j φ(k_j)]         the brackets serve every i

In the causal form j runs only to i. The brackets then grow with i: a state of d (e + 1) numbers, whatever N
(`LinearState`).

Symbols   q, k, v queries, keys, values · N positions · d features of a query and a key · e of a value
Shapes    q, k (…, N, d), v (…, N, e) -> y (…, N, e)
Bound     y_i is a weighted mean of the v_j; if query i means key i alone, it gives key i a weight of d / N at most, on
          average: N weights, rank d
Cost      2 N d e multiply-adds: fewer than softmax where N > 2 d e / (d + e); for d = e, where N > d
Source    Katharopoulos et al. 2020, https://arxiv.org/abs/2006.16236, eq. 4 to 7 (linear), 16 to 20 (causal, running)
In production  flash-linear-attention, whose kinds also learn what to forget
"""

from dataclasses import dataclass

import torch

from edukit.checked import checked
from edukit.networks.attention.softmax import check_shapes, later
from edukit.refuse import check_sizes


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
        weights = weights.masked_fill(later(weights), 0)
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
