"""Softmax attention: every position of a sequence takes a mean of all values, weighted by how well the keys fit.

    y_i = Σ_j w_ij v_j        w_ij = softmax_j(q_i·k_j / √d)        causal: j runs only to i

Symbols   q, k, v queries, keys, values · N positions · d features of a query and a key · e of a value
Shapes    q, k (…, N, d), v (…, N, e) -> y (…, N, e)
Bound     y_i is a weighted mean of the v_j: it lies between their smallest and their largest, feature by feature
Cost      N² (d + e) multiply-adds, and N² numbers held at once, twice: the scores and their softmax
Source    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
In production  F.scaled_dot_product_attention never holds all N² numbers at once, yet computes them all
"""

import torch

from edukit.checked import checked


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
        scores = scores.masked_fill(later(scores), -torch.inf)
    return scores.softmax(-1)


def later(scores: torch.Tensor) -> torch.Tensor:
    """True where a position would see a later one; scores (…, N, N).

    >>> later(torch.zeros(2, 2)).tolist()
    [[False, True], [False, False]]
    """
    return torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)


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
