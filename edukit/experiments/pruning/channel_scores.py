"""Which score keeps most: accuracy when the weakest channels by each score go, on three networks, five random draws.

    for each network, score and ratio:   the same ratio goes from every group ── count ── new statistics ── count

One network and one random draw say little: which score is best, and whether it beats a random choice at all, changes
from network to network and from draw to draw.

Shapes    scores_kept() -> (old, new): {score: [[accuracy at each ratio] for each network]}, "random" for each draw, too
Assumes   the bundled shapes_residual, from three seeds, 256 calibration images and 250 validation images of shapes()
Source    Molchanov et al. 2019, https://arxiv.org/abs/1906.10771, compare scores by their rank correlation
In production  benchmarks of pruning: Blalock et al. 2020, https://arxiv.org/abs/2003.03033, ask for several networks
"""

import numpy as np
import torch

from edukit.data import Split, shapes
from edukit.networks import trained
from edukit.pruning.channels.choose import choose
from edukit.pruning.channels.importance import activity_scores, batchnorm_scores, taylor_scores
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.shrink import channel_groups
from edukit.training import accuracy
from edukit.turns import Bar

RATIOS = (0, 0.25, 0.5)
DRAWS = 5
IMAGES = 250
Kept = dict[str, list[list[float]]]


def scores_kept(seeds=(0, 1, 2), ratios=RATIOS, draws: int = DRAWS, images: int = IMAGES) -> tuple[Kept, Kept]:
    """Shares of validation images named rightly, with old and with new batch norm statistics.

    >>> old, new = scores_kept(seeds=[0], ratios=[0.5], draws=1, images=10)
    >>> list(old) == list(new), len(old["l1"])
    (True, 1)
    """
    data = shapes(train=10)  # nothing trains here
    seen = torch.as_tensor(data.calibration.x)
    validation = Split(data.validation.x[:images], data.validation.y[:images])
    groups = channel_groups(trained("shapes_residual", seeds[0]), seen[:2])  # one plan, so one list of groups
    old, new = {}, {}
    for seed in Bar(seeds, desc="scores", unit="network", delay=2):
        net = trained("shapes_residual", seed)
        whole = [accuracy(model, validation) for model in (net, reestimate_batchnorm(net, seen))]  # counted once
        for name, score in [*_scores(net, data).items(), *(("random", _random(net, groups, d)) for d in range(draws))]:
            rows = [_counted(net, groups, ratio, score, seen, validation) if ratio else whole for ratio in ratios]
            old.setdefault(name, []).append([row[0] for row in rows])
            new.setdefault(name, []).append([row[1] for row in rows])
    return old, new


def _counted(net, groups, ratio, score, seen, validation):
    """Accuracy with old and with new statistics."""
    small = remove_channels(net, choose(net, groups, ratio, score))
    return [accuracy(small, validation), accuracy(reestimate_batchnorm(small, seen), validation)]


def _scores(net, data):
    x = torch.as_tensor(data.calibration.x)
    return {
        "l1": "l1",
        "l2": "l2",
        "geometric median": "geometric_median",
        "Taylor": taylor_scores(net, data.calibration),
        "batch norm γ": batchnorm_scores(net, x[:2]),
        "APoZ": activity_scores(net, x),
    }


def _random(net, groups, draw):
    drawn = np.random.default_rng(draw)
    makers = {maker: len(net.get_parameter(maker)) for group in groups for maker in group.makers}
    return {maker: drawn.random(filters) for maker, filters in makers.items()}
