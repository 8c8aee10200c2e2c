"""The sandwich rule: another right way passes, and the package trains the same networks."""

import numpy as np
import pytest

from edukit.checks import search as check
from edukit.search import Supernet
from edukit.search.train_supernet import PHASES, fillings


def choice_by_choice(options, small, drawn):
    """One choice after the other, for all networks at a time; the largest comes last."""
    networks = [{} for _ in range(len(drawn) + 2)]
    for name, values in options.items():
        low = min(values) if name in small else max(values)
        middle = [choice[name] if name in small else max(values) for choice in drawn]
        for network, value in zip(networks, [low, *middle, max(values)], strict=True):
            network[name] = value
    return networks


def test_another_right_way_passes():
    assert check.sandwich(choice_by_choice), check.sandwich(choice_by_choice)


@pytest.mark.parametrize("small", PHASES[1:], ids="+".join)
def test_the_package_trains_the_same_networks(small):
    supernet = Supernet()
    drawn = supernet.space.sample(np.random.default_rng(3))
    options = {choice.name: choice.options for choice in supernet.space.choices}
    names = [name for name in options if name.startswith(small)]
    expected = check.sandwich.solve(options, names, [drawn])
    assert expected == [supernet.largest_choice, *fillings(supernet, small, 1, np.random.default_rng(3))]


def test_one_network_alone_is_wrong():
    assert not check.sandwich(lambda options, small, drawn: dict.fromkeys(options, 3))


def test_a_phase_in_which_nothing_may_be_small_and_a_generator_are_asked():
    assert not check.sandwich(lambda options, small, drawn: check.sandwich.solve(options, small or options, drawn))
    assert not check.sandwich(lambda *question: (network for network in check.sandwich.solve(*question)))
