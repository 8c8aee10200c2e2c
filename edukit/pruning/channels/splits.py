"""Where a model splits its channels (chunks, shuffles, heads): matching channels of all parts go together.

    chunk    x.chunk(2, dim=1)            the halves must stay equal: channel i of each half goes, or none
    groups   x.view(B, g, C // g, H, W)   a shuffle: channel i of each of the g groups
    heads    x.view(B, N, h, d)           attention: all d features of a head, in queries, keys and values, the columns
                                          that read them, and 1 of the number h that the module keeps

A graph shows the cut and not what the code means by it. A part is taken for heads where the module has a whole number
of that value whose name says "head"; everything else for groups. Wrong guesses are found by `channel_groups`, which
tries every group.

Cost      after every chunk and shuffle channels depend on each other in larger sets: a ShuffleNetV2 stage of 48
          channels and three such units has 3 sets of 16 that can go, one of 116 channels none
Source    heads: Michel et al. 2019, https://arxiv.org/abs/1905.10650; groups: Fang et al. 2023 (DepGraph),
          https://arxiv.org/abs/2301.12900
In production  torch_pruning's `num_heads` argument, which is told the heads of each layer
"""

from collections.abc import Callable
from math import prod

import torch

from edukit.pruning.channels.groups import Names, line, varies


def chunk(books: Names, parts) -> bool:
    """Equal parts: what is at the same place in each is one channel. False where they are not equal.

    >>> from torch import nn
    >>> books = Names(nn.Linear(2, 4))
    >>> chunk(books, books.attach("weight", 0, "makes", books.new(4)).chunk(2)), books.made()
    (True, {'weight': [0, 1, 0, 1]})
    """
    if len({part.shape for part in parts}) > 1:
        return False
    for part in parts[1:]:
        books.unite(part, parts[0])
    return True


def cut(books: Names, names: torch.Tensor, shape, count_of_heads: Callable[[int], str]) -> torch.Tensor:
    """The names in another shape. Axes may merge (flatten); where one is cut, channels of its parts go together.

    count_of_heads   tells the name of the number that counts parts of this size as heads, or ""

    >>> from torch import nn
    >>> books = Names(nn.Linear(2, 6))
    >>> names = books.attach("weight", 0, "makes", books.new(6))
    >>> cut(books, names, (2, 3), lambda size: "heads" if size == 2 else "").tolist(), books.made()
    ([[0, 0, 0], [3, 3, 3]], {'weight': [0, 0, 0, 3, 3, 3]})
    """
    borders = [prod(shape[k:]) for k in range(len(shape) + 1)]  # where the new shape starts a new row
    result = names.reshape(shape)
    for axis in range(names.ndim):
        inner = prod(names.shape[axis + 1 :])
        outer = inner * names.shape[axis]
        if not any(inner < border < outer for border in borders) or not varies(names, axis):
            continue
        if inner not in borders or outer not in borders:
            books.fix(names, "view")  # the cut goes through what is no whole axis
            continue
        first, last = max(k for k, border in enumerate(borders) if border == outer), borders.index(inner)
        result = _together(books, result, list(range(first, last)), count_of_heads)
    return result


def heads_meet(books: Names, inputs, shape) -> torch.Tensor | None:
    """A product of queries, keys, values or their weights, head by head: None where it sums over channels.

    >>> from torch import nn
    >>> names = torch.tensor([7, 8]).reshape(1, 2, 1, 1)
    >>> heads_meet(Names(nn.ReLU()), [names.expand(1, 2, 5, 3), names.expand(1, 2, 3, 5)], (1, 2, 5, 5)).shape
    torch.Size([1, 2, 5, 5])
    """
    if any(names is None or names.ndim != len(shape) or varies(names, -1) or varies(names, -2) for names in inputs):
        return None
    heads = [names[..., :1, :1] for names in inputs]
    for names in heads[1:]:
        books.unite(heads[0], names)
    return heads[0].expand(shape)


def says_heads(name: str) -> bool:
    """Whether a number of this name counts heads.

    >>> [says_heads(name) for name in ("heads", "num_heads", "head_dim", "stride")]
    [True, True, False, False]
    """
    return "head" in name and "dim" not in name and "size" not in name


def _together(books, names, axes, count_of_heads):
    """The parts of one axis, now the axes `axes`: heads are whole, of groups all have one channel less."""
    counted = next((axis for axis in axes if count_of_heads(names.shape[axis])), None)
    first = names
    for axis in axes[:-1] if counted is None else axes:
        if axis != counted:
            first = first.narrow(axis, 0, 1)
    books.unite(names, first)
    if counted is None:
        return names
    if (heads := line(first, counted)) is None:
        books.fix(names, "view")
    else:
        books.attach(count_of_heads(names.shape[counted]), 0, "counts", heads)
    return first.expand(names.shape)
