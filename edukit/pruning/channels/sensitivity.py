"""Sensitivity: which layers can lose channels, and a plan that takes more from those than from the others.

    sensitivity   A_g(r)   a measure of the network, such as its accuracy, without the share r of group g alone
    plan          max Σ_g A_g(r_g) - λ Σ_g M_g(r_g)      over the measured ratios r_g; λ is raised until
                  MACs(r) <= share · MACs(0), counted on the shrunken model; what is left over is given back

A common mistake is to choose ratios on the test images, which then no longer say how good the choice is: measure on
validation images.

Symbols   g group of channels, named by its first maker · r ratio · M_g MACs left when g alone shrinks · λ price of MACs
Assumes   that losses add up: true while they are small. Fine-tuning, or new batch norm statistics, repair the rest
Source    Li et al. 2017, https://arxiv.org/abs/1608.08710, section 3.2 and figure 2; Lagrange's λ: Everett 1963
In production  nni's and distiller's sensitivity pruners
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping

from torch import nn

from edukit.checked import checked
from edukit.pruning.channels.budget import macs
from edukit.pruning.channels.choose import all_scores, choose
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.shrink import channel_groups
from edukit.refuse import check_model, check_number, shown
from edukit.turns import Bar

Table = dict[str, dict[float, float]]  # {first maker of a group: {ratio: measure}}


@checked
def sensitivity(
    model: nn.Module, example, evaluate: Callable, ratios: Iterable[float] = (0.25, 0.5, 0.75), *, method="l1"
) -> Table:
    """{group: {ratio: measure}}: what evaluate says of the network in which only this group is shrunken.

    evaluate   evaluate(model) -> float on validation data, more is better: an accuracy, or minus a loss
    ratios     above 0 to below 1; ratio 0, the whole network, is in every row
    method     as for `shrink`
    Groups are named by their first maker, such as "stem.0.weight": `shrink` takes {group: ratio} as its ratio.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> sensitivity(net, torch.zeros(1, 2), lambda net: net[0].out_features, ratios=[0.5])
    {'0.weight': {0.0: 4.0, 0.5: 2.0}}
    """
    check_model(model)
    if not callable(evaluate):
        raise TypeError(f"evaluate must be a function of a model, got {type(evaluate).__name__}")
    ratios = list(ratios)
    for ratio in ratios:
        check_number(ratio, "ratios")
    if not (ratios := sorted(ratios)) or not 0 < ratios[0] <= ratios[-1] < 1:
        raise ValueError(f"ratios must be at least one number above 0 to below 1, got {ratios}")
    groups = channel_groups(model, example)
    scores = all_scores(model, groups, method)
    whole = float(evaluate(model))
    table = {group.makers[0]: {0.0: whole} for group in groups if not group.fixed_by}
    for name, ratio in Bar([(n, r) for n in table for r in ratios], desc="sensitivity", delay=2):
        smaller = remove_channels(model, choose(model, groups, {name: ratio}, scores))
        table[name][ratio] = float(evaluate(smaller))
    return table


@checked
def plan_ratios(model: nn.Module, example, table: Table, share: float, *, method="l1", multiple: int = 1) -> dict:
    """{group: ratio} with the best sum of measures that leaves at most `share` of the MACs; `shrink` takes it.

    table    from `sensitivity`: the ratios to choose from; a group that it does not name stays whole
    share    above 0 to 1
    method, multiple   as `shrink` will be called

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 1))
    >>> table = {"0.weight": {0.0: 1.0, 0.5: 0.9}, "1.weight": {0.0: 1.0, 0.5: 0.2}}
    >>> plan_ratios(net, torch.zeros(1, 8), table, 0.6)
    {'0.weight': 0.5, '1.weight': 0.0}
    """
    for name, row in table.items():
        if not isinstance(row, Mapping):
            raise TypeError(
                f"table must be {{group: {{ratio: score}}}}, as from sensitivity, got {shown(row)} for {name}"
            )
    _check_table(table, share)
    table = _falling(table)
    left = _Counted(model, example, method, multiple)
    alone = {n: {ratio: left(dict.fromkeys(table, 0) | {n: ratio}) for ratio in row} for n, row in table.items()}
    low, high = 1e-9, 1e9  # the price of all MACs, in units of the measure
    if (least := left(_best(table, alone, high))) > share:
        raise ValueError(f"share must be at least {least:.3f} with these ratios, got {share!r}")
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if left(_best(table, alone, middle)) <= share else (middle, high)
    return _with_rest_given_back(_best(table, alone, high), table, share, left)


class _Counted:
    """The share of the MACs that a plan leaves, counted once for each plan."""

    def __init__(self, model, example, method, multiple):
        self.model = model
        self.example = example
        self.multiple = multiple
        self.groups = channel_groups(model, example)
        self.scores = all_scores(model, self.groups, method)
        self.whole = macs(model, example)
        self.found = {}

    def __call__(self, plan: dict[str, float]) -> float:
        key = tuple(plan.values())
        if key not in self.found:
            gone = choose(self.model, self.groups, plan, self.scores, multiple=self.multiple)
            self.found[key] = macs(remove_channels(self.model, gone), self.example) / self.whole
        return self.found[key]


def _falling(table: Table) -> Table:
    """The table without luck: a measure that rises when channels go counts as no loss."""
    rows = {name: dict(sorted(row.items())) for name, row in table.items()}
    return {n: dict(zip(row, itertools.accumulate(row.values(), min), strict=True)) for n, row in rows.items()}


def _best(table, alone, price) -> dict[str, float]:
    """For each group the ratio with the best measure, less what its MACs cost; among equals the largest."""
    return {
        name: max(reversed(row), key=lambda ratio: row[ratio] - price * alone[name][ratio])
        for name, row in table.items()
    }


def _with_rest_given_back(plan, table, share, left) -> dict[str, float]:
    """Ratio by ratio, the step back with the most gain that still fits; among equals from the largest ratio."""
    while True:
        fitting = []
        for name, ratio in plan.items():
            lower = max((other for other in table[name] if other < ratio), default=None)
            if lower is not None and left(plan | {name: lower}) <= share:
                fitting.append((table[name][lower] - table[name][ratio], ratio, name, lower))
        if not fitting:
            return plan
        *_, name, lower = max(fitting)
        plan = plan | {name: lower}


def _check_table(table, share):
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 to 1, got {share!r}")
    for name, row in table.items():
        for ratio, measure in row.items():
            if not math.isfinite(measure):
                raise ValueError(f"table must hold finite measures, got {measure} for {name} at {ratio}")
        if not row:
            raise ValueError(f"table must offer at least one ratio for {name}")
