"""A plan by layers against one ratio for all layers, at the same share of the MACs, on three networks.

    sensitivity, measured with new batch norm statistics ── plan ── shrink ── new statistics ── one pass of training
    one ratio for all groups, at most as many MACs ───────────────── shrink ── new statistics ── one pass of training

Sensitivity is measured after the cheap repair, because the repair comes next in any case: without it a plan avoids
losses that new statistics give back. Its lead is counted on images that it was not chosen on.

Shapes    each row: accuracies in %, before and after each repair, of validation images that the plan has not seen
Assumes   the bundled shapes_residual, from three seeds; 256 calibration and 1,000 training images; the plan is chosen
          on 250 validation images, and counted on the 250 others
Source    Li et al. 2017, https://arxiv.org/abs/1608.08710, section 3.2
In production  the same comparison: a plan that does not beat one ratio was not worth its measurements
"""

from typing import NamedTuple

import torch

from edukit.data import Split, shapes
from edukit.networks import trained
from edukit.pruning.channels.budget import macs_left, shrink_to_macs
from edukit.pruning.channels.choose import choose
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.sensitivity import plan_ratios, sensitivity
from edukit.pruning.channels.shrink import channel_groups
from edukit.training import accuracy, fit

RATIOS = (0.25, 0.5)
SHARE = 0.7
IMAGES = 250


class Planned(NamedTuple):
    """One network: the table of sensitivity, the plan, and for "plan" and "uniform" share of MACs and accuracies.

    >>> Planned(0, {}, {}, {}, {}).seed
    0
    """

    seed: int
    table: dict
    plan: dict
    macs: dict[str, float]
    read: dict[str, tuple[float, float, float]]  # shrunken, with new statistics, after one pass


def plan_against_uniform(seeds=(0, 1, 2), share: float = SHARE, images: int = IMAGES) -> list[Planned]:
    """A row for each network.

    images   at most 250: so many to choose the plan on, and as many others to count on

    >>> row, *_ = plan_against_uniform(seeds=[0], images=20)
    >>> row.macs["uniform"] <= row.macs["plan"] <= 0.7, len(row.plan)
    (True, 8)
    """
    data = shapes(train=1000)
    seen = torch.as_tensor(data.calibration.x)
    chosen_on = Split(data.validation.x[:images], data.validation.y[:images])
    others = Split(data.validation.x[-images:], data.validation.y[-images:])
    rows = []
    for seed in seeds:
        net = trained("shapes_residual", seed)
        table = sensitivity(net, seen[:2], lambda m: accuracy(reestimate_batchnorm(m, seen), chosen_on), RATIOS)
        plan = plan_ratios(net, seen[:2], table, share)
        planned = remove_channels(net, choose(net, channel_groups(net, seen[:2]), plan))
        macs = macs_left(net, planned, seen[:2])
        small = {"plan": planned, "uniform": shrink_to_macs(net, seen[:2], macs, scope="layer", multiple=1)}
        read = {name: _repaired(model, seen, data.train, others) for name, model in small.items()}
        rows.append(Planned(seed, table, plan, {n: macs_left(net, m, seen[:2]) for n, m in small.items()}, read))
    return rows


def _repaired(model, seen, few, validation) -> tuple[float, float, float]:
    """Accuracies in %: as it is, with new statistics, after one pass."""
    renewed = reestimate_batchnorm(model, seen)
    tuned = fit(renewed, few, epochs=1, learning_rate=4e-3, batch_size=100, progress=None)
    first, second, third = (100 * accuracy(m, validation) for m in (model, renewed, tuned))
    return first, second, third
