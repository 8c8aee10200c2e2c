"""Elastic layers: a smaller layer is a part of a larger one, so one set of weights serves both.

    kernel   the middle k x k of K x K, times a small matrix T that learns how the middle must change
    width    the first n channels, once they are sorted: the most important first
    depth    the first blocks of a stage (the later ones only refine: they have a residual connection)

    w_k = T · middle(w_K)        T is k² x k², shared by all channels of a layer; the identity at the start

Symbols   K, k large and small kernel, odd · n channels that are kept
Shapes    a weight (N, M, K, K) -> (n, m, k, k); the weight of a norm (N,) -> (n,)
Cost      T has k⁴ weights: 81 for a 3x3 kernel, whatever the number of channels; folded in when a network is taken out
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791, section 3.3
In production  https://github.com/mit-han-lab/once-for-all: DynamicSeparableConv2d, DynamicPointConv2d
"""

from collections.abc import Sequence

import torch

from edukit.refuse import check_array


def kernel_centre(weight: torch.Tensor, kernel: int, transform: torch.Tensor | None = None) -> torch.Tensor:
    """The middle k x k of each K x K filter, changed by the transform where there is one: (..., K, K) -> (..., k, k).

    transform   (k², k²): each new weight is a mix of the k² weights in the middle; None leaves them as they are
    Raises ValueError for a kernel that is larger or has no middle there, and a transform of another shape.

    >>> kernel_centre(torch.arange(25.0).reshape(1, 1, 5, 5), 3)[0, 0].tolist()
    [[6.0, 7.0, 8.0], [11.0, 12.0, 13.0], [16.0, 17.0, 18.0]]
    """
    check_array(weight, "weight")
    largest = weight.shape[-1]
    if not 1 <= kernel <= largest or (largest - kernel) % 2:
        raise ValueError(f"kernel must be {largest} less an even number, at least 1, got {kernel!r}")
    if transform is not None and tuple(transform.shape) != (kernel**2, kernel**2):
        raise ValueError(f"transform must have the shape ({kernel**2}, {kernel**2}), got {tuple(transform.shape)}")
    start = (largest - kernel) // 2
    middle = weight[..., start : start + kernel, start : start + kernel]
    if transform is None:
        return middle
    return (middle.flatten(-2) @ transform.T).reshape(middle.shape)


def first_channels(weight: torch.Tensor, channels: Sequence[int]) -> torch.Tensor:
    """The first channels out, and of these the first channels in: weight (N, M, ...) -> (n, m, ...).

    channels   (n, m), or (n,) where all channels in are kept or there are none
    Raises ValueError for more channels than there are.

    >>> first_channels(torch.zeros(8, 6, 1, 1), (4, 2)).shape, first_channels(torch.zeros(8), (4,)).shape
    (torch.Size([4, 2, 1, 1]), torch.Size([4]))
    """
    check_array(weight, "weight")
    there = tuple(weight.shape[: len(channels)])
    if len(channels) > weight.ndim or any(not 1 <= n <= N for n, N in zip(channels, there, strict=True)):
        raise ValueError(f"channels must be at least 1 and at most {there}, got {tuple(channels)}")
    return weight[tuple(slice(n) for n in channels)]


def smaller(weight: torch.Tensor, shape: Sequence[int], transform: torch.Tensor | None = None) -> torch.Tensor:
    """The part of a weight that a smaller layer of that shape uses: first channels, middle of the kernel.

    A part is no copy: what the small layer learns, the large one learns.

    >>> smaller(torch.zeros(8, 6, 5, 5), (4, 2, 3, 3)).shape
    torch.Size([4, 2, 3, 3])
    """
    part = first_channels(weight, shape[:2])
    return kernel_centre(part, shape[-1], transform) if shape[2:] and shape[-1] < weight.shape[-1] else part


def channel_order(weight: torch.Tensor) -> torch.Tensor:
    """The channels in of a weight (N, M, ...) by importance, the largest sum of absolute weights first: (M,).

    >>> channel_order(torch.tensor([[0.1, 5.0, -2.0]])).tolist()
    [1, 2, 0]
    """
    check_array(weight, "weight")
    importance = weight.detach().abs().transpose(0, 1).flatten(1).sum(1)
    return importance.argsort(descending=True, stable=True)
