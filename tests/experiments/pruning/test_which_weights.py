"""Which weights go: rules differ as the lesson says, and magnitude changes the weights least."""

import numpy as np
import pytest
import torch

from edukit.data import Split, digits, shapes
from edukit.experiments.pruning.which_weights import masks_of, named, sweep, used_weights
from edukit.networks import trained
from edukit.pruning import apply_masks

DATA = shapes(train=10)
SEEN = Split(DATA.validation.x[:100], DATA.validation.y[:100])
NETS = [trained("shapes_residual", seed) for seed in (0, 1)]


def test_magnitude_from_one_ranking_changes_the_weights_least_and_random_most():
    found, changed = sweep(NETS, SEEN, {rule: [30] for rule in ("one ranking", "layer by layer", "at random")})
    change = {rule: np.mean(rows[30]) for rule, rows in changed.items()}
    assert (
        change["one ranking"] < change["layer by layer"] < change["at random"] == pytest.approx(100 * 0.3**0.5, abs=1)
    )
    right = {rule: np.mean(rows[30]) for rule, rows in found.items()}
    assert right["at random"] < right["layer by layer"] - 50 and found["one ranking"][0] == named(NETS, SEEN)


@pytest.mark.parametrize("scope", ["row", "layer", "global"])
@pytest.mark.parametrize("rule", ["magnitude", "Wanda", "random"])
def test_every_rule_takes_the_share_that_was_asked_for(rule, scope):
    masks = masks_of(NETS[0], rule, 0.5, scope, DATA.calibration.x[:8])
    gone = torch.cat([~mask.flatten() for mask in masks.values()]).double().mean()
    assert gone == pytest.approx(0.5, abs=2e-3)  # rows of 27 weights round their half


def test_wanda_from_one_ranking_keeps_more_than_magnitude():
    kept = {}
    for rule in ("magnitude", "Wanda"):
        pruned = [apply_masks(net, masks_of(net, rule, 0.7, "global", DATA.calibration.x)) for net in NETS]
        kept[rule] = np.mean(named(pruned, SEEN))
    assert kept["Wanda"] > kept["magnitude"] + 5


def test_without_its_idle_weights_a_network_reads_every_digit_as_before():
    net, hand = trained("digits_residual"), digits()
    masks = used_weights(net, hand.train)
    assert sum(int((~mask).sum()) for mask in masks.values()) > 0.75 * 77_128
    x = torch.as_tensor(hand.validation.x)
    assert torch.equal(apply_masks(net, masks)(x).argmax(1), net(x).argmax(1))


def test_another_rule_is_refused():
    with pytest.raises(ValueError, match='rule must be "magnitude", "Wanda" or "random", got 3'):
        masks_of(NETS[0], 3, 0.5)
