"""An exercise on the online softmax: one query, keys in blocks, a running maximum, a running sum and a running output.

Well-known mistakes  what was held is not shrunk when the maximum grows, or only half of it; each block is normalised
for itself; the last, shorter block is left out; the maximum is left away, and the exponential overflows
"""

import numpy as np

from edukit.checks.networks.frugal import Frugal
from edukit.checks.verdict import first_difference

random = np.random.default_rng(12)


def online_softmax(q, k, v, block):
    """The softmax-weighted mean of the values for one query (d,): k (N, d) and v (N, e) are seen block by block."""
    largest = -np.inf
    total = 0.0
    mean = np.zeros(v.shape[1])
    for start in range(0, len(k), block):
        scores = k[start : start + block] @ q / np.sqrt(len(q))
        before = largest
        largest = max(before, scores.max())
        shrink = np.exp(before - largest)
        weights = np.exp(scores - largest)
        total = shrink * total + weights.sum()
        mean = shrink * mean + weights @ v[start : start + block]
    return mean / total


def _wrong(
    *,
    sums=True,
    values=True,
    one_way=False,
    scale=np.sqrt,
    subtract=True,
    whole_blocks=False,
    divide=True,
    first=-np.inf,
):
    """The loop with one mistake in it."""

    def answer(q, k, v, block):
        largest, total, mean = first if subtract else 0.0, 0.0, np.zeros(v.shape[1])
        end = len(k) // block * block if whole_blocks else len(k)
        for start in range(0, end, block):
            scores = k[start : start + block] @ q / scale(len(q))
            before = largest
            largest = before if not subtract else scores.max() if one_way else max(before, scores.max())
            shrink = np.exp(before - largest)
            weights = np.exp(scores - largest)
            total = (shrink if sums else 1) * total + weights.sum()
            mean = (shrink if values else 1) * mean + weights @ v[start : start + block]
        return mean / total if divide else mean

    return answer


def _of_blocks(q, k, v, block):
    """The softmax of each block alone: a list of outputs."""
    parts = [slice(start, start + block) for start in range(0, len(k), block)]
    return [online_softmax(q, k[part], v[part], block) for part in parts]


def _block_maximum(q, k, v, block):
    """Exponentials relative to the maximum of their own block, added as if they were relative to one."""
    total, mean = 0.0, np.zeros(v.shape[1])
    for start in range(0, len(k), block):
        scores = k[start : start + block] @ q / np.sqrt(len(q))
        weights = np.exp(scores - scores.max())
        total += weights.sum()
        mean = mean + weights @ v[start : start + block]
    return mean / total


def _rising(*scores):
    """One query with these scores, in blocks of one."""
    return np.ones(4), np.array(scores)[:, None] * np.full(4, 0.5), np.arange(2.0 * len(scores)).reshape(-1, 2), 1


def _question(N, d, e, block, scale=1.0):
    return *(scale * random.normal(size=shape) for shape in ((d,), (N, d), (N, e))), block


def _show(arguments, expected, got):
    q, k, _, block = arguments
    if np.shape(got) != expected.shape:
        return f"the output has the shape {expected.shape}, yours has {np.shape(got)}"
    i = first_difference(expected, np.asarray(got, float))[0]
    asked = f"{len(k)} keys, {len(q)} features, blocks of {block}"
    return f"{asked}: feature {i} of the output is {expected[i]:.4g}, yours is {np.asarray(got)[i]:.4g}"


ONLINE = Frugal(
    online_softmax,
    [
        _question(4, 4, 2, 2),
        _question(6, 4, 3, 3, 2.0),
        _question(7, 9, 2, 3, 2.0),
        _question(5, 4, 1, 1),
        _question(3, 4, 2, 8),
        _rising(0.0, -800.0),
        _rising(0.0, 800.0),
        _rising(-8010.0, -8000.0, -8005.0),
    ],
    {
        "nothing shrinks": (
            _wrong(sums=False, values=False),
            "when the maximum grows, what was held is relative to the old maximum: shrink both sums by e^(old - new)",
        ),
        "only the sum shrinks": (
            _wrong(values=False),
            "the sum of the exponentials shrinks and the sum of the values does not: both were made with the old "
            "maximum",
        ),
        "only the values shrink": (
            _wrong(sums=False),
            "the sum of the values shrinks and the sum of the exponentials does not: both were made with the old "
            "maximum",
        ),
        "each block's own maximum": (
            _block_maximum,
            "each block takes its own maximum away, and then the blocks are added as if it were the same one",
        ),
        "the maximum of the last block": (
            _wrong(one_way=True),
            "correct while numbers are small, but the maximum must never fall: take the larger of the old one and the "
            "block's",
        ),
        "the mean of the blocks": (
            lambda q, k, v, block: np.mean(_of_blocks(q, k, v, block), 0),
            "each block was normalised for itself: divide once, at the end",
        ),
        "the last block alone": (
            lambda q, k, v, block: _of_blocks(q, k, v, block)[-1],
            "only the last block is left: add to what was held",
        ),
        "the short block left out": (
            _wrong(whole_blocks=True),
            "the last block is shorter than the others, and it was left out",
        ),
        "no scale": (_wrong(scale=lambda d: 1), "the division by √d is missing"),
        "divided by d": (_wrong(scale=lambda d: d), "divided by d: it is the square root of d"),
        "no maximum": (
            _wrong(subtract=False),
            "right for small scores, but e^710 is beyond every float: take the running maximum away first",
        ),
        "not divided": (
            _wrong(divide=False),
            "the sum of the values is there: divide it by the sum of the exponentials at the end",
        ),
        "maximum from 0": (
            _wrong(first=0.0),
            "the maximum begins at 0: if all scores lie far below it, every exponential is 0, and so is their sum",
        ),
    },
    "the softmax of the whole row, and never more numbers than a block",
    show=_show,
    large=_question(2000, 4, 2, 20),
    limit_numbers=200,
    wasteful="every number is right, and all N scores stood in memory at once: compute those of one block at a time",
    hints=(
        "Three things are held between the blocks: the largest score so far, a sum of exponentials, a sum of values.",
        "Both sums are relative to the maximum m. If it grows to m', which factor turns e^(s - m) into e^(s - m')?",
        "Start with the maximum -inf: e^-inf is 0, so the first block finds nothing to shrink. Divide after the loop.",
    ),
)
